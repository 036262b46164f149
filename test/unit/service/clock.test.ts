import { describe, expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Story } from "../../../src/core/model/story.ts";
import { opened, UnopenedEvent } from "../../../src/core/model/unopened-event.ts";
import type { Checkpoint } from "../../../src/ports/checkpoint-store.ts";
import { BufferBlock } from "../../../src/ports/payload-entry.ts";
import type { LogEntry } from "../../../src/ports/source.ts";
import { Books } from "../../../src/service/books.ts";
import { LogDecoder } from "../../../src/service/log-decoder.ts";
import { type PipelineOptions, runPipeline } from "../../../src/service/pipeline.ts";
import { path, rule, ruleSet, step } from "../../support/engine-kit.ts";
import { batchSource } from "../../support/memory-source.ts";
import { at, plainDecoder } from "../../support/plain-decoder.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

// Whose clock is wrong does not change what is told of those whose clocks are right.

const DAY_S = 86_400;
const YEAR_S = 365 * DAY_S;
const TRACES = 12;
const JOIN = { as: "pod", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 1_000 };
const RULES = ruleSet(
  rule("pair", [step("a", "x.a"), step("b", "x.b", { after: ["a"] })]),
  rule("joined", [step("a", "y.a"), step("b", "y.b", { after: ["a"] })], { joins: [JOIN] }),
);

interface Happening {
  readonly id: string;
  readonly type: string;
  readonly trace: string;
  /** Seconds from the start: when the log stored it, and when it says it happened. */
  readonly logS: number;
  readonly eventS: number;
}

/** Pairs in traces of their own, and pairs that a join brings together; every clock is right. */
const HONEST: readonly Happening[] = Array.from({ length: TRACES }, (_, n) => n).flatMap((n) =>
  ["x.a", "y.a", "x.b", "y.b"].map((type, place) => {
    const logS = 10 * n + place;
    return { id: `h${n}${type}`, type, trace: type.startsWith("x") ? `t${n}` : `t${n}${type}`, logS, eventS: logS };
  }),
);

/** The same things, said by somebody whose clock is so much ahead (or behind), just after they were said rightly. */
function saidBy(clockS: number): Happening[] {
  return HONEST.map((one) => ({ ...one, id: `w${clockS}${one.id}`, logS: one.logS + 0.5, eventS: one.logS + clockS }));
}

function logOf(happenings: readonly Happening[]): LogEntry[] {
  return [...happenings]
    .sort((one, other) => one.logS - other.logS)
    .map(({ logS, eventS, ...rest }, index) => ({
      position: index + 1,
      logTimeMs: at(logS),
      text: JSON.stringify({ ...rest, at: eventS }),
    }));
}

/** The last revision of each story told of a log, one entry a batch. */
async function storiesOf(log: readonly LogEntry[], more: Partial<PipelineOptions> = {}, engine = newEngine()) {
  const stories = new Map<string, Story>();
  const sink = {
    name: "memory",
    async deliver(changes: readonly { readonly story: Story }[]) {
      for (const { story } of changes) stories.set(story.id, story);
    },
    async [Symbol.asyncDispose]() {},
  };
  const batches = log.map((entry) => ({ entries: [entry] }));
  const { books } = await runPipeline({
    sources: [batchSource(batches, { name: "S", finite: false })],
    decoder: plainDecoder,
    engine,
    sinks: [sink],
    clock: new VirtualClock(),
    signal: new AbortController().signal,
    ...more,
  });
  return { stories: [...stories.values()], books };
}

const newEngine = (): Engine => new Engine({ rules: RULES, limits: { correlationWindowMs: 60_000 } });

const heart = ({ status, bound, rootCause, traceId, group, rule: { id } }: Story) => ({
  ...{ status, bound, cause: rootCause.event, time: rootCause.time, traceId, group, id },
});

/** What is told of those whose clocks are right; the others may add evidence to it, and no more. */
const honestIn = (stories: readonly Story[]) =>
  stories
    .map(heart)
    .filter(({ cause }) => cause.startsWith("h"))
    .map(({ bound, ...rest }) => ({ ...rest, a: honest(bound["a"]), b: honest(bound["b"]) }));

const honest = (ids: readonly string[] = []) => ids.filter((id) => id.startsWith("h"));

describe("somebody's clock is wrong", () => {
  test.for([
    { name: "a year ahead", clockS: YEAR_S, counted: { skewed: HONEST.length, old: 0 } },
    { name: "ten minutes ahead", clockS: 600, counted: { skewed: HONEST.length, old: 0 } },
    { name: "four minutes ahead", clockS: 240, counted: { skewed: 0, old: 0 } },
    { name: "ten minutes behind, or slow to deliver", clockS: -600, counted: { skewed: 0, old: 0 }, others: true },
    { name: "two days behind", clockS: -2 * DAY_S, counted: { skewed: 0, old: HONEST.length } },
    { name: "a year behind", clockS: -YEAR_S, counted: { skewed: 0, old: HONEST.length } },
  ])("$name: honest stories are the same", async ({ clockS, counted, others = false }) => {
    const undisturbed = await storiesOf(logOf(HONEST));
    expect(undisturbed.stories).toHaveLength(TRACES + 1);
    // What is only late is evidence like any other; it is in traces of its own here.
    const wrong = saidBy(clockS).map((one) => ({ ...one, trace: others ? `w${one.trace}` : one.trace }));
    const told = others ? HONEST.filter(({ type }) => type.startsWith("x")) : HONEST;
    const disturbed = await storiesOf(logOf([...told, ...wrong]));
    expect(honestIn(disturbed.stories)).toEqual(
      honestIn(undisturbed.stories).filter(({ id }) => !others || id === "pair"),
    );
    expect(disturbed.books).toMatchObject({ ...counted, entries: told.length + wrong.length });
    expect(disturbed.books.balance()).toBe(true);
  });

  test("the flag says by how much, and times ahead of the log are the log's", () => {
    const decode = (clockS: number) => {
      const books = new Books();
      const decoder = new LogDecoder({ source: { place: String }, decoder: plainDecoder, books });
      const [entry] = logOf([{ id: "e", type: "x.a", trace: "t", logS: 0, eventS: clockS }]);
      const [placed] = decoder.decode({ entries: entry === undefined ? [] : [entry] }).events;
      return placed === undefined ? expect.unreachable("no event") : opened(placed.event);
    };
    expect(decode(301)).toMatchObject({ timeMs: at(0), attributes: { clockSkew: 301_000 } });
    expect(decode(300)).toMatchObject({ timeMs: at(300), attributes: undefined });
    expect(decode(-DAY_S)).toMatchObject({ timeMs: at(-DAY_S), traceId: "t", attributes: undefined });
    expect(decode(-DAY_S - 1)).toMatchObject({ timeMs: at(-DAY_S - 1), attributes: { clockSkew: -86_401_000 } });
  });

  test("an event that is held unopened says the same, set aside or not", () => {
    for (const clockS of [0, -DAY_S - 1, -YEAR_S, 301]) {
      const time = new Date(at(clockS)).toISOString();
      const native = { id: "e1", traceId: "t", time, source: "k8s", type: "x.a", entity: { kind: "Pod", name: "a" } };
      const text = JSON.stringify({ ...native, attributes: { n: 1 } });
      const placed = [true, false].map((unopened) => {
        const decoder = new LogDecoder({ source: { place: String }, decoder: new Decoder(), books: new Books() });
        const payload = BufferBlock.whole(Buffer.from(text));
        const entry = { position: 1, logTimeMs: at(0), text, ...(unopened ? { payload } : {}) };
        const [one] = decoder.decode({ entries: [entry] }).events;
        return one === undefined ? expect.unreachable("no event") : one;
      });
      const [held, whole] = placed.map(({ event }) => event);
      if (clockS === 0) expect(held).toBeInstanceOf(UnopenedEvent);
      if (held === undefined || whole === undefined) expect.unreachable();
      expect(opened(held)).toEqual(opened(whole));
      expect([held.traceId, held.timeMs]).toEqual([whole.traceId, whole.timeMs]);
    }
  });

  test("what is set aside still tells its own stories, under the traces as they were given", async () => {
    const { stories } = await storiesOf(logOf([...HONEST, ...saidBy(-YEAR_S)]));
    const [right, old] = [
      stories.filter(({ bound }) => bound["a"]?.[0]?.startsWith("h")),
      stories.filter(({ bound }) => bound["a"]?.[0]?.startsWith("w")),
    ];
    expect(old.map(({ traceId, group, rule: { id } }) => [id, traceId, group])).toEqual(
      right.map(({ traceId, group, rule: { id } }) => [id, traceId, group]),
    );
    expect(new Set(stories.map(({ id }) => id)).size).toBe(2 * right.length);
  });

  test("a restart in the midst of it changes nothing", async () => {
    const log = logOf([...HONEST, ...saidBy(-YEAR_S), ...saidBy(YEAR_S)]);
    const undisturbed = await storiesOf(log);
    for (const cut of [1, 7, 40, 90, log.length - 1]) {
      const saved: Checkpoint[] = [];
      const checkpoints = {
        load: async () => saved.at(-1),
        save: async (one: Checkpoint) => void saved.push(one),
        confirm: async () => {},
      };
      const before = await storiesOf(log.slice(0, cut), { checkpoints });
      const after = await storiesOf(log, { checkpoints });
      const told = new Map([...before.stories, ...after.stories].map((story) => [story.id, story]));
      expect([...told.values()].map(heart)).toEqual(undisturbed.stories.map(heart));
    }
  });
});

describe("this machine's clock is set by an hour while it runs", () => {
  test.for([3_600_000, -3_600_000])("by %d ms: the stories are the same, and checkpoints go on", async (stepMs) => {
    const log = logOf(HONEST);
    const undisturbed = await storiesOf(log);
    let nowMs = at(0);
    let entries = 0;
    const clock = { now: () => nowMs, sleep: async () => {} };
    const saved: number[] = [];
    const checkpoints = {
      load: async () => undefined,
      save: async ({ position }: Checkpoint) => void saved.push(position),
      confirm: async () => {},
    };
    const betweenEvents = (): undefined => {
      entries += 1;
      nowMs += entries === log.length / 2 ? stepMs : 1_000;
    };
    const stepped = await storiesOf(log, { clock, checkpoints, betweenEvents });
    expect(stepped.stories).toEqual(undisturbed.stories);
    const gaps = saved.map((position, index) => position - (saved[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3);
  });
});
