import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Event } from "../../../src/core/model/event.ts";
import type { Absence, Rule } from "../../../src/core/model/rule.ts";
import { event, final, path, rule, ruleSet, run, START_MS, step } from "../../support/engine-kit.ts";
import { runAt } from "./scripted-log.ts";

const by = (field: string, ...steps: readonly string[]): Rule["joins"] => [
  { as: "j", keys: Object.fromEntries(steps.map((name) => [name, [path(field)]])), ignore: [], maxFanOut: 50 },
];
const low = rule("low", [step("a", "a.x", { role: "cause" })]);
const up = rule("up", [step("s", "story.low", { role: "cause" })], { joins: by("entity.namespace", "s") });
const pod = (name: string, node?: string) => ({ entity: { kind: "Pod", namespace: "shop", name, node } });
const heads = async (rules: readonly Rule[], log: readonly Event[]) =>
  final(await run(ruleSet(...rules), log))
    .map(({ rule: { id } }) => id)
    .sort();

const untilTheEnd = (from: string): Absence => ({
  as: "no",
  types: ["b.x"],
  where: undefined,
  from: { kind: "step", step: from, offsetMs: 0 },
  to: { kind: "windowEnd" },
  requireSource: undefined,
  onUnknown: "hold",
});

test("a step without a key is found in the traces of those with one, also at the end of input", async () => {
  const joined = rule("r", [step("a", "a.x"), step("b", "b.x")], { joins: by("entity.name", "a") });
  expect(await heads([joined], [event("e1", "a.x", 0), event("e2", "b.x", 1)])).toEqual(["r"]);
});

test("the joins beyond the first hold for further events too", async () => {
  const joins = [...by("entity.namespace", "p", "c"), ...by("entity.name", "p", "c")];
  const two = rule("r", [step("p", "a.x"), step("c", "b.x")], { joins });
  const log = [event("p", "a.x", 0), event("c1", "b.x", 1), event("c2", "b.x", 2, pod("other"))];
  expect(final(await run(ruleSet(two), log))[0]?.bound).toEqual({ p: ["p"], c: ["c1"] });
});

test("an incident outranks the stories that it is made of, and no others", async () => {
  const plain = { ...low, priority: 10 };
  const best = rule("best", [step("b", "b.x")], { priority: 90 });
  const incident = { ...up, priority: 20 };
  expect(await heads([plain, best, incident], [event("e1", "a.x", 0), event("e2", "b.x", 1)])).toEqual(["best"]);
});

test("a story's event is about the root cause of now, in whatever order its events came", async () => {
  const log = [event("b", "a.x", 0, pod("two")), event("a", "a.x", 0, pod("one"))];
  for (const order of [log, log.toReversed()]) {
    const [story] = final(await run(ruleSet(low, up), order));
    expect(story?.rootCause.entity.name).toBe("one");
  }
});

test("an incident goes with the only story that it was made of", async () => {
  const joins = by("entity.name", "a").map((join) => ({ ...join, maxFanOut: 1 }));
  const log = [event("e1", "a.x", 0), event("e2", "a.x", 1, { traceId: "t2" })];
  expect(await heads([{ ...low, joins }, up], log)).toEqual([]);
});

test("at the end of input stories close the incidents that they open", async () => {
  const quiet = { ...low, absent: [untilTheEnd("a")] };
  const two = { ...up, absent: [untilTheEnd("s")], steps: up.steps.map((one) => ({ ...one, count: TWO })) };
  const log = [event("e1", "a.x", 0), event("e2", "a.x", 1, { traceId: "t2" })];
  expect(await heads([quiet, two], log)).toEqual(["up"]);
});
const TWO = { atLeast: 2, distinct: undefined };

test("what headed a trace a moment ago is no other window of the incident that takes its place", async () => {
  const r1 = rule("r1", [step("a", "a.*", { role: "cause", pick: "last", count: TWO })], { priority: 60 });
  const named = { atLeast: 2, distinct: path("entity.name") };
  const u0 = rule("u0", [step("s", "story.r1", { role: "impact", count: named })], {
    priority: 40,
    supersedes: ["test/r1"],
    joins: by("entity.node", "s"),
  });
  const log = [
    event("a0", "a.x", 0, { ...pod("n2", "m1"), count: 2 }),
    event("a3", "a.x", 0, { ...pod("n1"), traceId: "t2", count: 2 }),
    event("a2", "a.x", 0.5, { ...pod("n1", "m1"), traceId: "t2" }),
  ];
  expect(await heads([r1, u0], log)).toEqual(["u0"]);
});

test("an incident of incidents stays when the stories at the bottom change", async () => {
  const r0 = rule("r0", [step("s", "a.x", { role: "impact" })], { priority: 60 });
  const u0 = rule("u0", [step("s", "story.r0", { role: "impact" })], {
    priority: 40,
    joins: by("entity.node", "s"),
    supersedes: ["test/r0"],
  });
  const own = step("t", "a.x", { role: "cause", optional: true });
  const u1 = rule("u1", [step("s", "story.u0", { role: "impact" }), own], {
    priority: 40,
    joins: by("entity.node", "s", "t"),
    supersedes: ["test/u0"],
  });
  const log = [event("a0", "a.x", 0, pod("n", "m1")), event("a1", "a.x", 0, pod("n")), event("a2", "a.x", 0, pod("n"))];
  expect(await heads([r0, u0, u1], log)).toEqual(["u1"]);
});

test("a story that leaves its incident is told again", async () => {
  const r0 = rule("r0", [step("s", "a.x", { role: "cause" })], { priority: 40 });
  const u0 = rule("u0", [step("s", "story.r0", { role: "impact" })], {
    priority: 40,
    supersedes: ["test/r0"],
    joins: by("entity.node", "s"),
  });
  const changes = await runAt(ruleSet(r0, u0), [
    [0, event("a1", "a.x", 0, pod("n", "m1"))],
    [0, event("a2", "a.x", 0, { ...pod("n", "m1"), traceId: "t3" })],
    [0, event("a3", "a.x", 0, pod("n"))],
    [1, event("a0", "a.x", 0, pod("n"))],
  ]);
  const stories = final(changes);
  expect(stories.map((story) => [story.rule.id, story.traceId]).sort()).toEqual([
    ["r0", "t1"],
    ["u0", "t3"],
  ]);
  expect(new Set(stories.map(({ id }) => id)).size).toBe(2);
});

test("a story names only what the rule that heads it in the end outranks", async () => {
  const r0 = rule("r0", [step("s", "a.y")], { priority: 40 });
  const r1 = rule("r1", [step("s", "a.*", { role: "cause" })], {
    joins: by("entity.name", "s"),
    supersedes: ["test/r0"],
  });
  const u0 = rule(
    "u0",
    [step("s", "story.r1", { role: "impact" }), step("t", "a.x", { role: "cause", optional: true })],
    {
      priority: 40,
      joins: by("entity.node", "s", "t"),
    },
  );
  const log = [event("a0", "a.x", 11.5, { ...pod("n1", "m2"), traceId: "t2" }), event("a1", "a.y", 7.5, pod("n1"))];
  const [story] = final(await run(ruleSet(r0, r1, u0), log));
  expect(story?.rule.id).toBe("r1");
  expect([story?.superseded, story?.alsoMatched].map((others) => others?.map((other) => other.rule))).toEqual([
    ["test/r0"],
    [],
  ]);
});

test("a story of a closed window that was part of an incident is told again when the incident falls apart", async () => {
  const node = by("entity.node", "s");
  const steps = up.steps.map((one) => ({ ...one, count: TWO }));
  const second = { traceId: "t2" };
  const changes = await runAt(
    ruleSet(low, { ...up, joins: node, steps }),
    [
      [0, event("e1", "a.x", 0, pod("one", "m1"))],
      [200, event("e2", "a.x", 200, { ...pod("two", "m1"), ...second })],
      [310, event("e3", "a.x", 100, { ...pod("two"), ...second })],
      [400, event("e4", "c.x", 400, { traceId: "t3" })],
    ],
    {},
    "open",
  );
  expect(changes.some(({ story }) => story.rule.id === "up")).toBe(true);
  expect(
    final(changes)
      .map((story) => [story.rule.id, story.traceId])
      .sort(),
  ).toEqual([
    ["low", "t1"],
    ["low", "t2"],
  ]);
});

test("what a story stands on is told as it was last, in whatever order the events of that came", async () => {
  const keys = { last: [path("entity.namespace"), path("entity.name")] };
  const joins = [{ as: "pod", keys, ignore: [], maxFanOut: 50 }];
  const part = rule("part", [step("last", "a.y", { pick: "last" })], { joins });
  const whole = [step("part", "story.part", { role: "impact" })];
  const rules = ruleSet(
    part,
    rule("whole", whole, { joins: by("entity.namespace", "part"), supersedes: ["test/part"] }),
  );
  const events = [
    event("other", "a.y", 0, pod("n2")),
    event("a", "a.y", 0.5, pod("n1")),
    event("b", "a.y", 1, pod("n1")),
  ];
  const orders = ["012", "021", "102", "120", "201", "210"];
  for (const order of orders) {
    const engine = new Engine({ rules });
    for (const [at, index] of [...order].entries()) {
      const next = events[Number(index)] ?? expect.unreachable();
      await engine.accept(next, { logTimeMs: START_MS + 1000, position: at + 1 });
    }
    await engine.end();
    const last = engine.take().findLast(({ story }) => story.rule.id === "whole")?.story;
    const moment = new Date(START_MS + 1000).toISOString();
    expect([order, last?.window.end, last?.timeline.at(-1)?.time]).toEqual([order, moment, moment]);
  }
});
