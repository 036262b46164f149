import { expect, test } from "vitest";
import { compileRule } from "../../../src/core/engine/compiled-rule.ts";
import { explainRule } from "../../../src/core/testing/explain-rule.ts";
import type { Explanation } from "../../../src/core/testing/explanation.ts";
import { tell } from "../../../src/core/testing/tell.ts";
import { WindowLog } from "../../../src/core/testing/window-log.ts";
import { chain, ruleOf, runLines } from "./case-kit.ts";

/** What there is to say of `p/r`, one of some rules, in a trace, after these events. */
async function explain(rules: readonly string[], events: readonly string[], trace: string): Promise<Explanation> {
  const { ready, rules: read } = await runLines(rules, [`events: [ ${events.join(", ")} ]`, "expect: { stories: [] }"]);
  const log = new WindowLog();
  const { arrivals } = ready.log;
  const { stories } = await tell({ rules: read, limits: {}, arrivals, moments: [], observe: log.observe });
  const index = read.rules.findIndex(({ key }) => key === "p/r");
  const rule = read.rules[index];
  if (rule === undefined) throw new Error("no rule was read");
  return explainRule(compileRule(rule, index), { log, stories }, { trace });
}

const OOM = "{ id: e1, at: 0s, use: oom }";

test("the rule that tells the story is the one of this trace, not of another", async () => {
  const rules = [
    ruleOf("id: r, priority: 10, steps: [ { as: oom, type: x.oom } ]"),
    ruleOf("id: first, priority: 90, steps: [ { as: gone, type: x.gone } ]"),
    ruleOf("id: second, priority: 95, steps: [ { as: back, type: x.back } ]"),
  ];
  const events = [
    "{ id: a1, at: 0s, use: oom, traceId: t0 }",
    "{ id: a2, at: 9s, use: gone, traceId: t0 }",
    OOM,
    "{ id: e2, at: 9s, use: gone, type: x.back }",
  ];
  const of = async (trace: string) => (await explain(rules, events, trace)).failed?.detail;
  expect(await of("t1")).toBe("it holds, and p/second tells the story: priority 10 is below 95");
  expect(await of("t0")).toBe("it holds, and p/first tells the story: priority 10 is below 90");
});

test("a story that the rule told in another trace is named apart", async () => {
  const events = ["{ id: a1, at: 0s, use: oom, traceId: t0 }", "{ id: a2, at: 9s, use: gone, traceId: t0 }", OOM];
  const [here, there] = [await explain([chain()], events, "t1"), await explain([chain()], events, "t0")];
  expect(there.told).toHaveLength(1);
  expect(there.toldElsewhere).toBeUndefined();
  expect(here).toMatchObject({ told: [], toldElsewhere: there.told, failed: { step: "gone", because: "join" } });
});

test("what is too far from the first event to be counted is told", async () => {
  const rule = ruleOf("id: r, within: 2m, steps: [ { as: gone, type: x.gone, count: { atLeast: 3 } } ]");
  const events = [1, 61, 122].map((at) => `{ id: e${at}, at: ${at}s, use: gone }`);
  const { failed } = await explain([rule], events, "t1");
  expect(failed).toMatchObject({ because: "count", detail: "there are 2 of 3 occurrences of gone: e1, e61" });
  expect(failed?.passedOver).toEqual(["gone (e122) came 2m1s after gone (e1); the rule's limit is 2m"]);
});

test("what other events failed at is said beside the one that came closest", async () => {
  const rule = chain("", "after: oom, within: 1m");
  const events = [
    "{ id: e2, at: 40s, use: oom, type: x.other }",
    "{ id: e3, at: 75s, use: gone }",
    "{ id: e4, at: 90s, use: gone }",
    "{ id: e5, at: -20s, use: gone }",
  ];
  const { failed } = await explain([rule], [OOM, ...events], "t1");
  expect(failed).toMatchObject({ because: "gap", detail: "gone (e3) came 1m15s after oom (e1); the limit is 1m" });
  expect(failed?.passedOver).toEqual([
    "gone (e5) came 20s before oom (e1), and must come after it",
    "gone (e4) came 1m30s after oom (e1); the limit is 1m",
  ]);
});

test("of a count that is not reached, the events that did not count are named", async () => {
  const rule = chain("", "after: oom, within: 1m, count: { atLeast: 2 }");
  const events = ["{ id: e2, at: 40s, use: gone }", "{ id: e3, at: 75s, use: gone }"];
  expect((await explain([rule], [OOM, ...events], "t1")).failed).toEqual({
    step: "gone",
    because: "count",
    detail: "there are 1 of 2 occurrences of gone: e2",
    passedOver: ["gone (e3) came 1m15s after oom (e1); the limit is 1m"],
  });
});

test("a rule over stories points at the rule that told none", async () => {
  const rules = [
    ruleOf("id: r, join: [ { as: node, keys: { pod: [entity.node] } } ], steps: [ { as: pod, type: story.low } ]"),
    ruleOf("id: low, steps: [ { as: gone, type: x.gone } ]"),
  ];
  expect((await explain(rules, [OOM], "t1")).failed?.detail).toBe(
    "there is no event of type story.low in trace t1; ask the same of the rule low",
  );
});

test("a gap whose time is over is waited for no longer", async () => {
  const rule = chain("", "after: oom, within: 10s");
  const late = await explain([rule], [OOM, "{ id: e2, at: 11s, use: oom, type: x.other }"], "t1");
  expect(late.failed?.detail).toBe("there is no event of type x.gone in trace t1 from 2026-03-01T10:00:00.000Z");
});
