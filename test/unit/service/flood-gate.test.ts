import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoryChange } from "../../../src/core/model/story.ts";
import { FloodGate } from "../../../src/service/flood-gate.ts";
import { changeOf, revisionsOf } from "../../support/story-kit.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const many = (from: number, to: number, kind?: StoryChange["kind"]): StoryChange[] =>
  Array.from({ length: to - from + 1 }, (_, at) => changeOf(`s${from + at}`, kind === undefined ? 1 : 2, kind));
const OVERFLOW = "overflow-memory-oom-600000";

function gate() {
  const clock = new VirtualClock(600_000);
  return { clock, gate: new FloodGate({ clock, storiesMax: 3, periodMs: 60_000 }) };
}

test("so many new stories of a rule pass; one overflow story counts the others exactly", () => {
  const { gate: flood } = gate();
  const first = flood.pass(many(1, 5));
  expect(revisionsOf(first)).toEqual(["s1-1", "s2-1", "s3-1", `${OVERFLOW}-1`]);
  expect(first.at(-1)).toMatchObject({
    kind: "told",
    story: { status: "open", summary: "2 more stories of rule memory/oom: 2 open, 0 ended" },
  });
  const second = flood.pass(many(6, 40));
  expect(revisionsOf(second)).toEqual([`${OVERFLOW}-2`]);
  expect(second[0]?.story.summary).toBe("37 more stories of rule memory/oom: 37 open, 0 ended");
  expect(flood.heldBack).toBe(37);
});

test("what passed is never held back later; what is held back ends in the overflow", () => {
  const { gate: flood } = gate();
  flood.pass(many(1, 5));
  expect(revisionsOf(flood.pass(many(1, 3, "resolved")))).toEqual(["s1-2", "s2-2", "s3-2"]);
  expect(flood.pass(many(4, 5, "revised"))).toEqual([]);
  const [one] = flood.pass(many(4, 4, "resolved"));
  expect(one).toMatchObject({ kind: "revised", story: { status: "open", revision: 2 } });
  const [all] = flood.pass(many(5, 5, "retracted"));
  expect(all).toMatchObject({
    kind: "resolved",
    story: { status: "resolved", summary: "2 more stories of rule memory/oom: 0 open, 2 ended" },
  });
  // A story that is told of no more is not counted twice.
  expect(revisionsOf(flood.pass([changeOf("s5", 3, "reopened")]))).toEqual(["s5-3"]);
});

test("rules do not share a limit, and a new period begins anew", async () => {
  const { gate: flood, clock } = gate();
  flood.pass(many(1, 5));
  const other = { rule: { id: "other", pack: "memory", version: "1.0.0", digest: "sha256:00" } };
  expect(revisionsOf(flood.pass([changeOf("o1", 1, "told", other)]))).toEqual(["o1-1"]);
  await clock.advance(60_000);
  expect(revisionsOf(flood.pass(many(6, 9)))).toEqual(["s6-1", "s7-1", "s8-1", "overflow-memory-oom-660000-1"]);
  // The first overflow goes on counting its own.
  expect(revisionsOf(flood.pass(many(4, 4, "resolved")))).toEqual([`${OVERFLOW}-2`]);
});

test("shadow stories do not pass, and do not count", () => {
  const { gate: flood } = gate();
  const shadows = Array.from({ length: 9 }, (_, at) => changeOf(`x${at}`, 1, "told", { shadow: true }));
  expect(flood.pass(shadows)).toEqual([]);
  expect(revisionsOf(flood.pass(many(1, 3)))).toEqual(["s1-1", "s2-1", "s3-1"]);
});

/** A run of stories that are told, revised and ended, in batches; which of them were told, and ended. */
function runOf(steps: readonly { id: number; ends: boolean; cut: boolean }[]) {
  const [told, ended] = [new Set<string>(), new Set<string>()];
  const batches: StoryChange[][] = [[]];
  for (const { id, ends, cut } of steps) {
    const name = `s${id}`;
    const kind = !told.has(name) ? "told" : ends ? "resolved" : "revised";
    if (!ended.has(name)) batches.at(-1)?.push(changeOf(name, kind === "told" ? 1 : 2, kind));
    told.add(name);
    if (kind === "resolved") ended.add(name);
    if (cut) batches.push([]);
  }
  return { told: [...told], ended, batches };
}

// Whatever comes in whatever batches: notifiers hear of every story by itself or in an overflow's
// count, the counts are those of a plain list, and nothing that passed is silent about its end.
test("counts are exact, and what passed is heard to its end, over any run of stories", () => {
  const steps = fc.array(fc.record({ id: fc.integer({ min: 1, max: 30 }), ends: fc.boolean(), cut: fc.boolean() }), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(steps.map(runOf), ({ told, ended, batches }) => {
      const { gate: flood } = gate();
      const heard = batches.flatMap((batch) => flood.pass(batch));
      const [alone, held] = [told.slice(0, 3), told.slice(3)];
      const own = (kind: StoryChange["kind"]) =>
        heard.filter((one) => one.kind === kind && !one.story.id.startsWith("overflow")).map(({ story }) => story.id);
      expect(own("told")).toEqual(alone);
      expect(own("resolved").sort()).toEqual(alone.filter((one) => ended.has(one)).sort());
      const gone = held.filter((one) => ended.has(one)).length;
      const count = held.length === 1 ? "1 more story" : `${held.length} more stories`;
      const summary = `${count} of rule memory/oom: ${held.length - gone} open, ${gone} ended`;
      const last = heard.filter(({ story }) => story.id.startsWith("overflow")).at(-1);
      expect(last?.story.summary).toBe(held.length === 0 ? undefined : summary);
      expect(flood.heldBack).toBe(held.length);
    }),
  );
});

test("of a flood without an end so many stories are remembered, and the ends of the oldest are not counted", () => {
  const { gate: flood } = gate();
  flood.pass(many(1, 100_004));
  const [second] = flood.pass(many(5, 5, "resolved"));
  expect(second?.story.summary).toBe("100001 more stories of rule memory/oom: 100000 open, 1 ended");
  expect(revisionsOf(flood.pass(many(4, 4, "resolved")))).toEqual(["s4-2"]);
});
