import type { Event } from "../model/event.ts";

/**
 * Two versions of one event, as one. The version with the higher count (then the later one) gives
 * the words; the times span both. It does not matter which comes first, unless one counts less and ends later.
 */
export function mergeVersions(held: Event, other: Event): Event {
  const newer = held.count - other.count || held.lastMs - other.lastMs;
  const words = 0 <= newer ? held : other;
  const timeMs = Math.min(held.timeMs, other.timeMs);
  const lastMs = Math.max(held.lastMs, other.lastMs);
  if (words === held && timeMs === held.timeMs && lastMs === held.lastMs) return held;
  const first = held.timeMs <= other.timeMs ? held : other;
  return { ...words, time: first.time, timeMs, precisionMs: first.precisionMs, lastMs };
}
