import type { Predicate } from "../model/rule.ts";

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
