import { describe, expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Rule, RuleSet } from "../../../src/core/model/rule.ts";
import type { StoryChange } from "../../../src/core/model/story.ts";
import { event, final, path, rule, ruleSet, step } from "../../support/engine-kit.ts";

const pair = (id: string, type: string): Rule =>
  rule(id, [step("a", `${type}.a`), step("b", `${type}.b`, { after: ["a"] })], { withinMs: 3_600_000 });
const RULES = ruleSet(pair("one", "x"), pair("two", "y"));

/** The same rules as a reload reads them: equal, and not the same objects. */
const copy = (set: RuleSet): RuleSet => structuredClone(set);

async function tell(swaps: boolean): Promise<unknown[]> {
  const engine = new Engine({ rules: RULES });
  const told = new Map<string, unknown>();
  const take = (): void => {
    for (const { story } of engine.take()) told.set(story.id, [story.revision, story.bound, story.status]);
  };
  for (let n = 1; n <= 4_000; n++) {
    const type = `${n % 3 === 0 ? "y" : "x"}.${n % 7 < 3 ? "a" : "b"}`;
    const one = event(`e${n}`, type, n, { traceId: `t${n % 40}` });
    await engine.accept(one, { position: n, logTimeMs: one.timeMs });
    if (swaps && n % 10 === 0) await engine.swapRules(copy(RULES));
    take();
  }
  await engine.end();
  take();
  return [...told.values()];
}

test("the same rules again change nothing, over windows and revisions", async () => {
  expect(await tell(true)).toEqual(await tell(false));
});

/** Feeds two events, swaps the rules between them, and ends the input. */
async function swapped(before: RuleSet, after: RuleSet, types: readonly [string, string]): Promise<StoryChange[]> {
  const engine = new Engine({ rules: before });
  const [first, second] = [event("1", types[0], 0), event("2", types[1], 1)];
  await engine.accept(first, { position: 1, logTimeMs: first.timeMs });
  await engine.swapRules(after);
  await engine.accept(second, { position: 2, logTimeMs: second.timeMs });
  await engine.end();
  return engine.take();
}

describe("other rules are in force at once, in the windows that are open", () => {
  const single = (more: Partial<Rule> = {}): RuleSet => ruleSet(rule("r", [step("a", "x.a")], more));
  const words = (summary: string): Rule["story"] => ({ summary, detail: undefined, actions: [], runbook: undefined });

  test("a new rule tells of what came before it", async () => {
    const told = final(await swapped(ruleSet(), single(), ["x.a", "x.b"]));
    expect(told.map(({ bound }) => bound)).toEqual([{ a: ["1"] }]);
  });

  test("a rule that is gone takes its story with it", async () => {
    const changes = await swapped(single(), ruleSet(), ["x.a", "x.b"]);
    expect(changes.map(({ kind }) => kind)).toEqual(["told", "retracted"]);
  });

  test("a rule that means something else is judged anew", async () => {
    const other = ruleSet(rule("r", [step("a", "x.b")], { meaningDigest: "sha256:other" }));
    expect(final(await swapped(single(), other, ["x.a", "x.b"])).map(({ bound }) => bound)).toEqual([{ a: ["2"] }]);
  });

  test("new words tell the next revision, not the last one", async () => {
    const [first, ...later] = await swapped(single({ story: words("old") }), single({ story: words("new") }), [
      "x.a",
      "x.a",
    ]);
    expect(first?.story.summary).toBe("old");
    expect(later.at(-1)?.story).toMatchObject({ summary: "new", bound: { a: ["1", "2"] } });
  });

  test("a new rule with a join finds the events of open traces", async () => {
    const joins = [
      { as: "j", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 },
    ];
    const joined = ruleSet(rule("j", [step("a", "x.a"), step("b", "x.b")], { joins }));
    expect(final(await swapped(ruleSet(), joined, ["x.a", "x.b"])).map(({ bound }) => bound)).toEqual([
      { a: ["1"], b: ["2"] },
    ]);
  });

  test("a group that means the same keeps its events", async () => {
    const joins = [
      { as: "j", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 },
    ];
    const joined = ruleSet(rule("j", [step("a", "x.a"), step("b", "x.b")], { joins }));
    expect(final(await swapped(joined, copy(joined), ["x.a", "x.b"]))).toHaveLength(1);
  });
});

test("a restart under other rules is a restart, and then a swap", async () => {
  const old = ruleSet(rule("kept", [step("a", "x.a")]), rule("gone", [step("b", "x.b")], { standalone: true }));
  const changed = ruleSet(rule("kept", [step("a", "x.a")]), rule("new", [step("b", "x.b")], { standalone: true }));
  const log = [event("1", "x.a", 0), event("2", "x.b", 1), event("3", "x.a", 2)];
  const before = new Engine({ rules: old });
  for (const [at, one] of log.slice(0, 2).entries()) {
    await before.accept(one, { position: at + 1, logTimeMs: one.timeMs });
  }
  expect(before.take().map(({ story }) => story.rule.id)).toEqual(["kept", "gone"]);
  const after = new Engine({ rules: changed });
  after.restore(structuredClone(before.snapshot(2)));
  for (const [at, one] of log.entries()) await after.accept(one, { position: at + 1, logTimeMs: one.timeMs });
  await after.end();
  const told = final(after.take()).map(({ rule: { id }, revision, bound }) => [id, revision, bound]);
  expect(told).toEqual([
    ["new", 2, { b: ["2"] }],
    ["kept", 2, { a: ["1", "3"] }],
  ]);
});
