import { compileTypes } from "../expression/event-types.ts";
import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { Join } from "../model/rule.ts";
import { joinKeys } from "./anchor-search.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { LogPlace } from "./log-place.ts";
import { Window } from "./window.ts";
import { WindowTable } from "./window-table.ts";

/**
 * The groups that rules with `join` look at: for each rule and each tuple of key values a window
 * over the events that fill one of its keyed steps, whatever their traces.
 */
export class JoinGroups {
  readonly table: WindowTable;
  readonly #limits: EngineLimits;
  readonly #ignored = new Map<CompiledRule, (key: string) => boolean>();
  /** Groups by trace, for rules that also have steps without a key. */
  readonly #byTrace = new Map<string, Set<Window>>();

  constructor(limits: EngineLimits) {
    this.#limits = limits;
    this.table = new WindowTable(limits.correlationWindowMs, limits.maxWindowMs);
  }

  /** Puts an event into its groups under one rule; answers the groups that learned something. */
  add(rule: CompiledRule, mask: number, event: Event, at: LogPlace): Window[] {
    const join = rule.joins[0];
    if (join === undefined) return [];
    const touched: Window[] = [];
    for (const [key, bits] of keysOf(rule, join, mask, event)) {
      if (this.#isIgnored(rule, key)) continue;
      const group = this.#group(rule, join.as, key, at);
      if (group === undefined) continue;
      const outcome = group.add(event, this.#limits.windowEventsMax);
      if (outcome === "same") continue;
      group.noteSteps(event.id, bits);
      this.table.touch(group, at.logTimeMs);
      if (rule.hasUnkeyed) this.#note(event.traceId, group);
      touched.push(group);
    }
    return touched;
  }

  /** Open groups with an event of this trace, of rules that have steps without a key. */
  withTrace(traceId: string): Iterable<Window> {
    return this.#byTrace.get(traceId) ?? [];
  }

  close(group: Window): void {
    this.table.close(group);
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
    return max < group.events.length && max < new Set(group.events.map(({ traceId }) => traceId)).size;
  }

  #note(traceId: string, group: Window): void {
    const groups = this.#byTrace.get(traceId);
    if (groups === undefined) this.#byTrace.set(traceId, new Set([group]));
    else groups.add(group);
  }

  #group(rule: CompiledRule, join: string, key: string, at: LogPlace): Window | undefined {
    const name = `${rule.rule.key}|${key}`;
    const open = this.table.get(name);
    if (open !== undefined) return open;
    // What must be absent opens a group too: it may arrive before the step that it denies.
    if (this.#limits.openWindowsMax <= this.table.size) return undefined;
    const group = new Window({
      key: name,
      joinRule: rule,
      group: { [join]: key },
      logTimeMs: at.logTimeMs,
      position: at.position,
    });
    this.table.open(group);
    return group;
  }

  #isIgnored(rule: CompiledRule, key: string): boolean {
    let ignored = this.#ignored.get(rule);
    if (ignored === undefined) {
      const globs = rule.joins[0]?.ignore ?? [];
      ignored = globs.length === 0 ? () => false : compileTypes(globs);
      this.#ignored.set(rule, ignored);
    }
    return ignored(key);
  }
}

/** The group keys of an event under one rule, each with the bits of the steps it may fill there. */
function keysOf(rule: CompiledRule, join: Join, mask: number, event: Event): Map<string, number> {
  const bitsByKey = new Map<string, number>();
  for (const step of rule.steps) {
    const paths = join.keys[step.step.as];
    if (paths === undefined || (mask & (1 << step.index)) === 0 || !step.matchesFields(event)) continue;
    for (const key of joinKeys(event, paths)) bitsByKey.set(key, (bitsByKey.get(key) ?? 0) | (1 << step.index));
  }
  for (const { absence, matchesType, matchesFields } of rule.absences) {
    const paths = join.keys[absence.as];
    if (paths === undefined || !matchesType(event.type) || !matchesFields(event)) continue;
    for (const key of joinKeys(event, paths)) bitsByKey.set(key, bitsByKey.get(key) ?? 0);
  }
  return bitsByKey;
}
