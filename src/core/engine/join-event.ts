import type { Event } from "../model/event.ts";
import { opened } from "../model/unopened-event.ts";
import type { Arrival, JoinGroups } from "./join-groups.ts";
import { type GroupKey, groupKeys } from "./join-keys.ts";
import type { LogPlace } from "./log-place.ts";
import type { News } from "./news.ts";
import type { JoinedType, TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** Whether news may matter to rules with joins. */
export function joins({ entry, left }: News): boolean {
  return 0 < entry.joins.length || (left !== undefined && 0 < left.joins.length);
}

/**
 * Puts news of a trace's window into the join groups where they belong; answers those that learned something.
 * They hold the event that the window holds: it is opened once.
 */
export function joinEvent(groups: JoinGroups, window: Window | undefined, news: News, at: LogPlace): Set<Window> {
  const event = window?.versionOf(news.event) ?? opened(news.event);
  const arrival: Arrival = { event, at, touched: new Set() };
  const known = replaceVersion(groups, news, arrival);
  const { entry, left } = news;
  for (let place = 0; place < entry.joins.length; place++) {
    const joined = entry.joins[place] as JoinedType;
    groups.add(joined.rule, known?.[place] ?? groupKeys(joined, event), arrival);
  }
  touchByTrace(groups, entry, arrival);
  if (left !== undefined) touchByTrace(groups, left, arrival);
  return arrival.touched;
}

/** Steps and absences without a key are looked for in the traces of a group. */
function touchByTrace({ byTrace }: JoinGroups, entry: TypeEntry, { event, touched }: Arrival): void {
  for (const { rule } of entry.joins) {
    if (!rule.hasUnkeyed) continue;
    for (const group of byTrace.of(event.traceId, rule)) if (group.joinRule === rule) touched.add(group);
  }
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
  { entry, before, left }: News,
  arrival: Arrival,
): (readonly GroupKey[])[] | undefined {
  if (before === undefined) return undefined;
  const { event } = arrival;
  const { joins } = left ?? entry;
  // All that is asked about one version is asked together: what was read of it last is known.
  const known = knownKeys.get(before);
  const had = known?.joins === joins ? known.keys : joins.map((joined) => groupKeys(joined, before));
  const has = left === undefined ? joins.map((joined) => groupKeys(joined, event)) : undefined;
  for (const [place, { rule }] of joins.entries()) {
    groups.replaceVersion(rule, { had: had[place] ?? [], has: has?.[place] ?? [] }, arrival);
  }
  if (has !== undefined) knownKeys.set(event, { joins, keys: has });
  return has;
}

/** Whether judging a join group in which nothing held would find nothing, and nothing to count: as in most. */
export function failsAtOnce(group: Window, groups: JoinGroups): boolean {
  return group.lacksSteps && group.record === undefined && !groups.isHub(group);
}
