import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Absence, Rule } from "../../../src/core/model/rule.ts";
import type { EngineSnapshot } from "../../../src/core/model/snapshot.ts";
import { event, final, path, rule, ruleSet, run, START_MS, step } from "../../support/engine-kit.ts";
import { onWindows, runAt } from "./scripted-log.ts";

const within2s: Absence = {
  as: "no",
  types: ["b.x"],
  where: undefined,
  from: { kind: "step", step: "a", offsetMs: 0 },
  to: { kind: "step", step: "a", offsetMs: 2000 },
  requireSource: undefined,
  onUnknown: "hold",
};

const hub = (field: string): Rule["joins"] => [{ as: "j", keys: { a: [path(field)] }, ignore: [], maxFanOut: 1 }];

test("a story of its own goes when its rule no longer holds", async () => {
  const rules = ruleSet(rule("r", [step("a", "a.x")], { standalone: true, joins: hub("entity.name") }));
  const log = [event("e1", "a.x", 0), event("e2", "a.x", 1, { traceId: "t2" })];
  expect(final(await run(rules, log))).toEqual([]);
});

test("late evidence retracts the story of a closed window", async () => {
  const rules = ruleSet(rule("r", [step("a", "a.x")], { absent: [within2s] }));
  const log = [
    [0, event("e1", "a.x", 0)],
    [5, event("e3", "c.x", 5)],
    [400, event("e2", "b.x", 1)],
  ] as const;
  const changes = await runAt(rules, log);
  expect(changes.map(({ kind }) => kind)).toEqual(["told", "revised", "retracted"]);
  expect(changes.at(-1)?.story.statusReason).toContain("evidence");
});

test("late evidence that comes twice counts once, also where it undid the story", async () => {
  const engine = new Engine({ rules: ruleSet(rule("r", [step("a", "a.x")], { absent: [within2s] })) });
  const late = event("e2", "b.x", 1);
  await engine.accept(event("e1", "a.x", 0), { logTimeMs: START_MS, position: 1 });
  await engine.accept(event("e3", "c.x", 5), { logTimeMs: START_MS + 5_000, position: 2 });
  for (const position of [3, 4]) await engine.accept(late, { logTimeMs: START_MS + 400_000, position });
  expect(engine.take().at(-1)?.kind).toBe("retracted");
  expect(engine.openWindows.traces).toBe(0);
});

test("late evidence goes to the last window, though one before it was decided after that", async () => {
  const absent = [{ ...within2s, to: { kind: "step", step: "a", offsetMs: 0 } as const, requireSource: "kernel" }];
  const rules = ruleSet(
    rule("waits", [step("a", "a.x")], { absent }),
    rule("alone", [step("y", "a.y", { pick: "last" })], { standalone: true }),
  );
  const late = event("e3", "a.y", 4, { source: "kernel" });
  const log = [
    [0, event("e1", "a.x", 0)],
    [8, event("e2", "a.y", 8)],
    [16, late],
    [16, late],
  ] as const;
  const stories = final(await runAt(rules, log, onWindows));
  expect(stories.map(({ bound }) => bound).sort((one) => (Object.hasOwn(one, "a") ? -1 : 1))).toEqual([
    { a: ["e1"] },
    { y: ["e2"] },
  ]);
});

test("so it does after other rules came into force", async () => {
  const late = rule("r", [step("a", "a.x")], { absent: [within2s], standalone: true });
  const engine = new Engine({ rules: ruleSet(late) });
  await engine.accept(event("e1", "a.x", 0), { logTimeMs: START_MS, position: 1 });
  await engine.accept(event("e3", "c.x", 5), { logTimeMs: START_MS + 5_000, position: 2 });
  await engine.advance(START_MS + 400_000);
  await engine.swapRules(ruleSet(rule("before", [step("z", "z.x")]), late));
  await engine.accept(event("e2", "b.x", 1), { logTimeMs: START_MS + 401_000, position: 3 });
  expect(engine.take().at(-1)?.kind).toBe("retracted");
});

test("a story over windows is revised when its last window's evidence is undone", async () => {
  const rules = ruleSet(rule("r", [step("a", "a.x", { pick: "last" })], { absent: [within2s] }));
  const log = [
    [0, event("e1", "a.x", 0)],
    [400, event("e2", "a.x", 400)],
    [403, event("e3", "c.x", 403)],
    [404, event("e4", "b.x", 401.5)],
  ] as const;
  expect(final(await runAt(rules, log))[0]?.bound).toEqual({ a: ["e1"] });
});

test("so is a standalone story when a closed window's evidence is undone", async () => {
  const absent = [{ ...within2s, to: { kind: "windowEnd" } as const }];
  const rules = ruleSet(rule("r", [step("a", "a.x", { pick: "last" })], { standalone: true, absent }));
  const log = [
    [0, event("e1", "a.x", 0)],
    [8, event("e2", "a.x", 8)],
    [15, event("e4", "c.x", 15)],
    [20, event("e3", "a.x", 20)],
    [22, event("b", "b.x", 20)],
  ] as const;
  expect(final(await runAt(rules, log, onWindows))[0]?.bound).toEqual({ a: ["e1"] });
});

test("a story that was taken back and holds after all goes on under its id, with the next revision", async () => {
  const joins: Rule["joins"] = [{ as: "j", keys: { s: [path("entity.node")] }, ignore: [], maxFanOut: 50 }];
  const low = rule("low", [step("a", "a.x", { role: "cause" })]);
  const up = rule("up", [step("s", "story.low", { count: { atLeast: 2, distinct: undefined } })], { joins });
  const on = (node: string | undefined) => ({ entity: { kind: "Pod", namespace: "shop", name: "p", node } });
  const second = { traceId: "t2" };
  const changes = await runAt(ruleSet(low, up), [
    [0, event("e1", "a.x", 0.5, on("m1"))],
    [1, event("e2", "a.x", 1, { ...on(undefined), ...second })],
    [2, event("e3", "a.x", 0.5, { ...on("m1"), ...second })],
    [100, event("e4", "a.x", 0, { ...on(undefined), ...second })],
  ]);
  const [first] = changes.filter(({ kind }) => kind === "retracted");
  const same = changes.filter(({ story }) => story.id === first?.story.id);
  expect(same.map(({ kind, story }) => [kind, story.revision])).toEqual([
    ["told", 1],
    ["retracted", 2],
    ["reopened", 3],
  ]);
});

test("what no longer holds is not named beside a story", async () => {
  const best = rule("best", [step("a", "a.x")], { priority: 90 });
  const lost = rule("lost", [step("a", "a.x")], { joins: hub("entity.namespace") });
  const stories = final(
    await run(ruleSet(best, lost), [event("e1", "a.x", 0), event("e2", "a.x", 5, { traceId: "t2" })]),
  );
  expect(stories.map(({ alsoMatched }) => alsoMatched.length)).toEqual([0, 0]);
});

test("what holds elsewhere by now is not named either", async () => {
  const best = rule("best", [step("a", "a.x")], { priority: 90 });
  const moves = rule("moves", [step("a", "a.*", { pick: "last" })], {
    joins: [{ as: "j", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
  });
  const log = [event("e1", "a.x", 0), event("e2", "a.y", 5, { traceId: "t2" })];
  const changes = await run(ruleSet(best, moves), log);
  expect(changes[0]?.story.alsoMatched.map((other) => other.rule)).toEqual(["test/moves"]);
  expect(final(changes).map(({ rule: { id }, alsoMatched }) => [id, alsoMatched])).toEqual([
    ["best", []],
    ["moves", []],
  ]);
});

test("a rule that matched in another window of the story stays named", async () => {
  const rules = ruleSet(rule("first", [step("a", "a.x")]), rule("second", [step("b", "b.x")]));
  const log = [event("e1", "a.x", 0), event("e2", "b.x", 400), event("e3", "a.x", 800)];
  for (const windows of [2, 3]) {
    const [story] = final(await run(rules, log.slice(0, windows)));
    expect(story?.rule.id).toBe("first");
    expect(story?.alsoMatched.map((other) => other.rule)).toEqual(["test/second"]);
  }
});

test("a story that only learns that its search was cut is revised", async () => {
  const five = [0, 0, 0, 0, 4].map((at, n) => event(`e${n}`, "a.x", at));
  const rules = ruleSet(rule("r", [step("a", "a.x")], { withinMs: 3000 }));
  expect(final(await run(rules, five, { candidatesMax: 4 }))[0]?.truncated).toBe(true);
});

test("the last revision counts all events of the window, in whatever order they came", async () => {
  const only = ruleSet(rule("only", [step("a", "a.x")]));
  const [a, c] = [event("a", "a.x", 0), event("c", "c.x", 0)];
  for (const log of [
    [a, c],
    [c, a],
  ]) {
    const [story] = final(await run(only, log));
    expect(story?.events.total).toBe(2);
    expect(story?.timeline.map((entry) => entry.event)).toEqual(["a", "c"]);
  }
});

test("the last revision has the newest version of events that no rule binds", async () => {
  const only = ruleSet(rule("only", [step("a", "a.x")]));
  const c = event("c", "c.x", 0);
  const [story] = final(await run(only, [c, event("a", "a.x", 0), { ...c, count: 2, lastMs: c.lastMs + 500 }]));
  expect(story?.timeline.map((entry) => [entry.event, entry.count ?? 1])).toEqual([
    ["a", 1],
    ["c", 2],
  ]);
});

test("an older version's fields don't count once a newer one is there", async () => {
  const where = { kind: "test", path: path("count"), operator: "lessThan", value: 2 } as const;
  const joins: Rule["joins"] = [{ as: "j", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }];
  const rules = ruleSet(rule("r", [step("a", "a.x", { where })], { joins }));
  const one = event("e1", "a.x", 0);
  const two = { ...one, count: 2, lastMs: one.lastMs + 500 };
  expect(final(await run(rules, [one, two]))).toEqual([]);
  expect(final(await run(rules, [two, one]))).toEqual([]);
});

test("late evidence goes where it undid part of a story that was taken back since, over a restart too", async () => {
  const joins: Rule["joins"] = [
    { as: "j", keys: { a: [path("entity.node")], s: [path("entity.node")] }, ignore: [], maxFanOut: 2 },
  ];
  const low = rule("low", [step("a", "a.x")], { absent: [within2s] });
  const up = rule("up", [step("a", "a.x"), step("s", "s.x")], { joins, priority: 90 });
  const rules = ruleSet(low, up);
  const on = (node: string | undefined) => ({ entity: { kind: "Pod", namespace: "shop", name: "p", node } });
  const late = event("late", "b.x", 1, on(undefined));
  const log = [
    [0, event("e1", "a.x", 0, on("m1"))],
    [1, event("e2", "s.x", 1, { ...on("m1"), traceId: "t2" })],
    [5, event("c", "c.x", 5, on(undefined))],
    [200, event("e3", "s.x", 200, { ...on("m1"), traceId: "t2" })],
    [350, late],
    // The third on its node: now it is nobody's.
    [400, event("e4", "s.x", 400, { ...on("m1"), traceId: "t3" })],
    [410, late],
  ] as const;
  for (const restarts of [false, true]) {
    let engine = new Engine({ rules });
    const told: string[] = [];
    for (const [at, [seconds, one]] of log.entries()) {
      await engine.accept(one, { logTimeMs: START_MS + seconds * 1000, position: at + 1 });
      told.push(...engine.take().map(({ kind, story }) => `${story.rule.id} ${kind}`));
      if (!restarts || at !== log.findIndex(([, each]) => each === late)) continue;
      const snapshot = JSON.parse(JSON.stringify(engine.snapshot(at + 1))) as EngineSnapshot;
      engine = new Engine({ rules });
      engine.restore(snapshot);
      for (const [again, [second, each]] of log.slice(0, at + 1).entries()) {
        if (snapshot.since <= again + 1)
          await engine.accept(each, { logTimeMs: START_MS + second * 1000, position: again + 1 });
      }
    }
    expect(told).toEqual(["up told", "up revised", "up revised", "up revised", "up retracted"]);
    expect(engine.openWindows.traces).toBe(2);
  }
});
