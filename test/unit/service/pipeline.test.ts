import { describe, expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import type { Event } from "../../../src/core/model/event.ts";
import type { Story, StoryChange } from "../../../src/core/model/story.ts";
import type { Attempts } from "../../../src/ports/attempt-log.ts";
import type { Checkpoint } from "../../../src/ports/checkpoint-store.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { type Sink, SinkError } from "../../../src/ports/sink.ts";
import type { Batch, LogEntry, ReadOptions, Source } from "../../../src/ports/source.ts";
import { type PipelineOptions, runPipeline } from "../../../src/service/pipeline.ts";
import { rule, ruleSet, step } from "../../support/engine-kit.ts";
import { MemoryCheckpoints } from "../../support/memory-checkpoints.ts";
import { batchSource, memorySource } from "../../support/memory-source.ts";
import { at, plainDecoder } from "../../support/plain-decoder.ts";

const RULES = ruleSet(rule("pair", [step("a", "x.a"), step("b", "x.b", { after: ["a"] })]));

/** A clock that only moves when somebody sleeps. */
class ManualClock implements Clock {
  #nowMs = 0;
  now(): number {
    return this.#nowMs;
  }
  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }
}

class MemorySink implements Sink {
  readonly name = "memory";
  readonly changes: StoryChange[] = [];
  failures = 0;
  async deliver(changes: readonly StoryChange[]): Promise<void> {
    if (0 < this.failures--) throw new SinkError("not now", { retryable: true });
    this.changes.push(...changes);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

function run(sources: readonly Source[], more: Partial<PipelineOptions> = {}) {
  const sink = new MemorySink();
  const done = runPipeline({
    sources,
    decoder: plainDecoder,
    engine: new Engine({ rules: RULES, limits: { correlationWindowMs: 60_000 } }),
    sinks: [sink],
    clock: new ManualClock(),
    signal: new AbortController().signal,
    ...more,
  });
  return { sink, done };
}

const line = (id: string, type: string, seconds: number, trace = "t1"): string =>
  JSON.stringify({ id, type, at: seconds, trace });
const stories = (sink: MemorySink): Story[] => [
  ...new Map(sink.changes.map(({ story }) => [story.id, story])).values(),
];

test("a finite log: one story, and the books balance", async () => {
  const texts = [
    line("e1", "x.a", 0),
    "garbage",
    '{"skip":1}',
    '{"odd":1}',
    `[${line("e3", "x.z", 2)},${line("e2", "x.b", 1)}]`,
  ];
  const { sink, done } = run([memorySource(texts, { name: "log" })]);
  const { books, ended } = await done;
  expect(ended).toBe("end");
  expect(stories(sink)).toHaveLength(1);
  expect(stories(sink)[0]?.bound).toEqual({ a: ["e1"], b: ["e2"] });
  expect(books).toMatchObject({
    entries: 5,
    decoded: 2,
    events: 3,
    rejected: 1,
    filtered: { skipped: 1 },
    unknown: { odd: 1 },
  });
  expect(books.rejections).toEqual([{ place: "log:2", reason: "not JSON: it does not parse" }]);
  expect(books.balance()).toBe(true);
});

test("how the log comes in batches changes nothing", async () => {
  const texts = Array.from({ length: 60 }, (_, n) => line(`e${n}`, n % 2 === 0 ? "x.a" : "x.b", n, `t${n % 7}`));
  const whole = run([memorySource(texts)]);
  await whole.done;
  expect(stories(whole.sink).length).toBeGreaterThan(3);
  for (const size of [1, 7]) {
    const cut = run([memorySource(texts, { size })]);
    await cut.done;
    expect(JSON.stringify(cut.sink.changes)).toBe(JSON.stringify(whole.sink.changes));
  }
});

test("several logs are merged by their own times, however they are batched", async () => {
  const first = [line("e1", "x.a", 0), line("e3", "x.a", 200, "t2"), line("e5", "x.z", 400)];
  const second = [line("e2", "x.b", 10), line("e4", "x.b", 210, "t2")];
  const { sink, done } = run([memorySource(first), memorySource(second)]);
  await done;
  // Read one file after the other, both windows would have closed before their second event.
  expect(stories(sink).map(({ bound }) => bound)).toEqual([
    { a: ["e1"], b: ["e2"] },
    { a: ["e3"], b: ["e4"] },
  ]);
  const cut = run([memorySource(first, { size: 1 }), memorySource(second, { size: 1 })]);
  await cut.done;
  expect(JSON.stringify(cut.sink.changes)).toBe(JSON.stringify(sink.changes));
});

test("windows of one trace within one list get stories of their own", async () => {
  const list = `[${[line("e1", "x.a", 0), line("e2", "x.b", 1), line("e3", "x.a", 86_400), line("e4", "x.b", 86_401)].join(",")}]`;
  const { sink, done } = run([memorySource([list])]);
  await done;
  expect(stories(sink).map(({ bound }) => bound)).toEqual([
    { a: ["e1"], b: ["e2"] },
    { a: ["e3"], b: ["e4"] },
  ]);
});

test("a sink that fails for a while gets everything once", async () => {
  const sink = new MemorySink();
  sink.failures = 3;
  const heard: string[] = [];
  const { done } = run([memorySource([line("e1", "x.a", 0), line("e2", "x.b", 1)])], {
    sinks: [sink],
    onTrouble: (message) => heard.push(message),
  });
  await done;
  expect(stories(sink)).toHaveLength(1);
  expect(heard).toHaveLength(3);
});

test("a sink that fails for good ends the run", async () => {
  const sink = new MemorySink();
  sink.deliver = () => Promise.reject(new SinkError("never", { retryable: false }));
  await expect(
    run([memorySource([line("e1", "x.a", 0), line("e2", "x.b", 1)])], { sinks: [sink] }).done,
  ).rejects.toThrow("never");
});

describe("a log with times of its own", () => {
  const entry = (position: number, logS: number, text: string): LogEntry => ({ position, logTimeMs: at(logS), text });
  const stream = (...batches: readonly Batch[]): Source => batchSource(batches, { name: "S", finite: false });
  /** Delivers stories of which nothing is known but the type of the last event. */
  function spy() {
    const accepted: Event[] = [];
    const advanced: number[] = [];
    const engine = {
      accept: (event: Event) => void accepted.push(event),
      advance: (logTimeMs: number) => void advanced.push(logTimeMs),
      end: () => undefined,
      take: () => [],
      snapshot: (position: number) => new Engine({ rules: RULES }).snapshot(position),
      restore: () => undefined,
      endRestore: () => undefined,
      noteGap: () => undefined,
    };
    return { accepted, advanced, engine };
  }

  test("an event far ahead of its log time is taken as its log time, and flagged", async () => {
    const { accepted, engine } = spy();
    const batch = { entries: [entry(1, 0, line("e1", "x.a", 299)), entry(2, 1, line("e2", "x.a", 3_600))] };
    const { books } = await run([stream(batch)], { engine }).done;
    expect(books.skewed).toBe(1);
    expect(accepted[0]).toMatchObject({ timeMs: at(299), attributes: undefined });
    expect(accepted[1]).toMatchObject({ timeMs: at(1), lastMs: at(1), attributes: { clockSkew: 3_599_000 } });
  });

  test("a quiet log closes its windows by the log's own clock; an abort leaves them open", async () => {
    const { advanced, engine } = spy();
    const { ended } = await run([stream({ entries: [], quietUntilMs: at(5) }, { entries: [], quietUntilMs: at(4) })], {
      engine,
    }).done;
    expect(advanced).toEqual([at(5), at(5)]);
    expect(ended).toBe("aborted");
  });

  function store(start?: Checkpoint) {
    const saved: Checkpoint[] = start === undefined ? [] : [start];
    return {
      saved,
      checkpoints: {
        load: async () => saved.at(-1),
        save: async (one: Checkpoint) => void saved.push(one),
        confirm: async () => {},
      },
    };
  }
  const FOUR = [
    entry(1, 0, line("e1", "x.a", 0)),
    entry(2, 1, line("e2", "x.b", 1)),
    entry(3, 2, line("e3", "x.a", 2, "t2")),
    entry(4, 3, line("e4", "x.b", 3, "t2")),
  ];

  test("after a restart nothing is told twice, and open windows are whole", async () => {
    const { saved, checkpoints } = store();
    const before = run([stream({ entries: FOUR.slice(0, 3) })], { checkpoints });
    await before.done;
    expect(stories(before.sink).map(({ traceId }) => traceId)).toEqual(["t1"]);
    expect(saved.at(-1)).toMatchObject({ format: 2, position: 3, logTimeMs: at(2) });
    const after = run([stream({ entries: FOUR })], { checkpoints });
    await after.done;
    expect(stories(after.sink).map(({ bound }) => bound)).toEqual([{ a: ["e3"], b: ["e4"] }]);
    expect(saved.at(-1)?.position).toBe(4);
  });

  test("a checkpoint that could not be saved is missed by none: the next one holds all that was told", async () => {
    const checkpoints = new MemoryCheckpoints();
    const clock = new ManualClock();
    // A checkpoint is due after each of them.
    const between = async () => clock.sleep(60_000);
    const batches = FOUR.map((one) => ({ entries: [one] }));
    checkpoints.failures = 3;
    await run([stream(...batches.slice(0, 3))], { checkpoints, clock, betweenEvents: between }).done;
    expect(checkpoints.saves).toBe(1);
    const after = run([stream(...batches, { entries: [entry(5, 4, line("e5", "x.b", 4))] })], { checkpoints });
    await after.done;
    expect(after.sink.changes.map(({ kind, story }) => [kind, story.traceId])).toEqual([["told", "t2"]]);
  });

  test("what was told in the quiet is in a checkpoint too: a restart does not tell it again", async () => {
    const checkpoints = new MemoryCheckpoints();
    const limits = { correlationWindowMs: 60_000, resolveAfterMs: 100_000 };
    const untilQuiet = () =>
      run([stream({ entries: FOUR.slice(0, 2) }, { entries: [], quietUntilMs: at(1_000) })], {
        checkpoints,
        engine: new Engine({ rules: RULES, limits }),
      });
    const before = untilQuiet();
    await before.done;
    expect(before.sink.changes.map(({ kind }) => kind)).toEqual(["told", "resolved"]);
    const after = untilQuiet();
    await after.done;
    expect(after.sink.changes).toEqual([]);
    expect(checkpoints.saves).toBe(2);
  });

  test("a log that went back behind its checkpoint is told anew", async () => {
    const { saved, checkpoints } = store({
      format: 2,
      position: 1_000,
      logTimeMs: at(-3_600),
      engine: new Engine({ rules: RULES }).snapshot(1_000),
    });
    const heard: string[] = [];
    const { sink, done } = run([stream({ entries: FOUR })], {
      checkpoints,
      onTrouble: (message) => heard.push(message),
    });
    await done;
    expect(stories(sink)).toHaveLength(2);
    expect(heard[0]).toContain("went back behind what was read of it (position 1000)");
    // Its places are new ones, whatever numbers they had before.
    expect(saved.at(-1)).toMatchObject({ position: 1_004, base: 1_000 });
    expect(
      (await run([stream({ entries: FOUR }, { entries: [entry(5, 4, line("e5", "x.c", 4))] })], { checkpoints }).done)
        .books.wentBack,
    ).toBe(0);
    expect(saved.at(-1)).toMatchObject({ position: 1_005, base: 1_000 });
  });

  test("a log that goes back while it is read is read on from a time, and nothing counts as the same place", async () => {
    const asked: ReadOptions[] = [];
    const readings: Batch[][] = [
      [{ entries: FOUR.slice(0, 2) }, { entries: [], wentBack: true }],
      // The same trace at the same sequences, later: another story.
      [{ entries: [entry(1, 9_000, line("e5", "x.a", 9_000)), entry(2, 9_001, line("e6", "x.b", 9_001))] }],
    ];
    const source: Source = {
      ...stream(),
      async *batches(options) {
        asked.push(options);
        yield* readings.shift() ?? [];
      },
    };
    const { sink, done } = run([source], { checkpoints: store().checkpoints });
    const { books } = await done;
    expect(asked.map(({ sinceMs }) => sinceMs)).toEqual([undefined, at(1)]);
    expect(books).toMatchObject({ wentBack: 1, gaps: 0 });
    const told = sink.changes.filter(({ kind }) => kind === "told");
    expect(told.map(({ story }) => [story.bound, story.gap ?? false])).toEqual([
      [{ a: ["e1"], b: ["e2"] }, false],
      [{ a: ["e5"], b: ["e6"] }, true],
    ]);
    expect(stories(sink)).toHaveLength(2);
  });

  describe("entries that were deleted before they could be read", () => {
    const GAP = { from: 3, to: 1_002 };
    const behind = entry(1_003, 30, line("e5", "x.b", 30));

    test("are told, counted, and marked on the stories that they may have been evidence of", async () => {
      const heard: string[] = [];
      const batches = [
        { entries: [entry(1, 0, line("e1", "x.a", 0)), entry(2, 1, line("e2", "x.b", 1, "t0"))] },
        { entries: [behind], gap: GAP },
        { entries: [entry(1_004, 95, line("e6", "x.a", 95, "t3")), entry(1_005, 96, line("e7", "x.b", 96, "t3"))] },
      ];
      const { sink, done } = run([stream(...batches)], { onTrouble: (message) => heard.push(message) });
      const { books } = await done;
      expect(books).toMatchObject({ gaps: 1, lost: 1_000 });
      expect(books.balance()).toBe(true);
      expect(heard).toEqual([expect.stringContaining("positions 3 to 1002 of the log were deleted")]);
      // A window that opened more than another window's length behind the gap can miss nothing.
      expect(sink.changes.map(({ story }) => [story.bound["b"], story.gap])).toEqual([
        [["e5"], true],
        [["e7"], undefined],
      ]);
    });

    test("cost nothing where no window was open that began in them, but for what was new", async () => {
      const { checkpoints } = store();
      await run([stream({ entries: [entry(1, 0, line("e1", "x.c", 0))] }, { entries: [], quietUntilMs: at(900) })], {
        checkpoints,
      }).done;
      const gone = { entries: [], gap: { from: 1, to: 1 } };
      const { books } = await run([stream(gone, { entries: [entry(2, 901, line("e2", "x.a", 901))] })], {
        checkpoints,
      }).done;
      expect(books).toMatchObject({ gaps: 0, wentBack: 0 });
    });

    test("leave a story behind that ends in order, and is the one that its trace goes on with", async () => {
      const { checkpoints } = store();
      const engine = () =>
        new Engine({ rules: RULES, limits: { correlationWindowMs: 60_000, resolveAfterMs: 600_000 } });
      const before = run([stream({ entries: FOUR.slice(0, 2) })], { checkpoints, engine: engine() });
      await before.done;
      const all = { entries: [], gap: { from: 1, to: 2 } };
      const after = run([stream(all, { entries: [], quietUntilMs: at(20) }, { entries: [], quietUntilMs: at(900) })], {
        checkpoints,
        engine: engine(),
      });
      await after.done;
      const [told] = before.sink.changes;
      expect(after.sink.changes).toMatchObject([
        { kind: "resolved", story: { id: told?.story.id, revision: 2, bound: { a: ["e1"], b: ["e2"] } } },
      ]);
    });
  });

  test("nothing is noted as being worked on while it is delivered: who is killed there was not killed by an entry", async () => {
    const { checkpoints } = store();
    const notes: Attempts[] = [{ watched: false, killed: 0, passed: [] }];
    const attempts = { load: async () => notes.at(-1), save: async (one: Attempts) => void notes.push(one) };
    const sink = new MemorySink();
    const openThen: unknown[] = [];
    const deliver = sink.deliver.bind(sink);
    sink.deliver = async (changes) => {
      openThen.push(notes.at(-1)?.open);
      await deliver(changes);
    };
    await run([stream({ entries: FOUR })], { checkpoints: { ...checkpoints, attempts }, sinks: [sink] }).done;
    expect(openThen).toEqual([undefined]);
    expect(notes.map(({ ended, open }) => [ended, open?.to])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, 4],
      [undefined, undefined],
      ["in order", undefined],
    ]);
  });

  test("what cannot be decoded goes to the dead letters, once over a restart", async () => {
    const { checkpoints } = store();
    const buried: string[] = [];
    const deadLetters = {
      bury: async (letters: readonly { place: string; reason: string }[]) =>
        void buried.push(...letters.map((one) => one.place)),
    };
    await run([stream({ entries: [entry(1, 0, "garbage")] })], { checkpoints, deadLetters }).done;
    await run([stream({ entries: [entry(1, 0, "garbage"), entry(2, 0, "more")] })], { checkpoints, deadLetters }).done;
    expect(buried).toEqual(["S:1", "S:2"]);
  });
});
