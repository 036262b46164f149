import type { Event } from "../model/event.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { Window } from "./window.ts";

/** By rule key. */
type GroupsByRule = Map<string, Set<Window>>;

const NO_GROUPS: readonly Window[] = [];

/**
 * The open join groups by the traces of their events, for rules that also have steps or absences without
 * a key: those are looked for in the traces, in windows too that close before the group does.
 */
export class GroupsByTrace {
  readonly #groups = new Map<string, GroupsByRule>();
  /** The trace asked about last: one event asks for its own under one rule after the other. */
  #lastTrace: string | undefined = undefined;
  #last: GroupsByRule | undefined = undefined;
  /** The traces noted of each group: it may hold no event of some of them any more. */
  readonly #traces = new WeakMap<Window, string[]>();
  /** Windows of traces that closed before the group did. */
  readonly #closed = new WeakMap<Window, Window[]>();

  /** Notes that a group has, or had, an event of this trace. */
  note(traceId: string, { rule }: CompiledRule, group: Window): void {
    let byRule = this.#ofTrace(traceId);
    if (byRule === undefined) {
      byRule = new Map();
      this.#groups.set(traceId, byRule);
      this.#last = byRule;
    }
    const groups = byRule.get(rule.key);
    if (groups?.has(group) === true) return;
    if (groups === undefined) byRule.set(rule.key, new Set([group]));
    else groups.add(group);
    const traces = this.#traces.get(group);
    if (traces === undefined) this.#traces.set(group, [traceId]);
    else traces.push(traceId);
  }

  /** A group closes. */
  forget(group: Window, { rule }: CompiledRule): void {
    for (const traceId of this.#traces.get(group) ?? []) {
      const byRule = this.#ofTrace(traceId);
      const groups = byRule?.get(rule.key);
      if (byRule === undefined || groups === undefined) continue;
      groups.delete(group);
      if (groups.size === 0) byRule.delete(rule.key);
      if (0 < byRule.size) continue;
      this.#groups.delete(traceId);
      this.#last = undefined;
    }
  }

  /** The open groups of a rule that have, or had, an event of this trace. */
  of(traceId: string, { rule }: CompiledRule): Iterable<Window> {
    return this.#ofTrace(traceId)?.get(rule.key) ?? NO_GROUPS;
  }

  /** A trace's window closes: groups that look into the trace keep it. */
  keep(window: Window): void {
    const byRule = this.#groups.get(window.key);
    if (byRule === undefined) return;
    window.detach();
    for (const groups of byRule.values()) for (const group of groups) this.recall(group, window);
  }

  /** Keeps a closed window for a group. */
  recall(group: Window, window: Window): void {
    const kept = this.#closed.get(group);
    if (kept === undefined) this.#closed.set(group, [window]);
    else kept.push(window);
  }

  /** Windows of traces that closed while the group was open. */
  keptWindows(group: Window): readonly Window[] {
    return this.#closed.get(group) ?? [];
  }

  /** Events of a trace's windows that closed while the group was open. */
  keptEvents(group: Window, traceId: string): readonly Event[] {
    return this.keptWindows(group).flatMap(({ key, events }) => (key === traceId ? events : []));
  }

  #ofTrace(traceId: string): GroupsByRule | undefined {
    if (traceId !== this.#lastTrace) {
      this.#lastTrace = traceId;
      this.#last = this.#groups.get(traceId);
    }
    return this.#last;
  }
}
