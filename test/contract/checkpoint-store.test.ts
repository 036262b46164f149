import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { openCheckpointFile } from "../../src/adapters/file/checkpoint-file.ts";
import { openCheckpointStore } from "../../src/adapters/nats/checkpoint.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { describeCheckpointStore } from "./checkpoint-store.ts";

describeCheckpointStore("the checkpoint file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapio-checkpoint-"));
  const onTrouble = (message: string): void => {
    throw new Error(`nothing is wrong, and it says: ${message}`);
  };
  return {
    open: async () => openCheckpointFile({ path: join(folder, "checkpoint"), log: "S", onTrouble }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});

if (natsServerAvailable()) {
  describeCheckpointStore("the JetStream key-value bucket", async () => {
    const server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    return {
      open: () => openCheckpointStore({ connection, stream: "S" }),
      async [Symbol.asyncDispose]() {
        await connection.close();
        await server.stop();
      },
    };
  });
}
