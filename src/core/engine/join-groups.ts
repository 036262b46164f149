import { compileTypes } from "../expression/event-types.ts";
import { asGiven } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { GroupsByKey } from "./groups-by-key.ts";
import { GroupsByTrace } from "./groups-by-trace.ts";
import { type GroupKey, groupKeys } from "./join-keys.ts";
import type { LogPlace } from "./log-place.ts";
import type { TypeEntry } from "./rule-index.ts";
import { Window } from "./window.ts";
import { WindowList } from "./window-list.ts";
import type { WindowTable } from "./window-table.ts";

/** An event that comes into join groups, or a later version of it. */
export interface Arrival {
  readonly event: Event;
  readonly at: LogPlace;
  /** The groups that learned something are added here. */
  readonly touched: Set<Window>;
}

/**
 * The groups that rules with `join` look at: for each rule and each tuple of key values a window
 * over the events that fill one of its keyed steps, whatever their traces.
 */
export class JoinGroups {
  readonly table: WindowList;
  readonly #limits: EngineLimits;
  readonly #counters: EngineCounters;
  readonly #byKey = new GroupsByKey();
  readonly #ignored = new Map<CompiledRule, (key: string) => boolean>();
  /** Groups by trace, for rules that also have steps without a key. */
  readonly byTrace = new GroupsByTrace();
  /** The open windows of traces. */
  readonly #windows: WindowTable;
  /** Of each open group where the first window of a trace opened that was open when it did. */
  readonly #reaches = new Map<Window, number>();
  /** The groups that each story's event is in, by its ID. */
  readonly #byStory = new Map<string, Set<Window>>();

  constructor(limits: EngineLimits, counters: EngineCounters, windows: WindowTable) {
    this.#windows = windows;
    this.#limits = limits;
    this.#counters = counters;
    this.table = new WindowList(limits.correlationWindowMs, limits.maxWindowMs);
  }

  /** Puts an event into its groups under one rule, by its keys there. */
  add(rule: CompiledRule, keys: readonly GroupKey[], { event, at, touched }: Arrival): void {
    for (const { key, bits } of keys) {
      const group = this.#open(rule, key, at);
      if (group === undefined) continue;
      const outcome = group.add(event, this.#limits.windowEventsMax);
      if (outcome === "added") group.noteSteps(event.id, bits);
      else if (outcome !== "same") group.noteSteps(event.id, bits | group.bitsOf(event.id));
      else if (group.find(event.id) !== event) continue;
      this.table.touch(group, at.logTimeMs);
      this.#noteTrace(event, group);
      touched.add(group);
    }
  }

  /**
   * Takes the version of an event that was there before, by its keys, out of its groups under one rule. The
   * one that came goes there at once where it stays by the keys that it has.
   */
  replaceVersion(
    rule: CompiledRule,
    keys: { readonly had: readonly GroupKey[]; readonly has: readonly GroupKey[] },
    { event, touched }: Arrival,
  ): void {
    for (const { key, bits } of keys.had) {
      const group = this.#byKey.find(rule, key);
      if (group === undefined) continue;
      const stays = keys.has.some((one) => one.key === key && one.bits === bits);
      if ((stays && group.replace(event)) || group.remove(event.id)) touched.add(group);
    }
  }

  /**
   * Puts a story's event into the groups where it belongs now, in place of its last version, and
   * takes it out of those where it no longer does. Answers the groups that learned something.
   */
  tellStory(event: Event, joins: TypeEntry["joins"], at: LogPlace): Set<Window> {
    const touched = new Set<Window>();
    const stays = new Set<Window>();
    for (const joined of joins) {
      for (const { key, bits } of groupKeys(joined, event)) {
        const group = this.#open(joined.rule, key, at);
        if (group === undefined) continue;
        this.#putStory(event, group, bits, at);
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

  /** Puts a story's event into a group, in place of its last version. */
  #putStory(event: Event, group: Window, bits: number, at: LogPlace): void {
    const known = group.remove(event.id);
    if (!known && group.size === 0) group.openedByStory = true;
    group.add(event, this.#limits.windowEventsMax);
    group.noteSteps(event.id, bits);
    if (!known) this.table.touch(group, at.logTimeMs);
    this.#noteTrace(event, group);
  }

  /** Notes that a story's event is in a group, from a snapshot. */
  recallStory(event: Event, group: Window): void {
    this.#byStory.set(event.id, new Set([...(this.#byStory.get(event.id) ?? []), group]));
    this.#noteTrace(event, group);
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

  /** The open group whose window has this key. */
  named(name: string): Window | undefined {
    return this.#byKey.named(name);
  }

  /**
   * Where the log must be read from to build an open group again: events that come into it may have come
   * before, into windows of traces that were open already, and count once.
   */
  reachOf(group: Window): number {
    return this.#reaches.get(group) ?? group.openedPosition;
  }

  /** Notes how far back a group reaches, from a snapshot. */
  recallReach(group: Window, reach: number): void {
    this.#reaches.set(group, reach);
  }

  /** Opens a group that is not open yet. */
  open(group: Window): void {
    const { oldest } = this.#windows;
    if (oldest !== undefined && oldest.openedPosition < group.openedPosition)
      this.#reaches.set(group, oldest.openedPosition);
    this.#byKey.add(group);
    this.table.open(group);
  }

  close(group: Window): void {
    this.#byKey.delete(group);
    this.table.close(group);
    this.#reaches.delete(group);
    for (const { id, source } of group.events) {
      if (source !== "story") continue;
      const groups = this.#byStory.get(id);
      groups?.delete(group);
      if (groups?.size === 0) this.#byStory.delete(id);
    }
    if (group.joinRule?.hasUnkeyed === true) this.byTrace.forget(group, group.joinRule);
  }

  /** Whether the group joins more traces than its rule allows: a hub value, which joins nothing. */
  isHub(group: Window): boolean {
    const max = group.joinRule?.joins[0]?.maxFanOut ?? Number.POSITIVE_INFINITY;
    return max < group.size && max < new Set(group.events.map(({ traceId }) => traceId)).size;
  }

  #noteTrace({ traceId }: Event, group: Window): void {
    const { joinRule } = group;
    if (joinRule?.hasUnkeyed === true) this.byTrace.note(traceId, joinRule, group);
  }

  /**
   * Opens a group as it was, or as it comes up in a log that is read again; `mayOpen` says whether a
   * group that an event asks for is one of those.
   */
  mayOpen: ((name: string, at: LogPlace) => boolean) | undefined = undefined;

  /** The group of a rule with this key, opened where there is none; `undefined` where it may not be. */
  #open(rule: CompiledRule, key: string, at: LogPlace): Window | undefined {
    const open = this.#byKey.find(rule, key);
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
      ownKey: key,
      logTimeMs: at.logTimeMs,
      position: at.position,
    });
    this.open(group);
    return group;
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
