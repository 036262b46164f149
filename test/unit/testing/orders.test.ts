import { expect, test } from "vitest";
import type { Story } from "../../../src/core/model/story.ts";
import { pairUp } from "../../../src/core/testing/pair-up.ts";
import { sameStoriesAs } from "../../../src/core/testing/same-stories.ts";
import { distinctOrders, seededRandom, shuffled } from "../../../src/core/testing/shuffle.ts";
import { event, rule, ruleSet, run, step } from "../../support/engine-kit.ts";

test("a seed gives the same order, another one another", () => {
  const items = Array.from({ length: 20 }, (_, at) => at);
  const order = shuffled(items, seededRandom("a"));
  expect(order).toEqual(shuffled(items, seededRandom("a")));
  expect(order).not.toEqual(shuffled(items, seededRandom("b")));
  expect(order).not.toEqual(items);
  expect(order.toSorted((a, b) => a - b)).toEqual(items);
});

test("few items give every order once, many items as many as asked for", () => {
  const orders = (items: readonly string[]): string[] =>
    distinctOrders(items, 20, seededRandom("a")).map((order) => order.join(""));
  expect(orders(["a", "b"]).toSorted()).toEqual(["ab", "ba"]);
  expect(orders(["a", "b", "c"]).toSorted()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  const many = orders([..."abcdefgh"]);
  expect(many).toHaveLength(20);
  expect(new Set(many).size).toBe(20);
  expect(many.every((order) => [...order].toSorted().join("") === "abcdefgh")).toBe(true);
});

test("every place of a shuffled order is reached by every item", () => {
  const random = seededRandom("reach");
  const seen = new Set<string>();
  for (let at = 0; at < 500; at++) {
    for (const [place, item] of shuffled([0, 1, 2, 3], random).entries()) seen.add(`${item}@${place}`);
  }
  expect(seen.size).toBe(16);
});

test("pairing gives way: what fits only one place gets it", () => {
  const fits = [
    [true, true],
    [true, false],
  ];
  expect(pairUp(2, 2, (wanted, got) => fits[wanted]?.[got] === true)).toEqual([1, 0]);
  expect(pairUp(2, 1, () => true)).toEqual([0, undefined]);
  expect(pairUp(0, 3, () => true)).toEqual([]);
});

async function storiesOf(name: string): Promise<Story[]> {
  const rules = ruleSet(
    rule("one", [step("a", "x.a")], { story: { summary: name, detail: undefined, actions: [], runbook: undefined } }),
  );
  return (await run(rules, [event("e1", "x.a", 0)])).map(({ story }) => story);
}

test("orders that tell something else are told apart, field by field", async () => {
  const [one, same, other] = [await storiesOf("one"), await storiesOf("one"), await storiesOf("other")];
  const span = { start: 0, end: 1 };
  expect(sameStoriesAs(one, span)(same)).toEqual([]);
  expect(sameStoriesAs(one, span)(other)).toMatchObject([
    { differences: [{ path: "summary", expected: '"one"', got: '"other"' }] },
  ]);
  expect(sameStoriesAs(one, span)([])).toMatchObject([
    { message: expect.stringContaining("one story less: test/one") },
  ]);
  expect(sameStoriesAs([], span)(one)).toMatchObject([{ message: expect.stringContaining("one story more") }]);
  // When it was told is no difference.
  expect(sameStoriesAs(one, span)(one.map((story) => ({ ...story, id: "st_x", revision: 9 })))).toEqual([]);
});
