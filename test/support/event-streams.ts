import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Story } from "../../src/core/model/story.ts";
import { type NatsServer, startNatsServer } from "./nats-server.ts";

/** A stream of events, each written as `trace:type`. */
export interface EventStream {
  readonly name: string;
  readonly subject: string;
  publish(...events: readonly string[]): Promise<void>;
  /** Every revision told of these events, in the order in which they were published; its trace is as it was written. */
  told(): Promise<Story[]>;
}

/** A real server with streams of events on it, and one of the stories told of them. */
export class EventStreams implements AsyncDisposable {
  readonly url: string;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly #server: NatsServer;

  private constructor(server: NatsServer, connection: NatsConnection, manager: JetStreamManager) {
    this.url = server.url;
    this.connection = connection;
    this.manager = manager;
    this.#server = server;
  }

  static async open(): Promise<EventStreams> {
    const server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    return new EventStreams(server, connection, await jetstreamManager(connection));
  }

  async add(name: string): Promise<EventStream> {
    const { connection, manager } = this;
    const subject = `${name}.events`;
    await manager.streams.add({ name, subjects: [subject] });
    let count = 0;
    return {
      name,
      subject,
      async publish(...events) {
        for (const event of events) {
          const [trace = "", type = ""] = event.split(":");
          const body = {
            id: `${name}-${++count}`,
            traceId: `${name}-${trace}`,
            time: new Date().toISOString(),
            source: "k8s",
            type: `x.${type}`,
            entity: { kind: "Pod", namespace: "shop", name: `${name}-${trace}`, node: `node-${trace}` },
          };
          await jetstream(connection).publish(subject, JSON.stringify(body));
        }
      },
      told: async () =>
        (await this.#stories()).flatMap((story) =>
          story.traceId.startsWith(`${name}-`) ? [{ ...story, traceId: story.traceId.slice(name.length + 1) }] : [],
        ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.#server.stop();
  }

  async #stories(): Promise<Story[]> {
    const found: Story[] = [];
    if ((await this.manager.streams.info("TAPIO_STORIES")).state.messages === 0) return found;
    const consumer = await jetstream(this.connection).consumers.get("TAPIO_STORIES");
    for await (const message of await consumer.consume()) {
      found.push(message.json<Story>());
      if (message.info.pending === 0) break;
    }
    return found;
  }
}
