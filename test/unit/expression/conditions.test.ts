import { describe, expect, test } from "vitest";
import { inspectConditions } from "../../../src/core/expression/condition-tree.ts";
import { compileConditions } from "../../../src/core/expression/conditions.ts";

type Tree = Readonly<Record<string, unknown>>;
const leaf = (fact: string, path: string | undefined, operator: string, value: unknown): Tree =>
  path === undefined ? { fact, operator, value } : { fact, path, operator, value };

const facts = {
  a: {
    entity: { name: "api" },
    count: 3,
    distinct: 2,
    related: [{ name: "p" }, { name: "q" }],
    attributes: { "x.y": 1 },
  },
  b: { entity: { name: "api" }, count: 5 },
};
const T = leaf("a", "entity.name", "equal", "api");
const F = leaf("a", "entity.name", "equal", "web");
const M = leaf("a", "entity.uid", "equal", "x");

const rows: readonly [tree: Tree, holds: boolean][] = [
  [{ all: [T] }, true],
  [{ all: [T, F] }, false],
  [{ any: [F, T] }, true],
  [{ not: F }, true],
  [{ not: T }, false],
  [{ all: [M] }, false],
  [{ not: M }, false],
  [{ not: { not: M } }, false],
  [{ not: { all: [F, M] } }, true],
  [{ not: { all: [T, M] } }, false],
  [{ not: { any: [F, M] } }, false],
  [{ any: [M, T] }, true],
  [{ all: [{ any: [F, { not: F }] }, T] }, true],
  [{ all: [leaf("a", "count", "lessThan", { fact: "b", path: "count" })] }, true],
  [{ all: [leaf("a", "count", "lessThan", { fact: "b", path: "nothing" })] }, false],
  [{ not: leaf("a", "count", "lessThan", { fact: "b", path: "nothing" }) }, false],
  [{ all: [leaf("a", "entity.name", "equal", { fact: "b", path: "entity.name" })] }, true],
  [{ all: [leaf("a", "related[*].name", "equal", "q")] }, true],
  [{ all: [leaf("a", "related[*].name", "in", ["x", "p"])] }, true],
  [{ all: [leaf("a", "attributes.x.y", "equal", 1)] }, true],
  [{ all: [leaf("a", "entity.name", "matches", "^a.i$")] }, true],
  [{ all: [leaf("a", "entity.name", "startsWith", ["x", "ap"])] }, true],
  [{ all: [leaf("z", undefined, "exists", false)] }, true],
  [{ all: [leaf("z", "count", "exists", true)] }, false],
  [{ not: leaf("z", undefined, "exists", true) }, true],
  [{ all: [leaf("a", undefined, "exists", true)] }, true],
  [{ all: [leaf("z", "count", "greaterThan", 1)] }, false],
  [{ not: leaf("z", "count", "greaterThan", 1) }, false],
  [{ all: [leaf("constructor", undefined, "exists", true)] }, false],
  [{ all: [leaf("a", "constructor.name", "exists", true)] }, false],
  [{ all: [leaf("a", "__proto__", "exists", true)] }, false],
];

describe("compileConditions", () => {
  test.for(rows)("%j: %s", async ([tree, holds]) => {
    expect(inspectConditions(tree)).toEqual([]);
    expect(await compileConditions(tree)(facts)).toBe(holds);
  });

  test("runs that overlap do not disturb each other", async () => {
    const judge = compileConditions({ all: [leaf("a", "count", "greaterThan", 2)] });
    const verdicts = await Promise.all([1, 3, 2, 9].map((count) => judge({ a: { count } })));
    expect(verdicts).toEqual([false, true, false, true]);
  });

  test("no path text is run as JSONPath", async () => {
    const globals = globalThis as { tapioOwned?: boolean };
    const attacks = [
      "$..[?(globalThis.tapioOwned = true)]",
      "$..[?(@.constructor.constructor('globalThis.tapioOwned=true')())]",
      "$[(globalThis.tapioOwned=true)]",
    ];
    for (const path of attacks) {
      const tree = { all: [leaf("a", path, "exists", true)] };
      expect(inspectConditions(tree).map(({ kind }) => kind)).toEqual(["path"]);
      expect(() => compileConditions(tree)).toThrow("checked before");
    }
    const odd = compileConditions({
      any: [leaf("a", "$", "exists", true), leaf("a", "$.entity.name", "equal", "api")],
    });
    expect(await odd(facts)).toBe(false);
    expect(globals.tapioOwned).toBeUndefined();
  });
});

describe("inspectConditions", () => {
  const wrong: readonly [tree: unknown, kind: string, path: readonly (string | number)[]][] = [
    [{}, "shape", []],
    [5, "shape", []],
    [T, "shape", []],
    [{ all: [] }, "shape", ["all"]],
    [{ all: T }, "shape", ["all"]],
    [{ not: [T] }, "shape", ["not"]],
    [{ all: [T], any: [T] }, "key", ["any"]],
    [{ all: [{ ...T, params: {} }] }, "key", ["all", 0, "params"]],
    [{ all: [{ ...T, priority: 3 }] }, "key", ["all", 0, "priority"]],
    [{ all: [T], name: "x" }, "key", ["name"]],
    [{ all: [leaf("a", "count", "equal", { fact: "b", params: 1 })] }, "key", ["all", 0, "value", "params"]],
    [{ all: [leaf("a", "count", "eq", 1)] }, "operator", ["all", 0, "operator"]],
    [{ all: [leaf("a", "count", "toString", 1)] }, "operator", ["all", 0, "operator"]],
    [{ all: [leaf("nobody", "count", "equal", 1)] }, "fact", ["all", 0, "fact"]],
    [{ all: [leaf("a", "count", "equal", { fact: "nobody" })] }, "fact", ["all", 0, "value", "fact"]],
    [{ all: [leaf("a", "a..b", "equal", 1)] }, "path", ["all", 0, "path"]],
    [{ all: [leaf("a", "reason", "matches", "a(?=b)")] }, "regex", ["all", 0, "value"]],
    [{ all: [leaf("a", "reason", "exists", "yes")] }, "shape", ["all", 0, "value"]],
    [{ all: [leaf("a", "reason", "equal", [[1]])] }, "shape", ["all", 0, "value"]],
  ];
  test.for(wrong)("%j", ([tree, kind, path]) => {
    const [first, ...others] = inspectConditions(tree, ["a", "b"]);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind, path });
  });

  test("a reference to a named condition is refused", () => {
    expect(inspectConditions({ all: [{ condition: "elsewhere" }] }).map(({ kind }) => kind)).toContain("key");
  });

  test("nesting is bounded", () => {
    let tree: Tree = { all: [T] };
    for (let depth = 0; depth < 40; depth++) tree = { all: [tree] };
    expect(inspectConditions(tree)).toHaveLength(1);
  });
});
