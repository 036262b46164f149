import { describe, expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { EngineSnapshot } from "../../../src/core/model/snapshot.ts";
import type { StoryChange } from "../../../src/core/model/story.ts";
import { event, final, path, rule, ruleSet, run, step } from "../../support/engine-kit.ts";

const crash = ruleSet(rule("crash", [step("a", "x.a", { role: "cause" })]));
const other = (atS: number) => event(`o${atS}`, "x.other", atS, { traceId: `o${atS}` });

test("a group that crashes in window after window is one story with a count", async () => {
  const events = Array.from({ length: 12 }, (_, at) => event(`e${at}`, "x.a", at * 400));
  const changes = await run(crash, events);
  expect(new Set(changes.map(({ story }) => story.id)).size).toBe(1);
  expect(final(changes)[0]?.chain[0]?.count).toBe(12);
});

test("a story resolves after quiet, and reopens", async () => {
  const changes = await run(crash, [event("1", "x.a", 0), other(1900), event("2", "x.a", 3000), other(9000)]);
  expect(changes.map(({ kind }) => kind)).toEqual(["told", "resolved", "reopened", "resolved"]);
  expect(new Set(changes.map(({ story }) => story.id)).size).toBe(1);
  expect(changes.map(({ story }) => story.revision)).toEqual([1, 2, 3, 4]);
});

test("after the time to reopen it is another story", async () => {
  const changes = await run(crash, [event("1", "x.a", 0), other(1900), other(8000), event("2", "x.a", 8001)]);
  expect(changes.map(({ kind }) => kind)).toEqual(["told", "resolved", "told"]);
  expect(new Set(changes.map(({ story }) => story.id)).size).toBe(2);
});

test("a rule's resolve step ends its story", async () => {
  const rules = ruleSet(rule("crash", [step("a", "x.a")], { resolve: [{ types: ["x.recovered"], where: undefined }] }));
  const changes = await run(rules, [event("1", "x.a", 0), event("2", "x.recovered", 20)]);
  expect(changes.map(({ kind }) => kind)).toEqual(["told", "resolved"]);
  expect(changes[1]?.story.statusReason).toContain("x.recovered");
});

describe("the end of an alert ends the story that stands on it", () => {
  const alert = (id: string, type: string, atS: number) => event(id, type, atS, { source: "alert" });
  const down = alert("f1:t0", "alert.down", 0);
  const slow = alert("f2:t1", "alert.slow", 1);
  const ofOne = ruleSet(rule("down", [step("a", "alert.down")]));
  const ofTwo = ruleSet(rule("both", [step("a", "alert.down"), step("b", "alert.slow", { after: ["a"] })]));
  const kinds = async (rules: typeof ofOne, ...events: Parameters<typeof run>[1]) =>
    (await run(rules, events))
      .filter(({ kind }) => kind !== "revised")
      .map(({ kind, story }) => [kind, story.statusReason]);

  test("at once, although its window is open", async () => {
    const ended = [
      ["told", undefined],
      ["resolved", "alert.down.resolved at 2026-03-01T10:00:20.000Z"],
    ];
    expect(await kinds(ofOne, down, alert("f1:t0:resolved", "alert.down.resolved", 20))).toEqual(ended);
  });

  test("another alert's end does not, nor the same one's of another time", async () => {
    const ends = [
      alert("f9:t0:resolved", "alert.down.resolved", 20),
      alert("f1:t9:resolved", "alert.down.resolved", 21),
    ];
    expect((await kinds(ofOne, down, ...ends)).map(([kind]) => kind)).toEqual(["told"]);
  });

  test("of two alerts the last one's end does", async () => {
    const [first, last] = [
      alert("f1:t0:resolved", "alert.down.resolved", 20),
      alert("f2:t1:resolved", "alert.slow.resolved", 40),
    ];
    expect((await kinds(ofTwo, down, slow, first)).map(([kind]) => kind)).toEqual(["told"]);
    expect((await kinds(ofTwo, down, slow, first, last)).at(-1)).toEqual([
      "resolved",
      "alert.slow.resolved at 2026-03-01T10:00:40.000Z",
    ]);
  });

  test("an alert that fires again opens it again, and its end ends it again: no more than that is said", async () => {
    const again = alert("f1:t30", "alert.down", 30);
    const ends = [
      alert("f1:t0:resolved", "alert.down.resolved", 20),
      alert("f1:t30:resolved", "alert.down.resolved", 50),
    ];
    const [end, end2] = ends;
    if (end === undefined || end2 === undefined) expect.unreachable();
    expect((await kinds(ofOne, down, end, end, again, again, end2, end2)).map(([kind]) => kind)).toEqual([
      "told",
      "resolved",
      "reopened",
      "resolved",
    ]);
  });
});

test("what has ended is not opened by what it was told of already, however it comes again", async () => {
  const rules = ruleSet(rule("crash", [step("a", "x.a")], { resolve: [{ types: ["x.recovered"], where: undefined }] }));
  const evidence = event("1", "x.a", 0);
  const events = [evidence, event("2", "x.recovered", 20), evidence, event("3", "x.other", 30)];
  const changes = await run(rules, [...events, other(1_000)]);
  const ends = changes.map(({ kind }) => kind).filter((kind) => kind !== "revised");
  expect(ends).toEqual(["told", "resolved"]);
});

test("a story that has ended is remembered over a restart, and opened again under the same name", async () => {
  const log = [event("1", "x.a", 0), other(2_000), event("2", "x.a", 3_000), other(9_000)];
  const limits = { resolveAfterMs: 1_800_000, reopenWithinMs: 3_600_000 };
  const undisturbed = await run(crash, log);
  const told: StoryChange[] = [];
  let before: EngineSnapshot | undefined;
  for (const [at, one] of log.entries()) {
    const engine = new Engine({ rules: crash, limits });
    if (before !== undefined) engine.restore(before);
    for (const [earlier, each] of log.slice(0, at).entries()) {
      if (before !== undefined && before.since <= earlier + 1) {
        await engine.accept(each, { logTimeMs: each.timeMs, position: earlier + 1 });
      }
    }
    await engine.accept(one, { logTimeMs: one.timeMs, position: at + 1 });
    if (at === log.length - 1) await engine.end();
    told.push(...engine.take());
    before = engine.snapshot(at + 1);
  }
  expect(told.map(({ kind }) => kind)).toEqual(["told", "resolved", "reopened", "resolved"]);
  expect(JSON.parse(JSON.stringify(told))).toEqual(JSON.parse(JSON.stringify(undisturbed)));
});

test("late evidence revises the story of a closed window", async () => {
  const rules = ruleSet(
    rule("pair", [
      step("a", "x.a"),
      step("b", "x.b", { after: ["a"], optional: true }),
      step("c", "x.c", { after: ["a"] }),
    ]),
  );
  const events = [event("1", "x.a", 0), event("3", "x.c", 100), other(500), event("2", "x.b", 50)];
  const changes = await run(rules, events);
  expect(changes.map(({ kind, story }) => [kind, Object.keys(story.bound)])).toEqual([
    ["told", ["a", "c"]],
    ["revised", ["a", "b", "c"]],
  ]);
});

test("a duplicate delivery changes nothing", async () => {
  const once = await run(crash, [event("1", "x.a", 0)]);
  expect(await run(crash, [event("1", "x.a", 0), event("1", "x.a", 0)])).toEqual(once);
});

test("a window with fewer events than wanted is not judged", async () => {
  expect(await run(crash, [event("1", "x.a", 0)], { minEvents: 2 })).toEqual([]);
  expect(final(await run(crash, [event("1", "x.a", 0), event("2", "x.other", 1)], { minEvents: 2 }))).toHaveLength(1);
});

test("settle gives a better rule the time to claim the window", async () => {
  const rules = ruleSet(
    rule("plain", [step("a", "x.a")], { settleMs: 10_000 }),
    rule("better", [step("a", "x.a"), step("b", "x.b", { after: ["a"] })], { priority: 90 }),
  );
  const changes = await run(rules, [event("1", "x.a", 0), event("2", "x.b", 5)]);
  expect(changes.map(({ kind, story }) => [kind, story.rule.id])).toEqual([["told", "better"]]);
});

test("over the cap the window idle longest closes early, and its story says so", async () => {
  const events = Array.from({ length: 5 }, (_, at) => event(`e${at}`, "x.a", at, { traceId: `t${at}` }));
  const changes = await run(crash, events, { openWindowsMax: 3 });
  const incomplete = final(changes).filter((story) => story.incomplete === "evicted");
  expect(final(changes)).toHaveLength(5);
  expect(incomplete.length).toBeLessThanOrEqual(2);
});

test("over the cap of bytes the windows idle longest close early; files have no such cap", async () => {
  const log = Array.from({ length: 9 }, (_, at) => event(`e${at}`, "x.a", at, { traceId: `t${at % 3}` }));
  const told = async (chars: number | undefined, stateBytesMax: number) => {
    const engine = new Engine({ rules: crash, limits: { stateBytesMax } });
    const open: number[] = [];
    for (const [at, one] of log.entries()) {
      await engine.accept(one, { logTimeMs: one.timeMs, position: at + 1, chars });
      open.push(engine.openWindows.bytes);
    }
    await engine.end();
    const marked = engine.take().filter(({ story }) => story.incomplete === "evicted");
    return {
      open,
      end: engine.openWindows.bytes,
      evicted: engine.counters.windowsEvicted,
      incomplete: new Set(marked.map(({ story }) => story.id)).size,
    };
  };
  // Each event takes its text and 300 bytes, each window 750.
  expect(await told(1_000, 100_000)).toMatchObject({
    open: [2_050, 4_100, 6_150, 7_450, 8_750, 10_050, 11_350, 12_650, 13_950],
    end: 0,
    evicted: 0,
  });
  const capped = await told(1_000, 6_200);
  expect(Math.max(...capped.open)).toBeLessThanOrEqual(6_200);
  expect(capped).toMatchObject({ end: 0, evicted: 5, incomplete: 2 });
  // One window alone may be larger: its events are bounded by their number.
  expect(await told(1_000, 1_000)).toMatchObject({ evicted: 8 });
  expect(await told(undefined, 1_000)).toMatchObject({ evicted: 0, end: 0 });
});

test("a window keeps its first and last events and counts the rest", async () => {
  const events = Array.from({ length: 50 }, (_, at) => event(`e${String(at).padStart(2, "0")}`, "x.a", at));
  const [story] = final(await run(crash, events, { windowEventsMax: 10 }));
  expect(story?.events).toMatchObject({ total: 50, dropped: 40 });
  expect(story?.timeline.at(0)?.event).toBe("e00");
  expect(story?.timeline.at(-1)?.event).toBe("e49");
});

test("shadow rules are told apart and claim nothing; standalone rules have a story of their own", async () => {
  const rules = ruleSet(
    rule("plain", [step("a", "x.a")]),
    rule("shadow", [step("a", "x.a")], { mode: "shadow", priority: 99 }),
    rule("alone", [step("a", "x.a")], { standalone: true, priority: 10 }),
  );
  const stories = final(await run(rules, [event("1", "x.a", 0)]));
  expect(stories.map((story) => [story.rule.id, story.shadow ?? false]).sort()).toEqual([
    ["alone", false],
    ["plain", false],
    ["shadow", true],
  ]);
});

test("a rule waits for as many events as it wants, whatever they are", async () => {
  const wants = ruleSet(rule("r", [step("a", "x.a")], { minEvents: 3 }));
  const two = [event("1", "x.a", 0), event("2", "x.b", 1)];
  expect(final(await run(wants, two))).toHaveLength(0);
  expect(final(await run(wants, [...two, event("3", "x.c", 2)]))).toHaveLength(1);
});

test("join groups are bounded, and what is refused is counted", async () => {
  const joins = [{ as: "j", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }];
  const engine = new Engine({
    rules: ruleSet(rule("r", [step("a", "x.a")], { joins })),
    limits: { openWindowsMax: 10 },
  });
  for (let n = 0; n < 1_000; n++) {
    const one = event(`e${n}`, "x.a", n / 1000, { entity: { kind: "Pod", name: `p${n}` } });
    await engine.accept(one, { logTimeMs: one.timeMs, position: n + 1 });
  }
  expect(engine.openWindows.groups).toBe(10);
  expect(engine.counters.groupsRefused).toBe(990);
});
