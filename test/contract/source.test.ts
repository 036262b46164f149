import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { openFileSource } from "../../src/adapters/file/file-source.ts";
import { openJetStreamSource } from "../../src/adapters/nats/jetstream-source.ts";
import { openThreadedSource } from "../../src/adapters/nats/threaded-source.ts";
import { memorySource } from "../support/memory-source.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { describeSource } from "./source.ts";

describeSource("the tests' memory source", async (texts) => ({
  source: memorySource(texts),
  async [Symbol.asyncDispose]() {},
}));

for (const [name, heldBytesMax] of [
  ["the file source", undefined],
  ["the file source over a large file", 0],
] as const) {
  describeSource(name, async (texts) => {
    const folder = await mkdtemp(join(tmpdir(), "tapio-source-"));
    const path = join(folder, "events.ndjson");
    await writeFile(path, `${texts.join("\n")}\n`);
    const source = openFileSource({ path, heldBytesMax });
    return { source, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  });
}

/** A server whose stream holds these texts. */
async function stored(texts: readonly string[]) {
  const server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "EVENTS", subjects: ["events.>"] });
  for (const text of texts) await jetstream(connection).publish("events.pod", text);
  const close = async (): Promise<void> => {
    await connection.close();
    await server.stop();
  };
  return { url: server.url, connection, close };
}

if (natsServerAvailable()) {
  describeSource("the JetStream source", async (texts) => {
    const { connection, close } = await stored(texts);
    const source = await openJetStreamSource({ connection, stream: "EVENTS", subjects: ["events.>"] });
    return { source, [Symbol.asyncDispose]: close };
  });

  describeSource("the JetStream source in a thread", async (texts) => {
    const { url, close } = await stored(texts);
    const source = await openThreadedSource({ access: { url }, stream: "EVENTS", subjects: ["events.>"] });
    return {
      source,
      async [Symbol.asyncDispose]() {
        await source[Symbol.asyncDispose]();
        await close();
      },
    };
  });
}
