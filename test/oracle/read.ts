import type { Event } from "../../src/core/model/event.ts";
import type { FieldPath, PathSegment } from "../../src/core/model/path.ts";
import type { EventTest, Operator, Predicate } from "../../src/core/model/rule.ts";

// contract.md §3.1 and docs/language.md "Steps", word by word.

/** All values at a path: `undefined` and `null` are missing, `[*]` is any element. */
export function valuesAt(root: unknown, { segments }: FieldPath): unknown[] {
  return walk(root, segments);
}

function walk(node: unknown, [hop, ...rest]: readonly PathSegment[]): unknown[] {
  if (node === undefined || node === null) return [];
  if (hop === undefined) return [node];
  if (Array.isArray(node)) {
    if (hop.kind === "each") return node.flatMap((element) => walk(element, rest));
    if (hop.kind === "index") return walk(node[hop.at], rest);
    if (hop.kind === "key") return [];
    return node.filter((element) => String(element?.[hop.key]) === hop.value).flatMap((element) => walk(element, rest));
  }
  return hop.kind === "key" && typeof node === "object" ? walkKey(node, hop.name, rest) : [];
}

/** Names may hold dots themselves: the shortest name that leads to a value wins. */
function walkKey(node: object, name: string, rest: readonly PathSegment[]): unknown[] {
  const found = Object.hasOwn(node, name) ? walk((node as Record<string, unknown>)[name], rest) : [];
  if (0 < found.length) return found;
  const [next, ...further] = rest;
  return next?.kind === "key" ? walkKey(node, `${name}.${next.name}`, further) : [];
}

/** A text with `*` for any run of characters. */
export function globMatches(glob: string, text: string): boolean {
  const source = glob.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\/-]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "s").test(text);
}

/** Whether an event passes the test of a step or an absence. */
export function passes({ types, where }: EventTest, event: Event): boolean {
  if (types !== undefined && !types.some((type) => globMatches(type, event.type))) return false;
  return where === undefined || verdictOf(where, event) === true;
}

/** True, false, or missing: a missing field makes every test false, and its `not` too. */
export type Verdict = boolean | "missing";

function verdictOf(predicate: Predicate, subject: unknown): Verdict {
  switch (predicate.kind) {
    case "not":
      return not(verdictOf(predicate.of, subject));
    case "all":
      return all(predicate.of.map((part) => verdictOf(part, subject)));
    case "any":
      return any(predicate.of.map((part) => verdictOf(part, subject)));
    case "test":
      return testValues(predicate.operator, valuesAt(subject, predicate.path), [predicate.value].flat());
  }
}

export function not(verdict: Verdict): Verdict {
  return verdict === "missing" ? "missing" : !verdict;
}

export function all(parts: readonly Verdict[]): Verdict {
  return parts.includes(false) ? false : !parts.includes("missing") || "missing";
}

export function any(parts: readonly Verdict[]): Verdict {
  return parts.includes(true) || (parts.includes("missing") ? "missing" : false);
}

/** With several values one that passes is enough; with several operands any of them, or none for negatives. */
export function testValues(operator: Operator, values: readonly unknown[], operands: readonly unknown[]): Verdict {
  if (operator === "exists") return 0 < values.length === operands[0];
  if (values.length === 0 || operands.length === 0) return "missing";
  return values.some((value) => testOne(operator, value, operands));
}

function testOne(operator: Exclude<Operator, "exists">, value: unknown, operands: readonly unknown[]): boolean {
  const some = (holds: (operand: unknown) => boolean): boolean => operands.some(holds);
  const number = typeof value === "number" ? value : Number.NaN;
  const text = typeof value === "string" ? value : undefined;
  const list = Array.isArray(value) ? value : text;
  switch (operator) {
    case "equal":
    case "in":
      return some((operand) => value === operand);
    case "notEqual":
    case "notIn":
      return !some((operand) => value === operand);
    case "contains":
      return list !== undefined && some((operand) => list.includes(operand as string));
    case "doesNotContain":
      return list !== undefined && !some((operand) => list.includes(operand as string));
    case "lessThan":
      return some((operand) => number < Number(operand));
    case "lessThanInclusive":
      return some((operand) => number <= Number(operand));
    case "greaterThan":
      return some((operand) => number > Number(operand));
    case "greaterThanInclusive":
      return some((operand) => number >= Number(operand));
    case "startsWith":
      return text !== undefined && some((operand) => text.startsWith(String(operand)));
    case "endsWith":
      return text !== undefined && some((operand) => text.endsWith(String(operand)));
    case "matches":
      return text !== undefined && some((operand) => new RegExp(String(operand)).test(text));
  }
}
