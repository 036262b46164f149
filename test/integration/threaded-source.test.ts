import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openThreadedSource } from "../../src/adapters/nats/threaded-source.ts";
import { type LogEntry, type Source, SourceError } from "../../src/ports/source.ts";
import { type NatsServer, natsServerAvailable, startNatsServer } from "../support/nats-server.ts";

/** The first entries that come. */
async function firstOf(source: Source, count: number): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const batch of source.batches({ signal: new AbortController().signal })) {
    entries.push(...batch.entries);
    if (count <= entries.length) return entries;
  }
  return entries;
}

describe.runIf(natsServerAvailable())("a stream that is read in a thread", () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;

  beforeAll(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
    manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "EVENTS", subjects: ["events.>"] });
  });

  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  const open = (stream: string): Promise<Source> =>
    openThreadedSource({ access: { url: server.url }, stream, subjects: ["events.>"], quietAfterMs: 50 });

  test("what is wrong with the stream is said here as there", async () => {
    const opening = open("NOWHERE");
    await expect(opening).rejects.toThrow(SourceError);
    await expect(opening).rejects.toMatchObject({
      message: expect.stringContaining("there is no stream NOWHERE on the server"),
      retryable: false,
    });
  });

  test("it goes no further than a few batches ahead of a reader that is slow, and loses nothing", async () => {
    const source = await open("EVENTS");
    const texts = Array.from({ length: 12_000 }, (_, n) => JSON.stringify({ n, pad: "x".repeat(200) }));
    for (const text of texts.slice(0, -1)) connection.publish("events.pod", text);
    await manager.jetstream().publish("events.pod", texts.at(-1));
    const read: string[] = [];
    for await (const { entries } of source.batches({ signal: new AbortController().signal })) {
      read.push(...entries.map(({ text }) => text));
      if (read.length === texts.length) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
      const [consumer] = await manager.consumers.list("EVENTS").next();
      // Its own three batches, one that waits to be sent, and what its client asked for ahead.
      expect((consumer?.delivered.consumer_seq ?? 0) - read.length).toBeLessThan(5 * 512 + 2_000 + 1);
    }
    expect(read).toEqual(texts);
    await source[Symbol.asyncDispose]();
  });

  test("a thread that ends ends the reading, with an error after which one may try again", async () => {
    const source = await open("EVENTS");
    await firstOf(source, 1);
    const reading = (async () => {
      for await (const { quietUntilMs } of source.batches({ signal: new AbortController().signal }))
        if (quietUntilMs !== undefined) void source[Symbol.asyncDispose]();
    })();
    await expect(reading).rejects.toMatchObject({ name: "SourceError", retryable: true });
    await expect(firstOf(source, 1)).rejects.toMatchObject({ name: "SourceError", retryable: true });
  });
});
