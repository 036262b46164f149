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
  /** Windows of traces that closed before the group did, or that it left open. */
  readonly #kept = new WeakMap<Window, Window[]>();

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

  /** A group closes and is to be judged once more: the windows of its traces that are open then are kept for it. */
  keepOpen(group: Window, windowOf: (traceId: string) => Window | undefined): void {
    for (const traceId of this.#traces.get(group) ?? []) {
      const window = windowOf(traceId);
      if (window !== undefined) this.recall(group, window);
    }
  }

  /** Keeps a window for a group. */
  recall(group: Window, window: Window): void {
    const kept = this.#kept.get(group);
    if (kept === undefined) this.#kept.set(group, [window]);
    else kept.push(window);
  }

  /** A closed group is decided: nothing is kept for it any more. */
  release(group: Window): void {
    this.#kept.delete(group);
  }

  /** Windows of traces that closed while the group was open, and those that it left open. */
  keptWindows(group: Window): readonly Window[] {
    return this.#kept.get(group) ?? [];
  }

  /** Events of the windows of a trace that a group may look into: those that are kept, and the open one. */
  eventsBeside(group: Window, traceId: string, open: Window | undefined): readonly Event[] {
    const kept = this.keptWindows(group).filter(({ key }) => key === traceId);
    const all = open === undefined || kept.includes(open) ? kept : [...kept, open];
    return all.length === 1 ? (all[0] as Window).events : all.flatMap(({ events }) => events);
  }

  #ofTrace(traceId: string): GroupsByRule | undefined {
    if (traceId !== this.#lastTrace) {
      this.#lastTrace = traceId;
      this.#last = this.#groups.get(traceId);
    }
    return this.#last;
  }
}
