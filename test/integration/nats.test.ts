import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection, nanos } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckpointStore } from "../../src/adapters/nats/checkpoint.ts";
import { connectNats, withoutSecrets } from "../../src/adapters/nats/connect.ts";
import { openDeadLetters } from "../../src/adapters/nats/dead-letter.ts";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import { openStorySink } from "../../src/adapters/nats/story-sink.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { Books } from "../../src/service/books.ts";
import { LogDecoder } from "../../src/service/log-decoder.ts";
import { type PipelineResult, runPipeline } from "../../src/service/pipeline.ts";
import { rule, ruleSet, step } from "../support/engine-kit.ts";
import { type NatsServer, natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { plainDecoder } from "../support/plain-decoder.ts";
import { until } from "../support/until.ts";

const SEED = ["kernel.memory.alloc_failed", "k8s.pod.oomkilled", "k8s.deployment.rollback", "network.endpoint.removed"];
const STEPS = [
  step("pressure", SEED[0] ?? "", { optional: true, role: "cause" }),
  step("oom", SEED[1] ?? "", { role: "cause" }),
  step("rollback", SEED[2] ?? "", { optional: true, role: "reaction", after: ["oom"] }),
  step("gone", SEED[3] ?? "", { role: "impact", after: ["oom"] }),
];
const RULES = ruleSet(rule("memory", STEPS));
/** Tells nothing until log time has moved on by a second and a half. */
const SETTLING_RULES = ruleSet(rule("memory", STEPS, { settleMs: 1_500 }));

describe.skipIf(!natsServerAvailable())("a real nats-server", () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let streams = 0;

  beforeAll(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
    manager = await jetstreamManager(connection);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  /** A fresh stream with subjects of its own. */
  async function freshStream(): Promise<{
    stream: string;
    subject: string;
    publish: (text: string, traceparent?: string, header?: string) => Promise<void>;
  }> {
    const stream = `TAPIO${++streams}`;
    await manager.streams.add({ name: stream, subjects: [`${stream}.events.>`] });
    const subject = `${stream}.events.>`;
    const publish = async (text: string, traceparent?: string, header = "traceparent"): Promise<void> => {
      const head = headers();
      if (traceparent !== undefined) head.set(header, traceparent);
      await jetstream(connection).publish(`${stream}.events.k8s`, text, { headers: head });
    };
    return { stream, subject, publish };
  }

  /** The daemon's parts on a connection of their own, until stopped. */
  async function startDaemon(stream: string, subject: string, rules = RULES) {
    const own = await connectNats({ url: server.url });
    const stop = new AbortController();
    const result = (async (): Promise<PipelineResult> => {
      try {
        return await runPipeline({
          sources: [await openJetStreamSource({ connection: own, stream, subjects: [subject], quietAfterMs: 100 })],
          decoder: plainDecoder,
          engine: new Engine({ rules, limits: { correlationWindowMs: 2_000 } }),
          sinks: [await openStorySink({ connection: own })],
          deadLetters: await openDeadLetters({ connection: own, stream }),
          checkpoints: await openCheckpointStore({ connection: own, stream }),
          clock: systemClock,
          signal: stop.signal,
        });
      } finally {
        await own.close();
      }
    })();
    return { stop: () => stop.abort(), result };
  }

  /** Every revision in `tapio.stories.>` that is about one of these traces. */
  async function storiesOf(...traces: readonly string[]): Promise<Story[]> {
    const [name] = await manager.streams.names("tapio.stories.>").next();
    if (name === undefined) return [];
    const { state } = await manager.streams.info(name);
    const stories: Story[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const stored = await manager.streams.getMessage(name, { seq });
      const story = stored?.json<Story>();
      if (stored == null || story === undefined || !traces.includes(story.traceId)) continue;
      expect(stored.subject).toBe(`tapio.stories.${story.id}`);
      expect(stored.header.get("Nats-Msg-Id")).toBe(`${story.id}-${story.revision}`);
      stories.push(story);
    }
    return stories;
  }
  const ids = (stories: readonly Story[]): string[] => [...new Set(stories.map(({ id }) => id))];
  const seed = (trace: string): string[] =>
    SEED.map((type, n) => JSON.stringify({ id: `${trace}-${n}`, type, at: n, trace }));

  test("four events become one story, and a restart does not double it", { timeout: 30_000 }, async () => {
    const { stream, subject, publish } = await freshStream();
    const first = await startDaemon(stream, subject);
    for (const text of seed("abc123")) await publish(text);
    const told = await until("the story", async () => {
      const stories = await storiesOf("abc123");
      return stories.some(({ bound }) => Object.keys(bound).length === 4) && stories;
    });
    expect(ids(told)).toHaveLength(1);
    first.stop();
    const { books, ended } = await first.result;
    expect(ended).toBe("aborted");
    expect(books).toMatchObject({ entries: 4, decoded: 4, events: 4 });

    const second = await startDaemon(stream, subject);
    for (const text of seed("def456")) await publish(text);
    await until("the second story", async () => (await storiesOf("def456")).length > 0);
    second.stop();
    await second.result;
    const all = await storiesOf("abc123", "def456");
    expect(ids(all)).toHaveLength(2);
    const revisions = all.map(({ id, revision }) => `${id}-${revision}`);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  test("a window opened before a restart is whole after it", { timeout: 30_000 }, async () => {
    const { stream, subject, publish } = await freshStream();
    const [pressure = "", oom = "", rollback = "", gone = ""] = seed("split");
    await publish(pressure);
    await publish(oom);
    const first = await startDaemon(stream, subject);
    await until("the checkpoint", async () => (await checkpointOf(stream)) === 2);
    first.stop();
    await first.result;
    await publish(rollback);
    await publish(gone);
    const second = await startDaemon(stream, subject);
    const told = await until("the story", async () => {
      const stories = await storiesOf("split");
      return stories.some(({ bound }) => Object.keys(bound).length === 4) && stories;
    });
    second.stop();
    await second.result;
    expect(ids(told)).toHaveLength(1);
  });

  async function checkpointOf(stream: string): Promise<number | undefined> {
    const [bucket] = await manager.streams.names("$KV.tapio_checkpoint.>").next();
    if (bucket === undefined) return undefined;
    const stored = await manager.streams.getMessage(bucket, { last_by_subj: `$KV.tapio_checkpoint.${stream}` });
    return stored?.json<{ position: number }>().position;
  }

  test("garbage becomes a dead letter, and the rest goes on", { timeout: 30_000 }, async () => {
    const { stream, subject, publish } = await freshStream();
    const garbage = `{"id": ${"x".repeat(2_000)}`;
    await publish(garbage);
    for (const text of seed("after-garbage")) await publish(text);
    const daemon = await startDaemon(stream, subject);
    await until("the story", async () => (await storiesOf("after-garbage")).length > 0);
    daemon.stop();
    expect((await daemon.result).books).toMatchObject({ entries: 5, rejected: 1, events: 4 });
    const letter = await manager.streams.getMessage("TAPIO_DEADLETTER", { last_by_subj: "tapio.deadletter.not-json" });
    expect(letter?.json()).toMatchObject({
      reason: "not JSON: it does not parse",
      subject: `${stream}.events.k8s`,
      sequence: 1,
      sha256: createHash("sha256").update(garbage).digest("hex"),
      beginning: garbage.slice(0, 1_024),
    });
  });

  test("each bad item of a list has a letter, and so has the same sequence of a stream made anew", async () => {
    const stream = `LETTERS${++streams}`;
    const list = JSON.stringify({
      receiver: "tapio",
      alerts: ["a", "b", "c"].map((alertname) => ({ status: "firing", labels: { alertname }, startsAt: "yesterday" })),
    });
    const bury = async (text: string, logTimeMs: number): Promise<void> => {
      const books = new Books();
      const decoder = new LogDecoder({ source: { place: String }, decoder: new Decoder(), books });
      const { rejected } = decoder.decode({ entries: [{ text, position: 1, logTimeMs }] });
      expect(rejected).toHaveLength(books.rejected);
      const deadLetters = await openDeadLetters({ connection, stream });
      await deadLetters.bury(rejected);
      // Another attempt at the same letters, whose answer was lost.
      await deadLetters.bury(rejected);
    };
    const lettersBefore = (await manager.streams.info("TAPIO_DEADLETTER")).state.last_seq;
    await bury(list, 1_000);
    await bury("garbage", 1_000);
    await bury("garbage", 2_000);
    const { last_seq } = (await manager.streams.info("TAPIO_DEADLETTER")).state;
    const letters = await Promise.all(
      Array.from({ length: last_seq - lettersBefore }, async (_, n) => {
        return (await manager.streams.getMessage("TAPIO_DEADLETTER", { seq: lettersBefore + n + 1 }))?.json();
      }),
    );
    expect(letters).toMatchObject([
      { sequence: 1, item: 1 },
      { sequence: 1, item: 2 },
      { sequence: 1, item: 3 },
      { sequence: 1, beginning: "garbage" },
      { sequence: 1, beginning: "garbage" },
    ]);
  });

  test("log time moves on in an idle stream, by the server's clock", { timeout: 30_000 }, async () => {
    const { stream, subject, publish } = await freshStream();
    for (const text of seed("idle")) await publish(text);
    const daemon = await startDaemon(stream, subject, SETTLING_RULES);
    expect(await storiesOf("idle")).toEqual([]);
    await until("the settled story", async () => (await storiesOf("idle")).length > 0);
    daemon.stop();
    await daemon.result;
  });

  test.each([
    ["traceparent", "0af7651916cd43dd8448eb211c80319c"],
    ["Traceparent", "1af7651916cd43dd8448eb211c80319c"],
  ])("a header %s names the trace", { timeout: 30_000 }, async (header, trace) => {
    const { stream, subject, publish } = await freshStream();
    for (const [n, type] of SEED.entries()) {
      await publish(JSON.stringify({ id: `h${n}`, type, at: n }), `00-${trace}-b7ad6b7169203331-01`, header);
    }
    const daemon = await startDaemon(stream, subject);
    await until("the story", async () => (await storiesOf(trace)).length > 0);
    daemon.stop();
    await daemon.result;
  });

  test("the same revision again, and an older one, count as delivered", async () => {
    const change = (revision: number): StoryChange => ({
      kind: "told",
      story: { id: "st_twice", traceId: "twice", revision } as Story,
    });
    await (await openStorySink({ connection })).deliver([change(1), change(2), change(3)]);
    // Another process, which remembers nothing, long after the broker's own window for duplicates.
    const { config } = await manager.streams.info("TAPIO_STORIES");
    await manager.streams.update("TAPIO_STORIES", { ...config, duplicate_window: nanos(100) });
    await sleep(300);
    const again = await openStorySink({ connection });
    await again.deliver([change(1), change(2)]);
    await again.deliver([change(2), change(3), change(4)]);
    await manager.streams.update("TAPIO_STORIES", config);
    expect((await storiesOf("twice")).map(({ revision }) => revision)).toEqual([1, 2, 3, 4]);
  });

  test("many stories at once arrive once each, in the order of their revisions", async () => {
    const changes = Array.from({ length: 1_500 }, (_, n): StoryChange => {
      const story = { id: `st_many_${n % 500}`, traceId: "many", revision: 1 + Math.floor(n / 500) };
      return { kind: "told", story: story as Story };
    });
    await (await openStorySink({ connection })).deliver(changes);
    const stored = await storiesOf("many");
    expect(stored).toHaveLength(1_500);
    for (const id of ids(stored)) {
      expect(stored.filter((one) => one.id === id).map(({ revision }) => revision)).toEqual([1, 2, 3]);
    }
  });

  test("a stream that is not there is a failure that no retry will mend, with a remedy", async () => {
    const opening = openJetStreamSource({ connection, stream: "NOWHERE", subjects: ["x.>"] });
    await expect(opening).rejects.toMatchObject({ name: "SourceError", retryable: false });
    await expect(opening).rejects.toThrow("nats stream add NOWHERE --subjects 'x.>'");
  });

  test("a stream deleted under the reader ends the reading", { timeout: 30_000 }, async () => {
    const { stream, subject } = await freshStream();
    const source = await openJetStreamSource({ connection, stream, subjects: [subject], quietAfterMs: 50 });
    const reading = (async () => {
      for await (const { entries } of source.batches({ signal: AbortSignal.timeout(15_000) }))
        expect(entries).toEqual([]);
    })();
    await sleep(200);
    await manager.streams.delete(stream);
    await expect(reading).rejects.toMatchObject({ name: "SourceError", retryable: false });
  });

  test("start: new skips what is there, and a time skips what is older", { timeout: 30_000 }, async () => {
    const { stream, subject, publish } = await freshStream();
    await publish('"old"');
    const newest = await openJetStreamSource({
      connection,
      stream,
      subjects: [subject],
      start: "new",
      quietAfterMs: 50,
    });
    const seen: string[] = [];
    for await (const { entries } of newest.batches({ signal: AbortSignal.timeout(10_000) })) {
      seen.push(...entries.map(({ text }) => text));
      if (0 < seen.length) break;
      await publish('"new"');
    }
    expect(seen).toContain('"new"');
    expect(seen).not.toContain('"old"');
  });
});

test("an address is printed without its secrets", () => {
  expect(withoutSecrets("nats://me:secret@host:4222,token@other")).toBe("nats://host:4222,other");
});

test("a server that is not there is a failure that may mend itself, without secrets in it", async () => {
  const connecting = connectNats({ url: "nats://me:secret@127.0.0.1:1" });
  await expect(connecting).rejects.toMatchObject({ name: "SourceError", retryable: true });
  await expect(connecting).rejects.toThrow(/cannot connect to nats:\/\/127\.0\.0\.1:1:/);
});
