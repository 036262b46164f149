import { describe, expect, test } from "vitest";
import { compileTypes, isExactType } from "../../../src/core/expression/event-types.ts";

const rows: readonly [types: readonly string[] | undefined, type: string, passes: boolean][] = [
  [undefined, "anything", true],
  [["a.b"], "a.b", true],
  [["a.b"], "a.bc", false],
  [["a.b", "c"], "c", true],
  [["a.b", "c"], "d", false],
  [["k8s.pod.*"], "k8s.pod.oomkilled", true],
  [["k8s.pod.*"], "k8s.pod.", true],
  [["k8s.pod.*"], "k8s.node.ready", false],
  [["*.oomkilled"], "k8s.pod.oomkilled", true],
  [["k8s.*.not*"], "k8s.node.notready", true],
  [["k8s.*.not*"], "k8s.notready", false],
  [["a*a"], "a", false],
  [["a*b*a"], "aba", true],
  [["a*b*a"], "aa", false],
  [["x", "a*"], "ab", true],
  [["*"], "", true],
  [["a.b"], "aXb", false],
  [[], "a", false],
];

describe("compileTypes", () => {
  test.for(rows)("%j on %s: %s", ([types, type, passes]) => {
    expect(compileTypes(types)(type)).toBe(passes);
  });
});

test("isExactType", () => {
  expect(isExactType("a.b")).toBe(true);
  expect(isExactType("a.*")).toBe(false);
});
