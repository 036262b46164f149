import { invariant } from "../model/invariant.ts";
import type { Operator, Scalar } from "../model/rule.ts";
import { compileRegex } from "./regex.ts";

/** A test of one field value that is there: never `undefined` or `null`. */
export type ValueTest = (field: unknown) => boolean;

type OperatorName = Exclude<Operator, "exists">;

/**
 * The one meaning of every operator but `exists`, for `where` and for `conditions`.
 *
 * A list as value means any of its elements, for negative operators none of them.
 * - `equal`, `in` and their negatives compare scalars without conversion: `"5"` is not `5`.
 *   A list or an object in a field equals nothing.
 * - `contains` and its negative look into a list, or for a part of a text; any other field is false
 *   for both.
 * - The four comparisons hold between two numbers and are false for anything else, texts included.
 * - `startsWith`, `endsWith` and `matches` hold for texts and are false for anything else.
 * - `matches` takes RE2 syntax and finds its pattern anywhere in the text.
 *
 * @throws InvariantError where `matches` is given what does not compile; lint refuses it before
 */
export function operatorTest(operator: OperatorName, value: unknown): ValueTest {
  const operands: readonly unknown[] = Array.isArray(value) ? value : [value];
  return TESTS[operator](operands);
}

const TESTS: Readonly<Record<OperatorName, (operands: readonly unknown[]) => ValueTest>> = {
  equal: isOneOf,
  in: isOneOf,
  notEqual: isNoneOf,
  notIn: isNoneOf,
  contains: (operands) => (field) => containsAny(field, operands) === true,
  doesNotContain: (operands) => (field) => containsAny(field, operands) === false,
  lessThan: (operands) => compares(operands, (a, b) => a < b),
  lessThanInclusive: (operands) => compares(operands, (a, b) => a <= b),
  greaterThan: (operands) => compares(operands, (a, b) => b < a),
  greaterThanInclusive: (operands) => compares(operands, (a, b) => b <= a),
  startsWith: (operands) => texts(operands, (field, start) => field.startsWith(start)),
  endsWith: (operands) => texts(operands, (field, end) => field.endsWith(end)),
  matches: matchesAny,
};

function isOneOf(operands: readonly unknown[]): ValueTest {
  const [first] = operands;
  if (operands.length === 1) return (field) => field === first;
  const known = new Set(operands);
  return (field) => known.has(field);
}

function isNoneOf(operands: readonly unknown[]): ValueTest {
  const equal = isOneOf(operands);
  return (field) => !equal(field);
}

function containsAny(field: unknown, operands: readonly unknown[]): boolean | undefined {
  if (Array.isArray(field)) return operands.some((operand) => field.includes(operand));
  if (typeof field !== "string") return undefined;
  return operands.some((operand) => typeof operand === "string" && field.includes(operand));
}

function compares(operands: readonly unknown[], holds: (field: number, operand: number) => boolean): ValueTest {
  const numbers = operands.filter((operand) => typeof operand === "number");
  const [only = Number.NaN] = numbers;
  if (numbers.length <= 1) return (field) => typeof field === "number" && holds(field, only);
  return (field) => typeof field === "number" && numbers.some((operand) => holds(field, operand));
}

function texts(operands: readonly unknown[], holds: (field: string, operand: string) => boolean): ValueTest {
  const known = operands.filter((operand) => typeof operand === "string");
  return (field) => typeof field === "string" && known.some((operand) => holds(field, operand));
}

function matchesAny(operands: readonly unknown[]): ValueTest {
  const regexes = operands.filter((operand) => typeof operand === "string").map(compileRegex);
  const finds = regexes.map((regex) => {
    invariant(regex.ok, "a regular expression was checked before it is compiled");
    return regex.find;
  });
  return (field) => typeof field === "string" && finds.some((find) => find(field));
}

/** Whether a value is one that an operator can be given. */
export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
