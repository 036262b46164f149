import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Event } from "../../../src/core/model/event.ts";
import type { Absence, Moment, Rule } from "../../../src/core/model/rule.ts";
import { event, final, path, rule, ruleSet, run, START_MS, step } from "../../support/engine-kit.ts";
import { onWindows, runAt } from "./scripted-log.ts";

const after = (offsetMs: number): Moment => ({ kind: "step", step: "a", offsetMs });

const absent = (more: Partial<Absence> = {}): Absence => ({
  as: "no",
  types: ["b.x"],
  where: undefined,
  from: after(0),
  to: { kind: "windowEnd" },
  requireSource: undefined,
  onUnknown: "hold",
  ...more,
});

const byName = (...names: readonly string[]): Rule["joins"] => [
  { as: "j", keys: Object.fromEntries(names.map((name) => [name, [path("entity.name")]])), ignore: [], maxFanOut: 50 },
];

const apart = (at: number, more: Partial<Event> = {}) => event(`apart${at}`, "c.x", at, { traceId: "t2", ...more });

test("an absence without a key is broken in the traces of the joined steps, also at the end of input", async () => {
  const joined = rule("r", [step("a", "a.x")], { absent: [absent()], joins: byName("a") });
  expect(final(await run(ruleSet(joined), [event("e1", "a.x", 0), event("e2", "b.x", 1)]))).toEqual([]);
});

test("an absence with a key is broken only by events that are in the group by that key", async () => {
  const joins = [{ as: "j", keys: { a: [path("entity.name")], b: [path("entity.name")], no: [path("entity.node")] } }];
  const rules = ruleSet(
    rule("r", [step("a", "a.x"), step("b", "b.*", { optional: true, pick: "last" })], {
      absent: [absent()],
      joins: joins.map((join) => ({ ...join, ignore: [], maxFanOut: 50 })),
    }),
  );
  const [story] = final(await run(rules, [event("e1", "a.x", 0), event("e2", "b.x", 1), event("e3", "b.y", 2)]));
  expect(story?.bound).toEqual({ a: ["e1"], b: ["e3"] });
});

test("an event that fills a step does not break an absence as another version of itself", async () => {
  const rules = ruleSet(
    rule("r", [step("a", "a.x"), step("b", "b.x")], { absent: [absent()], joins: byName("a", "no") }),
  );
  const b = event("b", "b.x", 1);
  const newer = { ...b, count: 2, lastMs: b.lastMs + 500 };
  expect(final(await run(rules, [event("a", "a.x", 0), b, newer]))).toHaveLength(1);
});

test.for([
  { name: "the source spoke before the end of input", source: "k8s", log: [apart(400)] },
  {
    name: "the source spoke while the window was over",
    source: "kernel",
    log: [apart(400, { source: "kernel" }), event("e9", "c.x", 401, { traceId: "t3" })],
  },
  {
    name: "events of the trace's next window come after the end",
    source: "kernel",
    log: [event("e2", "b.x", 400), apart(401, { source: "kernel" }), event("e9", "c.x", 402, { traceId: "t3" })],
  },
])("a closed window waits for a source: $name", async ({ source, log }) => {
  const rules = ruleSet(rule("r", [step("a", "a.x")], { absent: [absent({ requireSource: source })] }));
  expect(final(await run(rules, [event("e1", "a.x", 0), ...log]))).toHaveLength(1);
});

test("an assignment that the conditions refuse is not waited for", async () => {
  const rules = ruleSet(
    rule("r", [step("a", "a.x", { pick: "last" })], {
      absent: [absent({ to: after(1000) })],
      conditions: { all: [{ fact: "a", path: "entity.name", operator: "equal", value: "one" }] },
    }),
  );
  const named = (name: string) => ({ entity: { kind: "Pod", namespace: "shop", name } });
  const log = [event("e1", "a.x", 0, named("one")), event("e2", "a.x", 2, named("two"))];
  expect(final(await run(rules, log))[0]?.bound).toEqual({ a: ["e1"] });
});

test("a window that is decided late stands before the one that came after it", async () => {
  const rules = ruleSet(
    rule("r", [step("a", "a.x")], { absent: [absent({ types: ["z"], to: after(0), requireSource: "k8s" })] }),
  );
  const log = [event("a2", "a.x", 0), event("a1", "a.x", 8), event("a0", "a.x", 8.5), event("a3", "a.x", 8.5)];
  const [story] = final(await run(rules, log, onWindows));
  expect(story?.bound).toEqual({ a: ["a2", "a1", "a0", "a3"] });
});

test("what heads a window anew takes the place of what headed it", async () => {
  const plain = rule("plain", [step("a", "a.x")]);
  const better = rule("zbetter", [step("a", "a.x")], {
    absent: [absent({ types: ["z"], to: after(0), requireSource: "kernel" })],
    supersedes: ["test/plain"],
  });
  const log = [event("a1", "a.x", 0), event("a2", "a.x", 8), event("k", "a.x", 8.5, { source: "kernel" })];
  const [story] = final(await run(ruleSet(plain, better), log, onWindows));
  expect(story?.rule.id).toBe("zbetter");
  expect(story?.bound).toEqual({ a: ["a1", "a2", "k"] });
  expect(story?.superseded.map((other) => other.rule)).toEqual(["test/plain"]);
  expect(story?.alsoMatched).toEqual([]);
});

test("what a source has decided is told at once, not with the next event", async () => {
  const rules = ruleSet(
    rule("r", [step("a", "a.x")], { absent: [absent({ to: after(1000), requireSource: "kernel" })] }),
  );
  const log = [event("e1", "a.x", 0), apart(2), apart(3, { source: "kernel" })];
  const changes = await runAt(
    rules,
    log.map((one, at) => [at === 0 ? 0 : at + 1, one] as const),
    {},
    "open",
  );
  expect(changes.map(({ kind }) => kind)).toEqual(["told"]);
});

test("a group that waits for a source looks into the windows that its traces had when it closed", async () => {
  const quiet = absent({ as: "quiet", types: ["c.never"], to: after(0), requireSource: "kernel" });
  const rules = ruleSet(rule("r", [step("a", "a.x")], { absent: [absent(), quiet], joins: byName("a") }));
  const log = [
    [0, event("a", "a.x", 0)],
    // The trace's window closes at twelve seconds, the group's at eight, and the kernel speaks at twenty.
    [4, event("b", "b.x", 4)],
    [20, apart(20, { source: "kernel" })],
  ] as const;
  expect(await runAt(rules, log, onWindows)).toEqual([]);
  expect(await runAt(rules, [log[0], log[2]], onWindows)).toHaveLength(1);
});

test("as many windows wait for a source as may be open; the one that waited longest is dropped, and counted", async () => {
  const rules = ruleSet(rule("r", [step("a", "a.x")], { absent: [absent({ to: after(0), requireSource: "kernel" })] }));
  const engine = new Engine({ rules, limits: { ...onWindows, openWindowsMax: 10 } });
  const accept = async (at: number, one: Event): Promise<void> =>
    engine.accept(one, { logTimeMs: START_MS + at * 1000, position: at + 1 });
  for (let at = 0; at < 25; at++) await accept(at * 10, event(`e${at}`, "a.x", at * 10, { traceId: `t${at}` }));
  await engine.advance(START_MS + 999_000);
  expect(engine.counters.waitsDropped).toBe(15);
  await accept(1_000, event("k", "c.x", 1_000, { source: "kernel", traceId: "k" }));
  expect(engine.take().map(({ story }) => story.traceId)).toEqual(Array.from({ length: 10 }, (_, at) => `t${15 + at}`));
});
