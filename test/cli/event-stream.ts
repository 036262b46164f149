import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { startNatsServer } from "../support/nats-server.ts";
import { seedEvents } from "../support/seed-pack.ts";

/** The seed's incident as of a minute ago, and something else beside it. */
export function incident(): Record<string, unknown>[] {
  const startMs = Date.now() - 60_000;
  const chain = seedEvents().map((event, at) => ({ ...event, time: new Date(startMs + at * 5_000).toISOString() }));
  const other = { kind: "Pod", namespace: "bank", name: "ledger-7f9c5d4b8-x2k4p" };
  const time = new Date(startMs).toISOString();
  return [...chain, { id: "other", traceId: "t-other", time, source: "k8s", type: "k8s.pod.started", entity: other }];
}

/** Users as docs/operating.md has them: one who may do all, and one who may read the stream. */
const USERS = `authorization { users: [
  { user: admin, password: a }
  { user: reader, password: r, permissions: { subscribe: ["_INBOX.>"], publish: [
    "$JS.API.STREAM.INFO.TAPIO"
    "$JS.API.CONSUMER.CREATE.TAPIO.*.tapio.events.>"
    "$JS.API.CONSUMER.INFO.TAPIO.*"
    "$JS.API.CONSUMER.MSG.NEXT.TAPIO.*"
  ] } }
] }`;

/** A server with a stream of these events, and one for stories. */
export async function startStream(events: readonly unknown[]) {
  const server = await startNatsServer({ config: USERS });
  const connection = await connect({ servers: server.url, user: "admin", pass: "a" });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
  await manager.streams.add({ name: "TAPIO_STORIES", subjects: ["tapio.stories.>"] });
  const publish = async (subject: string, value: unknown): Promise<void> => {
    await jetstream(connection).publish(subject, JSON.stringify(value));
  };
  for (const event of events) await publish("tapio.events.test", event);
  return {
    url: server.url,
    argv: ["--nats", server.url.replace("//", "//admin:a@"), "--stream", "TAPIO"],
    reader: ["--nats", server.url.replace("//", "//reader:r@"), "--stream", "TAPIO", "--subjects", "tapio.events.>"],
    publish,
    /** Names of what reads the stream. */
    async consumers(): Promise<string[]> {
      const names: string[] = [];
      for await (const { name } of manager.consumers.list("TAPIO")) names.push(name);
      return names;
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server.stop();
    },
  };
}
