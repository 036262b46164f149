import type { Event } from "../model/event.ts";
import type { Arrival, JoinGroups } from "./join-groups.ts";
import { type GroupKey, groupKeys } from "./join-keys.ts";
import type { LogPlace } from "./log-place.ts";
import type { JoinedType, RuleIndex, TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** An event that came, what the rules say of its type, and the version of it that was there before. */
export interface Joining {
  readonly entry: TypeEntry;
  readonly event: Event;
  readonly before: Event | undefined;
  readonly at: LogPlace;
}

/** Puts an event into the join groups it belongs to; answers those that learned something. */
export function joinEvent(groups: JoinGroups, joining: Joining, index: RuleIndex): Set<Window> {
  const { entry, event, at } = joining;
  const touched = new Set<Window>();
  const arrival: Arrival = { event, at, touched };
  const known = replaceVersion(groups, joining, arrival, index);
  for (let place = 0; place < entry.joins.length; place++) {
    const joined = entry.joins[place] as JoinedType;
    const { rule } = joined;
    groups.add(rule, known?.[place] ?? groupKeys(joined, event), arrival);
    if (!rule.hasUnkeyed) continue;
    for (const group of groups.byTrace.of(event.traceId, rule)) if (group.joinRule === rule) touched.add(group);
  }
  return touched;
}

/**
 * The keys, under each rule of its type, of events that came in a later version: what repeats once mostly
 * repeats again, and then this version is the one before.
 */
const knownKeys = new WeakMap<
  Event,
  { readonly joins: TypeEntry["joins"]; readonly keys: readonly (readonly GroupKey[])[] }
>();

/** Replaces the version that was there before, if one was; answers the event's keys under each rule where it asked for them. */
function replaceVersion(
  groups: JoinGroups,
  { entry, event, before }: Joining,
  arrival: Arrival,
  index: RuleIndex,
): (readonly GroupKey[])[] | undefined {
  if (before === undefined) return undefined;
  const { joins } = index.entry(before.type);
  // All that is asked about one version is asked together: what was read of it last is known.
  const known = knownKeys.get(before);
  const had = known?.joins === joins ? known.keys : joins.map((joined) => groupKeys(joined, before));
  const has = before.type === event.type ? joins.map((joined) => groupKeys(joined, event)) : undefined;
  for (const [place, { rule }] of joins.entries()) {
    groups.replaceVersion(rule, { had: had[place] ?? [], has: has?.[place] ?? [] }, arrival);
  }
  if (has !== undefined) knownKeys.set(event, { joins, keys: has });
  return joins === entry.joins ? has : undefined;
}

/** Whether judging a join group in which nothing held would find nothing, and nothing to count: as in most. */
export function failsAtOnce(group: Window, groups: JoinGroups): boolean {
  return group.lacksSteps && group.record === undefined && !groups.isHub(group);
}
