import { describe, expect, test } from "vitest";
import { compilePredicate } from "../../../src/core/expression/predicate.ts";
import { parsePath } from "../../../src/core/model/path.ts";
import type { Operator, Predicate, Scalar } from "../../../src/core/model/rule.ts";

function field(path: string, operator: Operator, value: Scalar | readonly Scalar[]): Predicate {
  const parsed = parsePath(path);
  if (parsed === undefined) throw new Error(`${path} is no path`);
  return { kind: "test", path: parsed, operator, value };
}
const not = (of: Predicate): Predicate => ({ kind: "not", of });
const all = (...of: Predicate[]): Predicate => ({ kind: "all", of });
const any = (...of: Predicate[]): Predicate => ({ kind: "any", of });

const event = {
  reason: "BackOff",
  count: 7,
  entity: { kind: "Pod", name: "api-7f9", namespace: undefined },
  related: [
    { role: "owner", name: "a" },
    { role: "mounts", name: "b" },
  ],
  attributes: { number: 5, text: "5", flag: false, zero: 0, empty: "", tags: ["x", "y"], none: null, "a.b.c": 1 },
};

const operators: readonly [path: string, operator: Operator, value: Scalar | readonly Scalar[], holds: boolean][] = [
  ["reason", "equal", "BackOff", true],
  ["reason", "equal", "backoff", false],
  ["reason", "notEqual", "x", true],
  ["reason", "notEqual", "BackOff", false],
  ["attributes.number", "equal", "5", false],
  ["attributes.text", "equal", 5, false],
  ["attributes.flag", "equal", false, true],
  ["attributes.zero", "equal", 0, true],
  ["attributes.empty", "equal", "", true],
  ["attributes.tags", "equal", "x", false],
  ["reason", "in", ["a", "BackOff"], true],
  ["reason", "in", ["a"], false],
  ["reason", "notIn", ["a"], true],
  ["reason", "notIn", ["BackOff"], false],
  ["attributes.tags", "contains", "x", true],
  ["attributes.tags", "contains", "z", false],
  ["attributes.tags", "contains", ["z", "y"], true],
  ["attributes.tags", "doesNotContain", "z", true],
  ["attributes.tags", "doesNotContain", ["z", "y"], false],
  ["reason", "contains", "ckOf", true],
  ["reason", "doesNotContain", "ckOf", false],
  ["count", "contains", 7, false],
  ["count", "doesNotContain", 8, false],
  ["count", "lessThan", 7, false],
  ["count", "lessThanInclusive", 7, true],
  ["count", "greaterThan", 6, true],
  ["count", "greaterThanInclusive", 8, false],
  ["attributes.text", "greaterThan", 1, false],
  ["count", "greaterThan", "1", false],
  ["attributes.text", "lessThan", "6", false],
  ["entity.name", "startsWith", "api-", true],
  ["entity.name", "endsWith", ["x", "7f9"], true],
  ["count", "startsWith", "7", false],
  ["entity.name", "matches", "-[0-9a-f]+$", true],
  ["entity.name", "matches", "^7", false],
  ["entity.name", "matches", "i-7", true],
  ["related[*].name", "equal", "b", true],
  ["related[*].name", "notEqual", "b", true],
  ["related[role=mounts].name", "equal", "a", false],
  ["attributes.a.b.c", "equal", 1, true],
  ["reason", "exists", true, true],
  ["reason", "exists", false, false],
  ["attributes.none", "exists", true, false],
  ["attributes.none", "exists", false, true],
  ["entity.namespace", "exists", false, true],
  ["related[role=node].name", "exists", false, true],
  ["related[role=node].name", "exists", true, false],
  ["constructor", "exists", true, false],
];

describe("operators", () => {
  test.for(operators)("%s %s %j is %s", ([path, operator, value, holds]) => {
    expect(compilePredicate(field(path, operator, value))(event)).toBe(holds);
    expect(compilePredicate(not(field(path, operator, value)))(event)).toBe(!holds);
  });

  const negatable = [
    "equal",
    "notEqual",
    "in",
    "notIn",
    "contains",
    "doesNotContain",
    "lessThan",
    "lessThanInclusive",
    "greaterThan",
    "greaterThanInclusive",
    "startsWith",
    "endsWith",
    "matches",
  ] as const;
  for (const path of [
    "missing",
    "attributes.none",
    "entity.namespace",
    "attributes.a.b.d",
    "related[role=node].name",
    "toString",
  ]) {
    test.for(negatable)(`${path} %s is false, and under not too`, (operator) => {
      expect(compilePredicate(field(path, operator, "x"))(event)).toBe(false);
      expect(compilePredicate(not(field(path, operator, "x")))(event)).toBe(false);
    });
  }
});

test("a pattern gives the same answer however many texts it was asked about", () => {
  const test = compilePredicate(field("message", "matches", "^(1|2)+$"));
  const answers = (): boolean[] => Array.from({ length: 500 }, (_, n) => test({ message: String(n >> 1) }));
  expect(answers()).toEqual(answers());
  expect(answers().filter(Boolean)).toHaveLength(28);
  expect(test({ message: "1".repeat(5_000) })).toBe(true);
});

const T = field("reason", "equal", "BackOff");
const F = field("reason", "equal", "other");
const M = field("missing", "equal", "x");

describe("all, any and not over missing fields", () => {
  const rows: readonly [name: string, predicate: Predicate, holds: boolean][] = [
    ["all(T,T)", all(T, T), true],
    ["all(T,M)", all(T, M), false],
    ["not all(T,M)", not(all(T, M)), false],
    ["not all(F,M)", not(all(F, M)), true],
    ["not all(M,F)", not(all(M, F)), true],
    ["any(T,M)", any(T, M), true],
    ["any(M,T)", any(M, T), true],
    ["any(F,M)", any(F, M), false],
    ["not any(F,M)", not(any(F, M)), false],
    ["not any(F,F)", not(any(F, F)), true],
    ["not any(T,M)", not(any(T, M)), false],
    ["not not M", not(not(M)), false],
    ["not not T", not(not(T)), true],
    ["any(not M, T)", any(not(M), T), true],
  ];
  test.for(rows)("%s", ([, predicate, holds]) => {
    expect(compilePredicate(predicate)(event)).toBe(holds);
  });
});

test.for([undefined, null, 5, "text", [], Object.create(null)])("no subject makes it throw: %j", (subject) => {
  for (const path of ["a", "a.b", "a.b.c", "a[*].b"]) {
    expect(compilePredicate(field(path, "equal", "x"))(subject)).toBe(false);
    expect(compilePredicate(field(path, "exists", false))(subject)).toBe(true);
  }
});
