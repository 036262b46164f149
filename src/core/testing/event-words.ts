import type { Event } from "../model/event.ts";
import { type DurationMs, formatDuration, parseDuration } from "../model/time.ts";

/** `endpoint removed (e2)`: what happened, for people, and the event's id. */
export function eventWords({ type, reason, id }: Event): string {
  const [, ...rest] = type.split(".");
  const words = (0 < rest.length ? rest : [type]).join(" ").replaceAll("_", " ");
  return `${reason ?? words} (${id})`;
}

const UNITS: readonly (readonly [unit: string, ms: DurationMs])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** A length of time with nothing rounded away: `6m12s`, `5m1ms`. */
export function exactDuration(ms: DurationMs): string {
  const short = formatDuration(ms);
  if (parseDuration(short) === ms) return short;
  let left = Math.round(ms);
  const parts = UNITS.flatMap(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.join("") || short;
}
