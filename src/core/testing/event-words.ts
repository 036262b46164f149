import type { Event } from "../model/event.ts";
import type { Predicate } from "../model/rule.ts";
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

/** A field test as a rule's author would say it: `attributes.verb is one of create, update`. */
export function predicateWords(predicate: Predicate): string {
  if (predicate.kind === "not") return `not (${predicateWords(predicate.of)})`;
  if (predicate.kind !== "test") {
    const parts = predicate.of.map(predicateWords);
    return parts.length === 1 ? (parts[0] ?? "") : `${predicate.kind} of (${parts.join("; ")})`;
  }
  const { path, operator, value } = predicate;
  const list = Array.isArray(value) ? value.map(String).join(", ") : JSON.stringify(value);
  if (operator === "exists") return `${path.text} ${value === true ? "is there" : "is not there"}`;
  if (operator === "in") return `${path.text} is one of ${list}`;
  if (operator === "notIn") return `${path.text} is none of ${list}`;
  return `${path.text} ${OPERATOR_WORDS[operator] ?? operator} ${list}`;
}

const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  equal: "is",
  notEqual: "is not",
  contains: "contains",
  doesNotContain: "does not contain",
  lessThan: "<",
  lessThanInclusive: "≤",
  greaterThan: ">",
  greaterThanInclusive: "≥",
  startsWith: "starts with",
  endsWith: "ends with",
  matches: "matches",
};
