import { describe, expect, test } from "vitest";
import { type CompiledRule, compileRule } from "../../../src/core/engine/compiled-rule.ts";
import { GroupsByKey } from "../../../src/core/engine/groups-by-key.ts";
import { Window } from "../../../src/core/engine/window.ts";
import { path, rule, step } from "../../support/engine-kit.ts";

const RULES = ["one", "two", "three"].map((id, index) =>
  compileRule(
    rule(id, [step("a", "x.a")], {
      joins: [{ as: "pod", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
    }),
    index,
  ),
) as [CompiledRule, CompiledRule, CompiledRule];
const [ONE, TWO, THREE] = RULES;

const group = (joinRule: CompiledRule, key: string): Window =>
  new Window({ key: `${joinRule.rule.key}|${key}`, joinRule, ownKey: key, logTimeMs: 0, position: 1 });

/** These groups, added in this order. */
function holding(...groups: readonly Window[]): GroupsByKey {
  const all = new GroupsByKey();
  for (const one of groups) all.add(one);
  return all;
}

describe("the open groups by key and rule", () => {
  const [first, second, other] = [group(ONE, "api"), group(TWO, "api"), group(ONE, "web")];

  test("are found in any order", () => {
    const all = holding(first, second, other);
    const asked = [
      [TWO, "api"],
      [ONE, "api"],
      [ONE, "web"],
      [TWO, "web"],
      [ONE, "api"],
      [TWO, "api"],
      [THREE, "api"],
      [TWO, "api"],
    ] as const;
    expect(asked.map(([joinRule, key]) => all.find(joinRule, key))).toEqual([
      second,
      first,
      other,
      undefined,
      first,
      second,
      undefined,
      second,
    ]);
  });

  test("are found by the keys of their windows", () => {
    const all = holding(first, second, other);
    expect([all.named(second.key), all.named(`${TWO.rule.key}|web`)]).toEqual([second, undefined]);
  });

  test("are found no more once they closed, and the others still are", () => {
    const all = holding(first, second);
    all.delete(first);
    expect([all.find(ONE, "api"), all.find(TWO, "api")]).toEqual([undefined, second]);
    all.delete(second);
    expect(all.find(TWO, "api")).toBeUndefined();
  });

  test("one that is not there changes nothing when it closes", () => {
    const all = holding(first);
    all.delete(group(ONE, "api"));
    all.delete(other);
    expect(all.find(ONE, "api")).toBe(first);
  });

  test("one is found that opened again, or that was asked for before it opened", () => {
    const all = holding(first);
    all.delete(first);
    const again = group(ONE, "api");
    all.add(again);
    expect(all.find(TWO, "api")).toBeUndefined();
    expect(all.find(ONE, "web")).toBeUndefined();
    all.add(second);
    expect([all.find(ONE, "api"), all.find(TWO, "api")]).toEqual([again, second]);
  });

  test("a rule that was read again finds the groups that it was given", () => {
    const all = holding(first);
    const before = first.joinRule;
    first.joinRule = THREE;
    expect([all.find(ONE, "api"), all.find(THREE, "api")]).toEqual([undefined, first]);
    first.joinRule = before;
  });
});
