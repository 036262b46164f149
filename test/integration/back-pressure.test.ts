import { setTimeout as sleep } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { openCheckpointStore } from "../../src/adapters/nats/checkpoint.ts";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import { openStorySink } from "../../src/adapters/nats/story-sink.ts";
import { systemClock } from "../../src/adapters/system.ts";
import { openWebhookSink } from "../../src/adapters/webhook/webhook-sink.ts";
import { DaemonReadiness } from "../../src/cli/readiness.ts";
import { Engine } from "../../src/core/engine/engine.ts";
import { Outlets } from "../../src/service/outlets.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { ServiceObserver } from "../../src/service/service-state.ts";
import { statusOf } from "../../src/service/status.ts";
import { Api } from "../../src/web/api.ts";
import { serveApi } from "../../src/web/server.ts";
import { StoryBoard } from "../../src/web/story-board.ts";
import { rule, ruleSet, step } from "../support/engine-kit.ts";
import { startReceiver } from "../support/http-receiver.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { plainDecoder } from "../support/plain-decoder.ts";
import { until } from "../support/until.ts";

const EVENTS = 6_000;
/** Changes that may wait for a sink. */
const CAPACITY = 300;
/** Eight at a time, each answered after this long: a few hundred a second, of thousands that come. */
const SLOW_MS = 25;
const RULES = ruleSet(rule("one", [step("a", "x.a", { role: "cause" })]));

describe.skipIf(!natsServerAvailable())("ten times as much as can be served", () => {
  test("waits in the broker and nowhere else; readyz answers; when the sink is well again, nothing is missing", {
    timeout: 120_000,
  }, async () => {
    await using server = await startNatsServer();
    await using connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "BUSY", subjects: ["busy.>"] });
    const received = new Set<string>();
    let slow = true;
    await using receiver = await startReceiver(async ({ headers }) => {
      if (slow) await sleep(SLOW_MS);
      received.add(headers["idempotency-key"] ?? "no key");
      return { status: 200 };
    });

    const stop = new AbortController();
    const clock = systemClock;
    const observer = new ServiceObserver({ clock, version: "1" });
    const readiness = new DaemonReadiness(clock);
    readiness.connected = true;
    const engine = new Engine({ rules: RULES });
    await using stories = await openStorySink({ connection });
    await using webhook = openWebhookSink({ url: receiver.url, allowNetworks: ["127.0.0.0/8"] });
    await using outlets = new Outlets({
      outlets: [
        { sink: stories, kind: "stream" },
        { sink: webhook, kind: "stream", batchMax: 8 },
      ],
      capacity: CAPACITY,
      chance: Math.random,
      clock,
      signal: stop.signal,
      bury: async ({ reason }) => expect.unreachable(reason),
      onTrouble: () => {},
    });
    observer.observe({ engine, outlets });
    const status = () =>
      observer.state === undefined ? expect.unreachable("nothing to see") : statusOf(observer.state);
    await using api = await serveApi(new Api({ board: new StoryBoard(), readiness: () => readiness.now, status }), {
      host: "127.0.0.1",
      port: 0,
    });
    const source = await openJetStreamSource({ connection, stream: "BUSY", subjects: ["busy.>"], quietAfterMs: 100 });
    const running = runPipeline({
      sources: [observer.watchSource(readiness.watch(source, () => {}))],
      decoder: plainDecoder,
      engine,
      sinks: [],
      outlets,
      checkpoints: await openCheckpointStore({ connection, stream: "BUSY" }),
      clock,
      signal: stop.signal,
      onProgress: observer.progress,
    });
    await until("readiness", async () => (await fetch(`${api.url}/readyz`)).status === 200);

    const client = jetstream(connection);
    const publishing = Array.from({ length: EVENTS }, (_, n) =>
      client.publish("busy.x", JSON.stringify({ id: `e${n}`, type: "x.a", at: n / 1_000, trace: `t${n}` })),
    );
    await Promise.all(publishing);
    const behind: number[] = [];
    const waiting: number[] = [];
    for (let look = 0; look < 20; look++) {
      expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
      const { log, sinks } = status();
      behind.push(EVENTS - (log?.position ?? 0));
      waiting.push(...sinks.map((sink) => sink.waiting));
      await sleep(50);
    }
    // The slow sink's queue is full, and stays at its bound; the rest is where it was published to.
    expect(Math.max(...waiting)).toBe(CAPACITY);
    expect(Math.min(...behind)).toBeGreaterThanOrEqual(EVENTS / 3);
    expect(received.size).toBeLessThan(EVENTS / 2);
    // The other sink has all that the engine told, but for what the full queue holds up.
    expect(status().sinks[0]?.waiting).toBe(0);

    slow = false;
    await until("everything", () => received.size === EVENTS);
    await until("the end of the lag", () => status().log?.pending === 0);
    const { state } = await manager.streams.info("TAPIO_STORIES");
    expect([state.messages, state.num_subjects]).toEqual([EVENTS, EVENTS]);
    expect(status()).toMatchObject({
      books: { in: EVENTS, used: EVENTS, balanced: true },
      windows: { evicted: 0 },
      stories: { told: EVENTS },
    });
    stop.abort();
    await running;
  });
});
