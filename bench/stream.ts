import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type NatsServer, startNatsServer } from "../test/support/nats-server.ts";

/** A real server with one stream of events. */
export interface EventStream extends AsyncDisposable {
  readonly server: NatsServer;
  readonly connection: NatsConnection;
  readonly stream: string;
  /** Sequence of the last event stored. */
  readonly last: number;
  /** Takes away what a reader left behind: stories, dead letters, checkpoint. */
  forget(): Promise<void>;
}

const STREAM = "TAPIO";
const SUBJECT = "tapio.events.k8s";
/** Events published before the server is asked whether it has stored them. */
const BURST = 1_000;

/** Starts a server and stores these events; what the stream says of its time is when they were stored. */
export async function openEventStream(lines: Iterable<string>): Promise<EventStream> {
  const server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: ["tapio.events.>"] });
  let last = 0;
  for (const line of lines) {
    last++;
    if (last % BURST === 0) await manager.jetstream().publish(SUBJECT, line);
    else connection.publish(SUBJECT, line);
  }
  await connection.flush();
  const stored = (await manager.streams.info(STREAM)).state.last_seq;
  if (stored !== last) throw new Error(`${last} events were published, and ${stored} stored`);
  return {
    server,
    connection,
    stream: STREAM,
    last,
    async forget() {
      for await (const { config } of manager.streams.list()) {
        if (config.name !== STREAM) await manager.streams.delete(config.name);
      }
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server.stop();
    },
  };
}
