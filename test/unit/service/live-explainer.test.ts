import { expect, test, vi } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import type { Event } from "../../../src/core/model/event.ts";
import type { RuleSet } from "../../../src/core/model/rule.ts";
import type { Story } from "../../../src/core/model/story.ts";
import type { Answer } from "../../../src/core/testing/answer.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Batch } from "../../../src/ports/source.ts";
import { type ExplainOutcome, LiveExplainer, type ReadableLog } from "../../../src/service/live-explainer.ts";
import type { EventDecoder } from "../../../src/service/log-decoder.ts";
import { START_MS } from "../../support/engine-kit.ts";
import { batchSource } from "../../support/memory-source.ts";
import { SEED_PACK, seedEvents } from "../../support/seed-pack.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const KEY = "seed/oom-service-disruption";
const DAY_MS = 86_400_000;

const { rules } = readPacks([new SourceText("seed.yaml", SEED_PACK)]);

/** The seed's events, stored by a log at this time and after. */
function batchOf(logTimeMs: number, events: readonly unknown[] = seedEvents()): Batch {
  const entries = events.map((event, at) => ({
    text: JSON.stringify(event),
    position: at + 1,
    logTimeMs: logTimeMs + at,
  }));
  return { entries };
}

/** A log of these batches, and from when on it was read. */
function logOf(batches: readonly Batch[], stories: readonly Story[] = []) {
  const asked: number[] = [];
  const lastPosition = batches.flatMap(({ entries }) => entries).at(-1)?.position ?? 0;
  const log: ReadableLog = {
    openPart: async (sinceMs) => {
      asked.push(sinceMs);
      return { source: batchSource(batches, { finite: false }), lastPosition };
    },
    findStory: async (id) => stories.find((story) => story.id === id),
  };
  return { log, asked };
}

function explainer(
  log: ReadableLog | undefined,
  {
    inForce = rules,
    clock = new VirtualClock(START_MS),
    newDecoder = () => new Decoder(),
  }: { readonly inForce?: RuleSet; readonly clock?: Clock; readonly newDecoder?: () => EventDecoder } = {},
) {
  const made = new LiveExplainer({
    rules: () => inForce,
    limits: {},
    newDecoder,
    recentStory: () => undefined,
    clock,
    signal: new AbortController().signal,
  });
  if (log !== undefined) made.readFrom(log);
  return made;
}

function answerOf(outcome: ExplainOutcome): Answer & { readonly incomplete?: string } {
  if (outcome.outcome !== "answered") throw new Error(outcome.message);
  return outcome.answer as Answer;
}

/** The story that the seed tells, as one that was published. */
function seedStory(more: Partial<Story> = {}): Story {
  return {
    id: "st_1",
    traceId: "abc123",
    group: { traceId: "abc123" },
    window: { start: "2026-03-01T10:00:00.250Z", end: "2026-03-01T10:00:06.250Z" },
    rule: { id: "oom-service-disruption", pack: "seed", version: "1.0.0", digest: "" },
    bound: { pressure: ["e1"], oom: ["e2"], rollback: ["e3"], gone: ["e4"] },
    timeline: [],
    confidence: 1,
    confidenceParts: [],
    superseded: [],
    alsoMatched: [],
    status: "open",
    ...more,
  } as unknown as Story;
}

test("a rule in a trace, read back for an hour or as long as is wanted", async () => {
  const { log, asked } = logOf([batchOf(START_MS, seedEvents().slice(0, 3))]);
  const one = explainer(log);
  const [explained] = answerOf(await one.explainRule(KEY, "abc123")).rules;
  expect(explained).toMatchObject({
    rule: KEY,
    told: [],
    reached: [{ step: "oom", events: ["e2"] }],
    failed: { step: "gone", because: "no-event" },
  });
  await one.explainRule(KEY, "abc123", "2h");
  await one.explainRule(KEY, "abc123", "2026-03-01T09:30:00Z");
  expect(asked).toEqual([START_MS - 3_600_000, START_MS - 7_200_000, START_MS - 1_800_000]);
  expect(await one.explainRule(KEY, "abc123", "soon")).toMatchObject({ outcome: "wrong" });
  expect(await one.explainRule("seed/other", "abc123")).toMatchObject({ outcome: "unknown" });
});

/** Kills of so many pods, each in a trace of its own; the first one's endpoint goes away later. */
function kills(count: number): Batch {
  const [, oom, , gone] = seedEvents();
  const events = Array.from({ length: count }, (_, at) => ({ ...oom, id: `oom-${at}`, traceId: `t${at}` }));
  return batchOf(START_MS + 600_000, [
    ...events,
    { ...gone, id: "gone-0", traceId: "t0", time: "2026-03-01T10:06:00Z" },
  ]);
}

test("a rule in no trace of its own: where it came furthest, of all that was read back", async () => {
  const one = explainer(logOf([kills(3)]).log);
  const { rules: found, incomplete } = answerOf(await one.explainRule(KEY));
  expect(found).toMatchObject([
    { rule: KEY, told: [], scope: { group: { traceId: "t0" } }, failed: { step: "gone", because: "gap" } },
  ]);
  expect(found[0]?.halfMatched.map(({ reached }) => reached)).toEqual([
    [{ step: "oom", events: ["oom-1"] }],
    [{ step: "oom", events: ["oom-2"] }],
  ]);
  expect(incomplete).toBeUndefined();
});

test("where there is too much to look into, the latest is looked into, and that is said", async () => {
  let nowMs = START_MS;
  // Each look at it takes three seconds.
  const clock: Clock = { now: () => (nowMs += 3_000), sleep: async () => {} };
  const one = explainer(logOf([kills(200)]).log, { clock });
  const { rules: found, incomplete } = answerOf(await one.explainRule(KEY));
  expect(incomplete).toMatch(/^the latest windows alone .* for 5 s; name a trace$/);
  // Twice 64 of them, from the end.
  expect(found).toMatchObject([{ scope: { group: { traceId: "t72" } }, failed: { step: "gone" } }]);
});

test("events of another day are explained by the traces that they came with", async () => {
  const { log } = logOf([batchOf(START_MS + 3 * DAY_MS)], [seedStory()]);
  const one = explainer(log);
  const [story] = answerOf(await one.explainStory("st_1")).stories;
  expect(story).toMatchObject({ scope: { group: { traceId: "abc123" } }, steps: [{}, { step: "oom" }, {}, {}] });
  const [rule] = answerOf(await one.explainRule(KEY, "abc123", "4d")).rules;
  expect(rule).toMatchObject({ told: [expect.any(String)], scope: { group: { traceId: "abc123" } } });
  const given = await one.eventsOf("st_1");
  expect(given).toMatchObject({ answer: { events: seedEvents().map(({ id, traceId }) => ({ id, traceId })) } });
});

test("a story is read back around its window, until it is over and no further", async () => {
  const later = Array.from({ length: 3 }, (_, at) => batchOf(START_MS + 7_200_000 + at, [{ nothing: at }]));
  let read = 0;
  const { log, asked } = logOf([batchOf(START_MS), ...later], [seedStory()]);
  const counting: ReadableLog = {
    ...log,
    openPart: async (sinceMs) => {
      const part = await log.openPart(sinceMs);
      const batches: typeof part.source.batches = async function* (options) {
        for await (const batch of part.source.batches(options)) {
          read++;
          yield batch;
        }
      };
      return { source: { ...part.source, batches }, lastPosition: Number.POSITIVE_INFINITY };
    },
  };
  expect(answerOf(await explainer(counting).explainStory("st_1")).stories).toHaveLength(1);
  expect(asked).toEqual([START_MS + 250 - 120_000]);
  expect(read).toBe(2);
});

test("a question that would take too much is answered as far as it was read, and says so", async () => {
  const many = Array.from({ length: 101 }, (_, at): Batch => {
    const entries = Array.from({ length: 1_000 }, (_, line) => ({
      text: "{}",
      position: 1_000 * at + line + 1,
      logTimeMs: START_MS,
    }));
    return { entries };
  });
  const { log } = logOf(many);
  expect(answerOf(await explainer(log).explainRule(KEY, "abc123")).incomplete).toContain("more than 100,000 entries");
});

test("what was opened to answer is released, whether there is an answer or not", async () => {
  const { log } = logOf([batchOf(START_MS), batchOf(START_MS)], [seedStory()]);
  const [released, disposed] = [vi.fn(), vi.fn()];
  const openPart = async (sinceMs: number) => {
    const part = await log.openPart(sinceMs);
    const batches: typeof part.source.batches = async function* (options) {
      try {
        yield* part.source.batches(options);
      } finally {
        released();
      }
    };
    return { ...part, source: { ...part.source, batches, [Symbol.asyncDispose]: disposed } };
  };
  const heard = () => [released, disposed].map(({ mock }) => mock.calls.length);
  expect(await explainer({ ...log, openPart }).explainRule(KEY, "abc123")).toMatchObject({ outcome: "answered" });
  expect(heard()).toEqual([1, 1]);
  // The engine fails over an event that has nothing of one.
  const unplaceable = { lastMs: START_MS } as Event;
  const newDecoder = () => ({ decodeText: () => ({ outcome: "events", events: [unplaceable] }) as const });
  const broken = explainer({ ...log, openPart }, { newDecoder });
  expect(await broken.explainRule(KEY, "abc123")).toMatchObject({ outcome: "unreadable" });
  expect(heard()).toEqual([2, 2]);
});

test("a log that ends before its time was another one", async () => {
  const { log } = logOf([batchOf(START_MS)]);
  const further = async (sinceMs: number) => ({ ...(await log.openPart(sinceMs)), lastPosition: 9 });
  const answer = answerOf(await explainer({ ...log, openPart: further }).explainRule(KEY, "abc123"));
  expect(answer.incomplete).toContain("emptied or made anew");
});

test("one question at a time, none before there is a log, and no failure is anybody else's", async () => {
  expect(await explainer(undefined).explainStory("st_1")).toMatchObject({ outcome: "unreadable" });
  const { log } = logOf([batchOf(START_MS)]);
  const one = explainer(log);
  const [first, second] = await Promise.all([one.explainRule(KEY, "abc123"), one.explainRule(KEY, "abc123")]);
  expect([first.outcome, second.outcome]).toEqual(["answered", "busy"]);
  expect(await one.explainRule(KEY, "abc123")).toMatchObject({ outcome: "answered" });
  expect(await one.explainStory("st_2")).toEqual({ outcome: "unknown", message: "there is no story st_2" });
  const broken = explainer({ ...log, openPart: () => Promise.reject(new Error("no connection")) });
  for (let ask = 0; ask < 2; ask++) {
    expect(await broken.explainRule(KEY, "abc123")).toEqual({
      outcome: "unreadable",
      message: "the log cannot be read back: no connection",
    });
  }
  const gone = explainer(logOf([], [seedStory()]).log, { inForce: { ...rules, rules: [] } });
  expect(await gone.explainStory("st_1")).toMatchObject({ message: expect.stringContaining("not in force any more") });
});
