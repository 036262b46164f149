import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { StoryChange } from "../../../src/core/model/story.ts";
import type { Checkpoint } from "../../../src/ports/checkpoint-store.ts";
import { SinkError } from "../../../src/ports/sink.ts";
import type { LogEntry } from "../../../src/ports/source.ts";
import { Outlets } from "../../../src/service/outlets.ts";
import { type PipelineOptions, runPipeline } from "../../../src/service/pipeline.ts";
import { rule, ruleSet, step } from "../../support/engine-kit.ts";
import { batchSource } from "../../support/memory-source.ts";
import { at, plainDecoder } from "../../support/plain-decoder.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const RULES = ruleSet(rule("pair", [step("a", "x.a"), step("b", "x.b", { after: ["a"] })]));
const OTHER_RULES = ruleSet(rule("other", [step("a", "x.a"), step("b", "x.b", { after: ["a"] })]));
const SIGNAL = new AbortController().signal;

const entry = (position: number, type: string, trace: string): LogEntry => ({
  position,
  logTimeMs: at(position),
  text: JSON.stringify({ id: `e${position}`, type, at: position, trace }),
});
const STREAM = [entry(1, "x.a", "t1"), entry(2, "x.b", "t1"), entry(3, "x.a", "t2"), entry(4, "x.b", "t2")];

/** One outlet named `slow`, that may be away, or take its time; what it took by trace. */
function outletOf(away: boolean, clock: VirtualClock, takesMs = 0) {
  const taken: string[] = [];
  const sink = {
    name: "slow",
    async deliver(changes: readonly StoryChange[]) {
      if (away) throw new SinkError("away", { retryable: true });
      if (0 < takesMs) await clock.sleep(takesMs);
      taken.push(...changes.map(({ story }) => story.traceId));
    },
    async [Symbol.asyncDispose]() {},
  };
  const outlets = new Outlets({
    outlets: [{ sink, kind: "stream" }],
    clock,
    chance: () => 0.5,
    signal: SIGNAL,
    bury: async () => {},
    onTrouble: () => {},
  });
  return { outlets, taken };
}

function run(entries: readonly LogEntry[], more: Partial<PipelineOptions>) {
  return runPipeline({
    sources: [
      batchSource(
        entries.map((one) => ({ entries: [one] })),
        { name: "S", finite: false },
      ),
    ],
    decoder: plainDecoder,
    engine: new Engine({ rules: RULES, limits: { correlationWindowMs: 60_000 } }),
    sinks: [],
    clock: new VirtualClock(),
    signal: SIGNAL,
    ...more,
  });
}

test("what a sink had not confirmed is in the checkpoint, and the next run delivers it", async () => {
  const saved: Checkpoint[] = [];
  const checkpoints = {
    load: async () => saved.at(-1),
    save: async (one: Checkpoint) => void saved.push(one),
    confirm: async () => {},
  };
  const clock = new VirtualClock();
  const before = outletOf(true, clock);
  await clock.finish(run(STREAM.slice(0, 3), { outlets: before.outlets, checkpoints, clock }));
  await before.outlets[Symbol.asyncDispose]();
  expect(before.taken).toEqual([]);
  expect(saved.at(-1)?.position).toBe(3);

  const after = outletOf(false, clock);
  await run(STREAM, { outlets: after.outlets, checkpoints, clock });
  expect(after.taken).toEqual(["t1", "t2"]);
  expect(saved.at(-1)).toMatchObject({ position: 4, outbox: [] });
});

test("what a sink confirmed behind the last event is confirmed in a checkpoint: the next run owes nobody anything", async () => {
  const saved: (Checkpoint & { readonly outbox?: readonly unknown[] })[] = [];
  const checkpoints = {
    load: async () => saved.at(-1),
    save: async (one: Checkpoint) => void saved.push(one),
    confirm: async () => {},
  };
  const clock = new VirtualClock();
  const { outlets, taken } = outletOf(false, clock, 500);
  const sources = [batchSource([{ entries: STREAM.slice(0, 2) }], { name: "S", finite: false })];
  await clock.finish(run([], { sources, outlets, checkpoints, clock }));
  expect(taken).toEqual(["t1"]);
  expect(saved.map(({ position, outbox }) => [position, outbox?.length])).toEqual([
    [2, 1],
    [2, 0],
  ]);
});

test("rules are swapped between two events", async () => {
  const clock = new VirtualClock();
  const { outlets } = outletOf(false, clock);
  const told: string[] = [];
  const sink = {
    name: "memory",
    deliver: async (changes: readonly StoryChange[]) => void told.push(...changes.map(({ story }) => story.rule.id)),
    async [Symbol.asyncDispose]() {},
  };
  const engine = new Engine({ rules: RULES, limits: { correlationWindowMs: 60_000 } });
  const betweenEvents = (position: number) => (position === 2 ? engine.swapRules(OTHER_RULES) : undefined);
  await run(STREAM, { engine, sinks: [sink], outlets, betweenEvents, clock });
  expect(told.at(0)).toBe("pair");
  expect(told.at(-1)).toBe("other");
});
