import type { Predicate } from "../model/rule.ts";

/** A field test as a rule's author would say it: `attributes.verb is one of create, update`. */
export function predicateWords(predicate: Predicate): string {
  if (predicate.kind === "not") return `not (${predicateWords(predicate.of)})`;
  if (predicate.kind !== "test") {
    const parts = predicate.of.map(predicateWords);
    return parts.length === 1 ? (parts[0] ?? "") : `${predicate.kind} of (${parts.join("; ")})`;
  }
  const { path, operator, value } = predicate;
  if (operator === "exists") return `${path.text} ${value === true ? "is there" : "is not there"}`;
  const list = Array.isArray(value) ? value.map(String).join(", ") : JSON.stringify(value);
  return `${path.text} ${operatorWords(operator)} ${list}`;
}

/** An operator between a field and its value, as people say it: `is one of`, `≤`. */
export function operatorWords(operator: string): string {
  return OPERATOR_WORDS[operator] ?? operator;
}

const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  equal: "is",
  in: "is one of",
  notIn: "is none of",
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
