import { type JetStreamClient, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { asSinkError, ensureStream } from "./ensure-stream.ts";

const SUBJECT = "tapio.deadletter";
const STREAM = "TAPIO_DEADLETTER";
const KEEP_DAYS = 7;
const PUBLISH_TIMEOUT_MS = 5_000;

/** What dead letters are written with. */
export interface DeadLetterOptions {
  /** Belongs to the caller. */
  readonly connection: NatsConnection;
  /** On how many servers of a cluster they are kept; 1 by default. */
  readonly replicas?: number | undefined;
}

/** The stream of dead letters, `tapio.deadletter.<token>`: made where it is missing. */
export class DeadLetterStream {
  readonly #client: JetStreamClient;

  private constructor(client: JetStreamClient) {
    this.#client = client;
  }

  /** Throws `SinkError` where the stream is missing and may not be made. */
  static async open({ connection, replicas = 1 }: DeadLetterOptions): Promise<DeadLetterStream> {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: PUBLISH_TIMEOUT_MS });
    await ensureStream(manager, { name: STREAM, subject: `${SUBJECT}.>`, keepDays: KEEP_DAYS, replicas });
    return new DeadLetterStream(manager.jetstream());
  }

  /** Stores a letter once, whoever sends it again under the same `msgID`. Throws `SinkError`. */
  async publish(token: string, letter: object, msgID: string): Promise<void> {
    const subject = `${SUBJECT}.${token}`;
    try {
      await this.#client.publish(subject, JSON.stringify(letter), { msgID, timeout: PUBLISH_TIMEOUT_MS });
    } catch (cause) {
      throw asSinkError(`cannot publish to ${subject}`, cause);
    }
  }
}
