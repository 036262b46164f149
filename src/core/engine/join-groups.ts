import { compileTypes } from "../expression/event-types.ts";
import { asGiven } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { groupKeys } from "./join-keys.ts";
import type { LogPlace } from "./log-place.ts";
import type { JoinedType, TypeEntry } from "./rule-index.ts";
import { Window } from "./window.ts";
import { WindowList } from "./window-list.ts";

const NO_GROUPS: readonly Window[] = [];

/**
 * The groups that rules with `join` look at: for each rule and each tuple of key values a window
 * over the events that fill one of its keyed steps, whatever their traces.
 */
export class JoinGroups {
  readonly table: WindowList;
  readonly #limits: EngineLimits;
  readonly #counters: EngineCounters;
  /** The open groups by rule key and by their own key there: rules that join by the same share its text. */
  readonly #byKey = new Map<string, Map<string, Window>>();
  readonly #ignored = new Map<CompiledRule, (key: string) => boolean>();
  /** Groups by trace, for rules that also have steps without a key. */
  readonly #byTrace = new Map<string, Set<Window>>();
  /** Windows of traces that closed before the group did, for the same rules. */
  readonly #closedTraces = new WeakMap<Window, Window[]>();
  /** The groups that each story's event is in, by its ID. */
  readonly #byStory = new Map<string, Set<Window>>();

  constructor(limits: EngineLimits, counters: EngineCounters) {
    this.#limits = limits;
    this.#counters = counters;
    this.table = new WindowList(limits.correlationWindowMs, limits.maxWindowMs);
  }

  /** Puts an event into its groups under one rule; answers the groups that learned something. */
  add(joined: JoinedType, event: Event, at: LogPlace): readonly Window[] {
    let touched: Window[] | undefined;
    for (const { group, bits } of this.#groupsOf(joined, event, at)) {
      const outcome = group.add(event, this.#limits.windowEventsMax);
      if (outcome !== "same") group.noteSteps(event.id, bits, outcome);
      else if (group.find(event.id) !== event) continue;
      this.table.touch(group, at.logTimeMs);
      if (joined.rule.hasUnkeyed) this.#note(event.traceId, group);
      if (touched === undefined) touched = [group];
      else touched.push(group);
    }
    return touched ?? NO_GROUPS;
  }

  /** Takes an older version of an event out of the groups where it was; `now` goes there at once where it stays. */
  replaceVersion(before: Event, now: Event, joins: TypeEntry["joins"]): Window[] {
    const left: Window[] = [];
    for (const joined of joins) {
      const staying = before.type === now.type ? groupKeys(joined, now) : [];
      for (const { key, bits } of groupKeys(joined, before)) {
        const group = this.#find(joined.rule, key);
        const stays = staying.some((one) => one.key === key && one.bits === bits);
        if (group !== undefined && ((stays && group.replace(now)) || group.remove(before.id))) left.push(group);
      }
    }
    return left;
  }

  /**
   * Puts a story's event into the groups where it belongs now, in place of its last version, and
   * takes it out of those where it no longer does. Answers the groups that learned something.
   */
  tellStory(event: Event, joins: TypeEntry["joins"], at: LogPlace): Set<Window> {
    const touched = new Set<Window>();
    const stays = new Set<Window>();
    for (const joined of joins) {
      for (const { group, bits } of this.#groupsOf(joined, event, at)) {
        const known = group.remove(event.id);
        if (!known && group.size === 0) group.openedByStory = true;
        group.add(event, this.#limits.windowEventsMax);
        group.noteSteps(event.id, bits);
        if (!known) this.table.touch(group, at.logTimeMs);
        if (joined.rule.hasUnkeyed) this.#note(event.traceId, group);
        stays.add(group);
        touched.add(group);
      }
    }
    for (const group of this.#byStory.get(event.id) ?? []) {
      if (!stays.has(group) && group.remove(event.id)) touched.add(group);
    }
    if (0 < stays.size) this.#byStory.set(event.id, stays);
    else this.#byStory.delete(event.id);
    return touched;
  }

  /** Notes that a story's event is in a group, from a snapshot. */
  recallStory(event: Event, group: Window): void {
    this.#byStory.set(event.id, new Set([...(this.#byStory.get(event.id) ?? []), group]));
    if (group.joinRule?.hasUnkeyed === true) this.#note(event.traceId, group);
  }

  /** Takes a story's event out of its groups, if it is still the one meant; answers those that had it. */
  withdrawStory(id: string, isMeant: (event: Event) => boolean): Window[] {
    const groups = [...(this.#byStory.get(id) ?? [])].filter((group) => {
      const event = group.find(id);
      return event !== undefined && isMeant(event) && group.remove(id);
    });
    if (0 < groups.length) this.#byStory.delete(id);
    return groups;
  }

  /** A trace's window closes: groups that look into the trace keep it. */
  keepTrace(window: Window): void {
    const groups = this.#byTrace.get(window.key);
    if (groups === undefined) return;
    window.detach();
    for (const group of groups) {
      const kept = this.#closedTraces.get(group);
      if (kept === undefined) this.#closedTraces.set(group, [window]);
      else kept.push(window);
    }
  }

  /** Windows of traces that closed while the group was open. */
  keptWindows(group: Window): readonly Window[] {
    return this.#closedTraces.get(group) ?? [];
  }

  /** Keeps a closed window for a group, from a snapshot. */
  recallTrace(group: Window, window: Window): void {
    this.#closedTraces.set(group, [...this.keptWindows(group), window]);
  }

  /** Events of a trace's windows that closed while the group was open. */
  keptEvents(group: Window, traceId: string): readonly Event[] {
    return this.keptWindows(group).flatMap(({ key, events }) => (key === traceId ? events : []));
  }

  /** Open groups with an event of this trace, of rules that have steps without a key. */
  withTrace(traceId: string): Iterable<Window> {
    return this.#byTrace.get(traceId) ?? [];
  }

  /** The open group whose window has this key: no rule's own key holds a bar. */
  named(name: string): Window | undefined {
    const at = name.indexOf("|");
    return this.#byKey.get(name.slice(0, at))?.get(name.slice(at + 1));
  }

  /** Opens a group that is not open yet. */
  open(group: Window): void {
    const rule = group.joinRule?.rule.key ?? "";
    const ofRule = this.#byKey.get(rule);
    if (ofRule === undefined) this.#byKey.set(rule, new Map([[keyOf(group), group]]));
    else ofRule.set(keyOf(group), group);
    this.table.open(group);
  }

  close(group: Window): void {
    this.#byKey.get(group.joinRule?.rule.key ?? "")?.delete(keyOf(group));
    this.table.close(group);
    for (const { id, source } of group.events) {
      if (source !== "story") continue;
      const groups = this.#byStory.get(id);
      groups?.delete(group);
      if (groups?.size === 0) this.#byStory.delete(id);
    }
    if (group.joinRule?.hasUnkeyed !== true) return;
    for (const { traceId } of group.events) {
      const groups = this.#byTrace.get(traceId);
      groups?.delete(group);
      if (groups?.size === 0) this.#byTrace.delete(traceId);
    }
  }

  /** Whether the group joins more traces than its rule allows: a hub value, which joins nothing. */
  isHub(group: Window): boolean {
    const max = group.joinRule?.joins[0]?.maxFanOut ?? Number.POSITIVE_INFINITY;
    return max < group.size && max < new Set(group.events.map(({ traceId }) => traceId)).size;
  }

  #note(traceId: string, group: Window): void {
    const groups = this.#byTrace.get(traceId);
    if (groups === undefined) this.#byTrace.set(traceId, new Set([group]));
    else groups.add(group);
  }

  /** The groups of an event under one rule, opened where there is none, each with its bits there. */
  *#groupsOf(joined: JoinedType, event: Event, at: LogPlace): Generator<{ group: Window; bits: number }> {
    for (const { key, bits } of groupKeys(joined, event)) {
      const group = this.#open(joined.rule, key, at);
      if (group !== undefined) yield { group, bits };
    }
  }

  /**
   * Opens a group as it was, or as it comes up in a log that is read again; `mayOpen` says whether a
   * group that an event asks for is one of those.
   */
  mayOpen: ((name: string, at: LogPlace) => boolean) | undefined = undefined;

  /** The group of a rule with this key, opened where there is none; `undefined` where it may not be. */
  #open(rule: CompiledRule, key: string, at: LogPlace): Window | undefined {
    const open = this.#find(rule, key);
    if (open !== undefined) return open;
    if (this.#isIgnored(rule, key)) return undefined;
    const name = `${rule.rule.key}|${key}`;
    if (this.mayOpen?.(name, at) === false) return undefined;
    // What must be absent opens a group too: it may arrive before the step that it denies.
    if (this.#limits.openWindowsMax <= this.table.size) {
      this.#counters.groupsRefused++;
      return undefined;
    }
    const group = new Window({
      key: name,
      joinRule: rule,
      group: { [rule.joins[0]?.as ?? ""]: key },
      logTimeMs: at.logTimeMs,
      position: at.position,
    });
    this.open(group);
    return group;
  }

  #find({ rule }: CompiledRule, key: string): Window | undefined {
    return this.#byKey.get(rule.key)?.get(key);
  }

  #isIgnored(rule: CompiledRule, key: string): boolean {
    const globs = rule.joins[0]?.ignore ?? [];
    if (globs.length === 0) return false;
    let ignored = this.#ignored.get(rule);
    if (ignored === undefined) {
      ignored = compileTypes(globs);
      this.#ignored.set(rule, ignored);
    }
    return ignored(asGiven(key));
  }
}

/** A group's own key, among those of its rule. */
function keyOf({ group }: Window): string {
  const [key = ""] = Object.values(group);
  return key;
}
