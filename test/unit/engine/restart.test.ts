import { test } from "vitest";
import type { Event } from "../../../src/core/model/event.ts";
import type { EngineLimits } from "../../../src/core/model/limits.ts";
import { DEFAULT_LIMITS } from "../../../src/core/model/limits.ts";
import type { Rule } from "../../../src/core/model/rule.ts";
import { Features } from "../../property/features.ts";
import { restartMeansNothing } from "../../property/restart.ts";
import { event, path, rule, START_MS, step } from "../../support/engine-kit.ts";
import { onWindows } from "./scripted-log.ts";

/** Kills an engine behind an event of the log, or in the quiet after it, and wants of the next one what an undisturbed one tells. */
async function killedBehind(
  { behind, quiet }: { readonly behind: number; readonly quiet: number },
  rules: readonly Rule[],
  log: readonly (readonly [logTimeS: number, event: Event])[],
  more: Partial<EngineLimits> = {},
): Promise<void> {
  const entries = log.map(([logTimeS, one], at) => ({
    event: one,
    logTimeMs: START_MS + logTimeS * 1000,
    position: at + 1,
  }));
  const given = { rules, log: entries, limits: { ...DEFAULT_LIMITS, ...more } };
  await restartMeansNothing(given, { behind, every: 1, quiet }, new Features());
}

test("a group forgets the version that it had of an event although the window of its trace had closed", async () => {
  const join = [{ as: "pod", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }];
  const one = rule("one", [step("a", "x.a")], { joins: join, standalone: true });
  const log = [
    [0, event("first", "x.none", 0)],
    [3.5, event("second", "x.none", 3.5)],
    [11, event("it", "x.a", 9)],
    [11, event("it", "x.none", 9, { count: 2 })],
    [23, event("other", "x.none", 23, { traceId: "t2" })],
  ] as const;
  // The window is fourteen seconds old behind the fourth event, and the group has just begun.
  await killedBehind({ behind: 3, quiet: 0.25 }, [one], log, {
    ...onWindows,
    resolveAfterMs: 6_000,
    reopenWithinMs: 9_000,
  });
});

test("stories that stand alone are told in the order of the packs, whatever was judged first", async () => {
  const never = { as: "never", types: ["x.never"], where: undefined, requireSource: undefined, onUnknown: "hold" };
  const absent = [{ ...never, from: { kind: "step", step: "a", offsetMs: 0 }, to: { kind: "windowEnd" } }] as const;
  const rules = [
    rule("first", [step("a", "x.a")], { standalone: true, absent: absent as unknown as Rule["absent"] }),
    rule("second", [step("a", "x.a"), step("b", "x.b")], { standalone: true, settleMs: 3_000 }),
  ];
  await killedBehind({ behind: 1, quiet: 0 }, rules, [
    [0, event("b", "x.b", 0)],
    [0.5, event("a", "x.a", 0.5)],
  ]);
});

test("an event that comes again counts once in its trace, although the trace's window has closed meanwhile", async () => {
  const pair = rule("pair", [step("a", "x.a"), step("b", "x.b")], {
    joins: [{ as: "pod", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
  });
  const log = [
    [0, event("again", "x.b", 0)],
    [7, event("other", "x.none", 7)],
    // The group of the first event has closed by then, and another one begins.
    [9, event("it", "x.a", 9, { traceId: "t2" })],
    [13, event("again", "x.b", 0)],
    [16, event("later", "x.none", 16, { traceId: "t2" })],
  ] as const;
  await killedBehind({ behind: 4, quiet: 0 }, [pair], log, onWindows);
});

test("a group that a story opened closes on time, whether anything else is due or not", async () => {
  const of = (id: string, type: string, joins: Rule["joins"]) => rule(id, [step("a", type)], { joins, priority: 60 });
  const rules = [
    rule("low", [step("a", "x.a")]),
    of("high", "story.low", [{ as: "pod", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }]),
  ];
  await killedBehind(
    { behind: 1, quiet: 0 },
    rules,
    [
      [0, event("a", "x.a", 0)],
      [12, event("a", "x.a", 0, { count: 2, lastMs: START_MS + 1_000 })],
      [20, event("b", "x.a", 8)],
    ],
    onWindows,
  );
});
