import { describe, expect, test } from "vitest";
import { type CompiledRule, compileRule } from "../../../src/core/engine/compiled-rule.ts";
import { GroupsByTrace } from "../../../src/core/engine/groups-by-trace.ts";
import { Window } from "../../../src/core/engine/window.ts";
import { event, path, rule, step } from "../../support/engine-kit.ts";

const [ONE, TWO] = ["one", "two"].map((id, index) =>
  compileRule(
    rule(id, [step("a", "x.a"), step("b", "x.b")], {
      joins: [{ as: "pod", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
    }),
    index,
  ),
) as [CompiledRule, CompiledRule];

const window = (key: string, ...traces: readonly string[]): Window => {
  const made = new Window({ key, logTimeMs: 0, position: 1 });
  for (const [at, traceId] of traces.entries()) made.add(event(`${key}-${at}`, "x.a", at, { traceId }), 10);
  return made;
};

/** What is known after each of these groups was noted for all its traces. */
function noted(...groups: readonly (readonly [CompiledRule, Window])[]): GroupsByTrace {
  const byTrace = new GroupsByTrace();
  for (const [joinRule, group] of groups) {
    for (const { traceId } of group.heads) byTrace.note(traceId, joinRule, group);
  }
  return byTrace;
}

describe("the groups with an event of a trace", () => {
  const [both, left, other] = [window("both", "s", "t"), window("left", "s"), window("other", "s")];
  const byTrace = (): GroupsByTrace => noted([ONE, both], [ONE, left], [TWO, other]);

  test("are found by rule, in the order in which they came up", () => {
    const groups = byTrace();
    expect([...groups.of("s", ONE)]).toEqual([both, left]);
    expect([...groups.of("t", ONE)]).toEqual([both]);
    expect([...groups.of("s", TWO)]).toEqual([other]);
    expect([...groups.of("t", TWO)]).toEqual([]);
    expect([...groups.of("u", ONE)]).toEqual([]);
  });

  test("are forgotten when they close, and the others are not", () => {
    const groups = byTrace();
    groups.forget(both, ONE);
    expect([...groups.of("s", ONE)]).toEqual([left]);
    expect([...groups.of("t", ONE)]).toEqual([]);
    groups.forget(left, ONE);
    expect([...groups.of("s", ONE)]).toEqual([]);
    expect([...groups.of("s", TWO)]).toEqual([other]);
  });

  test("are forgotten of a trace of which they hold no event any more", () => {
    const moved = window("moved", "s", "t");
    const groups = noted([ONE, moved]);
    moved.remove("moved-1");
    expect([...groups.of("t", ONE)]).toEqual([moved]);
    groups.forget(moved, ONE);
    expect([...groups.of("t", ONE)]).toEqual([]);
  });

  test("are found again in a trace that was forgotten", () => {
    const groups = noted([ONE, left]);
    groups.forget(left, ONE);
    groups.note("s", ONE, both);
    expect([...groups.of("t", ONE)]).toEqual([]);
    expect([...groups.of("s", ONE)]).toEqual([both]);
  });
});

test("a trace's window that closes is kept for its groups only, and with it the events of its trace", () => {
  const [group, other] = [window("group", "s", "t"), window("other", "t")];
  const byTrace = noted([ONE, group], [TWO, other]);
  const [closed, later] = [window("s", "s", "s"), window("s", "s")];
  for (const one of [closed, later, window("u", "u")]) byTrace.keep(one);
  expect(byTrace.keptWindows(group)).toEqual([closed, later]);
  expect(byTrace.keptWindows(other)).toEqual([]);
  expect(byTrace.eventsBeside(group, "s", undefined)).toEqual([...closed.events, ...later.events]);
  expect(byTrace.eventsBeside(group, "t", undefined)).toEqual([]);
  byTrace.release(group);
  expect(byTrace.keptWindows(group)).toEqual([]);
});

test("the window of a trace that a group left open is looked into once, whether it has closed since or not", () => {
  const group = window("group", "s");
  const byTrace = noted([ONE, group]);
  const [open, next] = [window("s", "s"), window("s", "s", "s")];
  byTrace.keepOpen(group, (traceId) => (traceId === "s" ? open : undefined));
  byTrace.forget(group, ONE);
  expect(byTrace.eventsBeside(group, "s", open)).toEqual(open.events);
  expect(byTrace.eventsBeside(group, "s", undefined)).toEqual(open.events);
  expect(byTrace.eventsBeside(group, "s", next)).toEqual([...open.events, ...next.events]);
});
