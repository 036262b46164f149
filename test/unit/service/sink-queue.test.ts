import { describe, expect, test } from "vitest";
import type { StoryChange } from "../../../src/core/model/story.ts";
import { SinkError } from "../../../src/ports/sink.ts";
import { Outlets } from "../../../src/service/outlets.ts";
import { SinkQueue, type SinkQueueOptions, type Undelivered } from "../../../src/service/sink-queue.ts";
import { changeOf, revisionsOf } from "../../support/story-kit.ts";
import { settled, VirtualClock } from "../../support/virtual-clock.ts";

type Delivering = (changes: readonly StoryChange[], signal: AbortSignal) => Promise<void>;

/** A sink that does as told, and remembers what it took and was asked. */
function scripted(name = "scripted", deliver: Delivering = async () => {}) {
  const taken: StoryChange[] = [];
  const asked: string[][] = [];
  return {
    name,
    taken,
    asked,
    deliver: async (changes: readonly StoryChange[], signal: AbortSignal) => {
      asked.push(revisionsOf(changes));
      await deliver(changes, signal);
      taken.push(...changes);
    },
    async [Symbol.asyncDispose]() {},
  };
}

function parts(more: Partial<SinkQueueOptions> = {}) {
  const clock = new VirtualClock();
  const trouble: string[] = [];
  const buried: Undelivered[] = [];
  const options = {
    clock,
    chance: () => 0.999,
    signal: new AbortController().signal,
    bury: async (letter: Undelivered) => void buried.push(letter),
    onTrouble: (message: string) => trouble.push(message),
    ...more,
  };
  return { clock, trouble, buried, options };
}

function queueOf(deliver?: Delivering, more: Partial<SinkQueueOptions> = {}) {
  const sink = scripted("scripted", deliver);
  const { options, ...rest } = parts(more);
  return { sink, ...rest, queue: new SinkQueue({ sink, kind: "stream", ...options }) };
}

const failing = (retryable: boolean) => () => Promise.reject(new SinkError("no", { retryable }));
const hang: Delivering = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("a queue before a sink", () => {
  test("sends in order, in batches, one at a time", async () => {
    const answers: (() => void)[] = [];
    const { queue, sink } = queueOf(() => new Promise((resolve) => answers.push(resolve)), { batchMax: 3 });
    await queue.offer([changeOf("a"), changeOf("b"), changeOf("a", 2), changeOf("c")]);
    await queue.offer([changeOf("a", 3)]);
    await settled();
    expect(sink.asked).toEqual([["a-1", "b-1", "a-2"]]);
    answers[0]?.();
    await settled();
    expect(sink.asked[1]).toEqual(["c-1", "a-3"]);
    expect(revisionsOf(queue.pending())).toEqual(["c-1", "a-3"]);
    answers[1]?.();
    await settled();
    expect(queue.size).toBe(0);
    expect(queue.status).toMatchObject({ delivered: 5, waiting: 0, breaker: "closed" });
  });

  test("what fails is tried again after growing pauses, up to a minute; then the breaker tries one", async () => {
    let away = true;
    const { queue, sink, clock, trouble } = queueOf(async () => {
      if (away) throw new SinkError("away", { retryable: true });
    });
    await queue.offer([changeOf("a"), changeOf("b")]);
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await settled();
      pauses.push(Math.ceil(clock.sleeping[0] ?? 0));
      await clock.advance(clock.sleeping[0] ?? 0);
    }
    expect(pauses).toEqual([500, 999, 1998, 3996, 7992, 15984, 31968, 59940, 59940]);
    expect(queue.status).toMatchObject({ failures: 10, breaker: "open", delivered: 0 });
    expect(sink.asked[4]).toEqual(["a-1", "b-1"]);
    expect(sink.asked[5]).toEqual(["a-1"]);
    away = false;
    await clock.advance(60_000);
    expect(revisionsOf(sink.taken)).toEqual(["a-1", "b-1"]);
    expect(queue.status).toMatchObject({ breaker: "closed", waiting: 0 });
    expect(trouble[0]).toBe("scripted: away; trying again");
  });

  test("no answer within five seconds is a failure, and the attempt is told to give up", async () => {
    let hanging = true;
    const { queue, sink, clock, trouble } = queueOf((changes, signal) =>
      hanging ? hang(changes, signal) : Promise.resolve(),
    );
    await queue.offer([changeOf("a")]);
    await clock.advance(4_999);
    expect(trouble).toEqual([]);
    await clock.advance(1);
    expect(trouble).toEqual(["scripted: no answer within 5 s; trying again"]);
    hanging = false;
    await clock.advance(500);
    expect(revisionsOf(sink.taken)).toEqual(["a-1"]);
  });

  test("a sink that does not give up is never called twice at the same time", async () => {
    const { queue, sink, clock } = queueOf(() => new Promise(() => {}));
    await queue.offer([changeOf("a")]);
    await clock.advance(600_000);
    expect(sink.asked).toHaveLength(1);
    expect(queue.status.breaker).toBe("open");
    const stopped = queue.stop();
    await clock.advance(1_000);
    await stopped;
    expect(revisionsOf(queue.pending())).toEqual(["a-1"]);
  });

  test("what is refused for good is buried alone, and the others go on", async () => {
    const { queue, sink, buried } = queueOf(async (changes) => {
      if (changes.some(({ story }) => story.id === "b")) throw new SinkError("400 Bad Request", { retryable: false });
    });
    await queue.offer([changeOf("a"), changeOf("b"), changeOf("c")]);
    await settled();
    expect(revisionsOf(sink.taken)).toEqual(["a-1", "c-1"]);
    expect(buried).toMatchObject([{ sink: "scripted", change: { story: { id: "b" } }, reason: "400 Bad Request" }]);
    expect(queue.status).toMatchObject({ delivered: 2, buried: 1, failures: 0, waiting: 0 });
  });

  test("an error that is not a sink's is no reason to try for ever", async () => {
    const { queue, buried } = queueOf(() => Promise.reject(new TypeError("a bug")));
    await queue.offer([changeOf("a")]);
    await settled();
    expect(buried[0]?.reason).toBe("TypeError: a bug");
  });

  test("what cannot be buried either is not lost", async () => {
    let full = true;
    const letters: Undelivered[] = [];
    const { queue, clock } = queueOf(failing(false), {
      bury: async (letter) => {
        if (full) throw new SinkError("disk full", { retryable: true });
        letters.push(letter);
      },
    });
    await queue.offer([changeOf("a")]);
    await settled();
    expect(queue.size).toBe(1);
    full = false;
    await clock.advance(500);
    expect(letters).toHaveLength(1);
    expect(queue.size).toBe(0);
  });

  test("a full queue holds up whoever offers, until there is room or the end comes", async () => {
    const ending = new AbortController();
    const { queue, clock } = queueOf(hang, { capacity: 2, signal: ending.signal });
    let offered = false;
    const offering = queue.offer([changeOf("a"), changeOf("b"), changeOf("c")]).then(() => {
      offered = true;
    });
    await clock.advance(60_000);
    expect(offered).toBe(false);
    expect(queue.size).toBe(2);
    ending.abort();
    await offering;
    expect(revisionsOf(queue.pending())).toEqual(["a-1", "b-1", "c-1"]);
    await queue.stop();
  });

  test("stopping gives up an attempt and keeps what is not confirmed", async () => {
    const { queue, trouble } = queueOf(hang);
    await queue.offer([changeOf("a"), changeOf("b")]);
    await queue.stop();
    expect(revisionsOf(queue.pending())).toEqual(["a-1", "b-1"]);
    expect(trouble).toEqual([]);
  });
});

describe("a notifier's queue", () => {
  test("a later revision replaces one that waits, in its place and still as news", async () => {
    let away = true;
    const { queue, sink, clock } = queueOf(
      async () => {
        if (away) throw new SinkError("away", { retryable: true });
      },
      { kind: "notifier" },
    );
    await queue.offer([changeOf("a"), changeOf("b")]);
    await queue.offer([changeOf("a", 2), changeOf("b", 2, "resolved")]);
    await settled();
    await queue.offer([changeOf("a", 3), changeOf("c")]);
    away = false;
    await clock.advance(500);
    expect(sink.taken.map(({ kind, story }) => `${story.id}-${story.revision} ${kind}`)).toEqual([
      "a-3 told",
      "b-2 resolved",
      "c-1 told",
    ]);
    expect(queue.status).toMatchObject({ delivered: 3, replaced: 3, waiting: 0 });
  });

  test("a revision in flight is left alone", async () => {
    const answers: (() => void)[] = [];
    const { queue, sink } = queueOf(() => new Promise((resolve) => answers.push(resolve)), {
      kind: "notifier",
    });
    await queue.offer([changeOf("a")]);
    await queue.offer([changeOf("a", 2)]);
    answers[0]?.();
    await settled();
    answers[1]?.();
    await settled();
    expect(sink.asked).toEqual([["a-1"], ["a-2"]]);
    expect(queue.status.replaced).toBe(0);
  });
});

describe("outlets", () => {
  test("a hanging sink delays no other", async () => {
    const [slow, fast] = [scripted("slow", hang), scripted("fast")];
    const { options, clock } = parts();
    await using outlets = new Outlets({
      ...options,
      outlets: [
        { sink: slow, kind: "stream" },
        { sink: fast, kind: "stream" },
      ],
    });
    for (let n = 1; n <= 1_000; n++) await outlets.take([changeOf(`s${n}`)]);
    await settled();
    expect(fast.taken).toHaveLength(1_000);
    // No time has passed at all.
    expect(clock.now()).toBe(0);
    expect(outlets.status.map(({ name, waiting }) => [name, waiting])).toEqual([
      ["slow", 1_000],
      ["fast", 0],
    ]);
    expect(outlets.pending().map(({ sink, changes }) => [sink, changes.length])).toEqual([["slow", 1_000]]);
  });

  test("restores what an earlier run had not confirmed, and drains for a while", async () => {
    const [slow, fast] = [scripted("slow", hang), scripted("fast")];
    const { options, clock } = parts();
    await using outlets = new Outlets({
      ...options,
      outlets: [slow, fast].map((sink) => ({ sink, kind: "stream" })),
    });
    await outlets.restore([
      { sink: "fast", changes: [changeOf("a")] },
      { sink: "gone", changes: [changeOf("a")] },
    ]);
    await outlets.drained(1_000);
    expect(revisionsOf(fast.taken)).toEqual(["a-1"]);
    expect(slow.asked).toEqual([]);
    await outlets.take([changeOf("b")]);
    const draining = outlets.drained(1_000);
    await clock.advance(1_000);
    await draining;
    expect(outlets.pending()).toHaveLength(1);
    expect(outlets.waiting).toBe(1);
  });

  test("the gate says what notifiers get", async () => {
    const [stream, notifier] = [scripted("stream"), scripted("notifier")];
    const { options } = parts();
    await using outlets = new Outlets({
      ...options,
      outlets: [
        { sink: stream, kind: "stream" },
        { sink: notifier, kind: "notifier" },
      ],
      gate: { pass: (changes) => changes.filter(({ story }) => story.shadow !== true) },
    });
    await outlets.take([changeOf("a", 1, "told", { shadow: true }), changeOf("b")]);
    await settled();
    expect(revisionsOf(stream.taken)).toEqual(["a-1", "b-1"]);
    expect(revisionsOf(notifier.taken)).toEqual(["b-1"]);
  });
});
