import { fileURLToPath } from "node:url";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import { EngineRunner } from "../chaos/engine-runner.ts";
import { type NatsServer, natsServerAvailable, startNatsServer } from "../support/nats-server.ts";

const RULES = fileURLToPath(new URL("../chaos/rules.yaml", import.meta.url));
const MS_MAX = 110_000;
const STARTS_MAX = 12;

/** An entry that ends the process each time it is worked on is passed; everything else is told as if it were not there. */
describe.skipIf(!natsServerAvailable())("an entry that makes the process die", () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;

  beforeAll(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
    manager = await jetstreamManager(connection);
  }, MS_MAX);
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  const publish = async (stream: string, events: readonly string[]): Promise<void> => {
    for (const event of events) {
      // Each event is `trace:type`.
      const [trace = "", type = ""] = event.split(":");
      const body = {
        id: `${stream}-${event}-${Math.random()}`,
        traceId: `${stream}-${trace}`,
        time: new Date().toISOString(),
        source: "k8s",
        type: `x.${type}`,
        entity: { kind: "Pod", namespace: "shop", name: `${stream}-${trace}`, node: `node-${trace}` },
      };
      await jetstream(connection).publish(`${stream}.events`, JSON.stringify(body));
    }
  };
  /** Traces of the stream that a story was told of. */
  const told = async (stream: string): Promise<string[]> => {
    const { state } = await manager.streams.info("TAPIO_STORIES");
    if (state.messages === 0) return [];
    const traces = new Set<string>();
    const consumer = await jetstream(connection).consumers.get("TAPIO_STORIES");
    for await (const message of await consumer.consume()) {
      const { traceId } = message.json<Story>();
      if (traceId.startsWith(`${stream}-`)) traces.add(traceId.slice(stream.length + 1));
      if (message.info.pending === 0) break;
    }
    return [...traces].sort();
  };
  const letters = async (stream: string): Promise<object[]> => {
    const { state } = await manager.streams.info("TAPIO_DEADLETTER");
    const found: { place: string }[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      found.push((await manager.streams.getMessage("TAPIO_DEADLETTER", { seq }))?.json() ?? { place: "" });
    }
    return found.filter(({ place }) => place.startsWith(`${stream}:`));
  };
  const comesTo = async (stream: string, last: number): Promise<boolean> => {
    const key = { last_by_subj: `$KV.tapio_checkpoint.${stream}` };
    const stored = await manager.streams.getMessage("KV_tapio_checkpoint", key).catch(() => null);
    return last <= (stored?.json<{ position: number }>().position ?? 0);
  };
  /** Starts engines, one after another, until one comes to the end; how many died. */
  const deathsUntil = async (engine: EngineRunner, stream: string, last: number): Promise<number> => {
    for (let deaths = 0; deaths < STARTS_MAX; deaths++) {
      await engine.start();
      while (!engine.hasEnded) {
        if (await comesTo(stream, last)) return deaths;
        await Promise.race([engine.ended(), new Promise((resolve) => setTimeout(resolve, 50))]);
      }
    }
    throw new Error(`it died ${STARTS_MAX} times; its last words: ${engine.lastWords}`);
  };

  test.for([
    // It says itself where it failed.
    { design: "throw", deathsMax: 2, reason: "poison: the process died over it twice: RangeError: no such window" },
    // Once unseen, once among its neighbours, and twice alone.
    { design: "abort", deathsMax: 4, reason: "poison: the process died over it twice" },
  ])("is dead-lettered and passed: $design", { timeout: MS_MAX }, async ({ design, deathsMax, reason }) => {
    const stream = design.toUpperCase();
    await manager.streams.add({ name: stream, subjects: [`${stream}.events`] });
    await using engine = await EngineRunner.open({ url: server.url, stream, rulesPath: RULES, design });
    await publish(stream, ["1:a", "2:a", "1:b", "1:b", "9:poison", "2:b", "2:b", "3:a", "3:b", "3:b"]);
    expect(await deathsUntil(engine, stream, 10)).toBe(deathsMax);
    expect(await told(stream)).toEqual(["1", "2", "3"]);
    expect(await letters(stream)).toMatchObject([{ sequence: 5, reason, subject: `${stream}.events` }]);

    // What is passed stays passed when the log is read again from before it, and is no second letter.
    await engine.signal("SIGKILL");
    await publish(stream, ["4:a", "4:b", "4:b"]);
    expect(await deathsUntil(engine, stream, 13)).toBe(0);
    expect(await told(stream)).toEqual(["1", "2", "3", "4"]);
    expect(await letters(stream)).toHaveLength(1);
    await engine.signal("SIGTERM");
  });
});
