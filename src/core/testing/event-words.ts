import type { Event } from "../model/event.ts";
import { type DurationMs, formatDuration, parseDuration } from "../model/time.ts";

/** `endpoint removed (e2)`: what happened, for people, and the event's id. */
export function eventWords({ type, reason, id }: Event): string {
  const [, ...rest] = type.split(".");
  const words = (0 < rest.length ? rest : [type]).join(" ").replaceAll("_", " ");
  return `${reason ?? words} (${id})`;
}

/** Values or ids one after the other, cut after eight. */
export function few(words: readonly string[]): string {
  const shown = words.slice(0, FEW).join(", ");
  return FEW < words.length ? `${shown} and ${words.length - FEW} more` : shown;
}

const FEW = 8;
const VALUE_MAX = 160;

/** A field's values as JSON, long ones cut; `missing` for none. */
export function fieldWords(values: readonly unknown[]): string {
  if (values.length === 0) return "missing";
  return few(values.map((value) => shortened(JSON.stringify(value) ?? "undefined")));
}

function shortened(text: string): string {
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX)}…`;
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
