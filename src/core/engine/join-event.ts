import type { Event } from "../model/event.ts";
import type { JoinGroups } from "./join-groups.ts";
import type { LogPlace } from "./log-place.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** An event that came, what the rules say of its type, and the version of it that was there before. */
export interface Joining {
  readonly entry: TypeEntry;
  readonly event: Event;
  readonly before: Event | undefined;
  readonly at: LogPlace;
}

/** Puts an event into the join groups it belongs to; answers those that learned something. */
export function joinEvent(groups: JoinGroups, { entry, event, before, at }: Joining, index: RuleIndex): Set<Window> {
  const touched = new Set(
    before === undefined ? [] : groups.replaceVersion(before, event, index.entry(before.type).joins),
  );
  for (const joined of entry.joins) {
    for (const group of groups.add(joined, event, at)) touched.add(group);
    if (!joined.rule.hasUnkeyed) continue;
    for (const group of groups.withTrace(event.traceId)) if (group.joinRule === joined.rule) touched.add(group);
  }
  return touched;
}

/** Whether judging a join group in which nothing held would find nothing, and nothing to count: as in most. */
export function failsAtOnce(group: Window, groups: JoinGroups): boolean {
  return group.lacksSteps && group.record === undefined && !groups.isHub(group);
}
