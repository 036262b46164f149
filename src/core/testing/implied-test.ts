import type { Predicate } from "../model/rule.ts";

/**
 * Whether a field test says nothing that the tests beside it don't say already, so that a rule without
 * it (or with its list shortened) is the same rule. It knows two such tests, and takes any other for
 * one that counts:
 *
 * - `exists: true` beside another test of that field, its negation too: those fail on a missing field.
 * - `notEqual` or `notIn` beside a test that a value passes only if it is, or begins with, something else.
 */
export function isImplied(part: Predicate, beside: readonly Predicate[]): boolean {
  if (part.kind !== "test") return false;
  const { path, operator, value } = part;
  if (operator === "exists") return value === true && beside.some((other) => needsField(other, path.text));
  if (operator !== "notEqual" && operator !== "notIn") return false;
  const refused = textsOf(value);
  return refused !== undefined && beside.some((other) => takesNoneOf(other, path.text, refused));
}

function needsField(test: Predicate, path: string): boolean {
  switch (test.kind) {
    case "test":
      return test.path.text === path && (test.operator !== "exists" || test.value === true);
    case "not":
      return test.of.kind === "test" && test.of.path.text === path && test.of.operator !== "exists";
    case "all":
      return test.of.some((each) => needsField(each, path));
    case "any":
      return test.of.every((each) => needsField(each, path));
  }
}

function takesNoneOf(test: Predicate, path: string, refused: readonly string[]): boolean {
  if (test.kind !== "test" || test.path.text !== path) return false;
  const taken = textsOf(test.value);
  if (taken === undefined) return false;
  if (test.operator === "equal" || test.operator === "in") return !taken.some((each) => refused.includes(each));
  return test.operator === "startsWith" && !taken.some((start) => refused.some((each) => each.startsWith(start)));
}

/** The operands, where all are texts. */
function textsOf(value: unknown): readonly string[] | undefined {
  const operands: readonly unknown[] = Array.isArray(value) ? value : [value];
  return operands.every((each) => typeof each === "string") ? operands : undefined;
}
