import { expect, test } from "vitest";
import type { Event } from "../../../src/core/model/event.ts";
import { event, path, rule, ruleSet, START_MS, step } from "../../support/engine-kit.ts";
import { runAt } from "./scripted-log.ts";

const RULES = ruleSet(
  rule("pair", [step("a", "x.a"), step("b", "x.b")], {
    joins: [{ as: "pod", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
  }),
);

const named = (name: string) => ({ kind: "Pod", namespace: "shop", name });

/** How what is told ends where an event's later versions are of these pods in turn, beside one of the pod `web`. */
async function ending(...pods: readonly string[]): Promise<string | undefined> {
  const other = event("a", "x.a", 0, { traceId: "t1", entity: named("web") });
  const versions = pods.map((pod, at) => event("b", "x.b", 1, { traceId: "t2", entity: named(pod), count: at + 1 }));
  const changes = await runAt(
    RULES,
    [other, ...versions].map((one, at) => [at, one]),
  );
  return changes.at(-1)?.kind;
}

test("each version of an event is in the groups of its own keys, and no more in those of the one before", async () => {
  expect(await ending("api")).toBeUndefined();
  expect(await ending("api", "web")).toBe("told");
  expect(await ending("web", "api")).toBe("retracted");
  expect(await ending("api", "web", "api")).toBe("retracted");
  expect(await ending("web", "web", "web", "api")).toBe("retracted");
  expect(await ending("web", "api", "api", "web")).not.toBe("retracted");
});

test("a version of another type is in the groups of its own type, whichever comes first", async () => {
  const other = event("a", "x.a", 0, { traceId: "t1", entity: named("web") });
  const counted = (type: string, count: number) =>
    event("b", type, 1, { traceId: "t2", entity: named("web"), count, lastMs: START_MS + count * 1000 });
  const ends = async (...versions: readonly Event[]): Promise<string | undefined> =>
    (
      await runAt(
        RULES,
        [...versions, other].map((one, at) => [at, one]),
      )
    ).at(-1)?.kind;
  expect(await ends(counted("x.none", 1), counted("x.b", 2))).toBe("told");
  expect(await ends(counted("x.b", 2), counted("x.none", 1))).toBe("told");
  expect(await ends(counted("x.none", 2), counted("x.b", 1))).toBeUndefined();
  expect(await ends(counted("x.b", 1), counted("x.none", 2))).toBeUndefined();
});

test("a match of a trace is withdrawn at once where its event has another type now", async () => {
  const rules = ruleSet(rule("one", [step("b", "x.b")]));
  const changes = await runAt(rules, [
    [0, event("b", "x.b", 0)],
    [1, event("b", "x.none", 0, { count: 2 })],
    [200, event("c", "x.none", 200)],
  ]);
  expect(changes.map(({ kind }) => kind)).toEqual(["told", "retracted"]);
});

test("an earlier time of an event that was told is told", async () => {
  const rules = ruleSet(rule("one", [step("b", "x.b")]));
  const changes = await runAt(rules, [
    [10, event("b", "x.b", 10)],
    [11, event("b", "x.b", 5, { lastMs: START_MS + 10_000 })],
  ]);
  expect(changes.at(-1)?.story.rootCause.time).toBe("2026-03-01T10:00:05.000Z");
});

test("a group that has closed is left alone by the traces that it lost", async () => {
  const rules = ruleSet(
    rule("chain", [step("a", "x.a"), step("b", "x.b"), step("c", "x.c")], {
      joins: [{ as: "pod", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
    }),
  );
  const moves = (pod: string, count: number) => event("e", "x.a", 2, { traceId: "t3", entity: named(pod), count });
  const changes = await runAt(rules, [
    [0, event("a", "x.a", 0, { traceId: "t1", entity: named("web") })],
    [1, event("b", "x.b", 1, { traceId: "t2", entity: named("web") })],
    [2, moves("web", 1)],
    [3, moves("api", 2)],
    // The group has been quiet for five minutes by then, and the trace has not.
    [200, event("d", "x.none", 200, { traceId: "t1" })],
    [400, event("c1", "x.c", 400, { traceId: "t1" })],
    [401, event("c2", "x.c", 401, { traceId: "t3" })],
  ]);
  expect(changes).toEqual([]);
});
