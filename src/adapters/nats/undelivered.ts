import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { StoryChange } from "../../core/model/story.ts";
import { asSinkError, ensureStream } from "./ensure-stream.ts";

const SUBJECT = "tapio.deadletter";
const STREAM = "TAPIO_DEADLETTER";
const KEEP_DAYS = 7;
const PUBLISH_TIMEOUT_MS = 5_000;

/** A change that a sink refused for good, and why. */
export interface RefusedChange {
  readonly sink: string;
  readonly change: StoryChange;
  readonly reason: string;
}

/**
 * Opens what keeps the stories that a sink refused for good: each is published to
 * `tapio.deadletter.undelivered` with the sink and the reason, once. The function throws `SinkError`.
 * The connection belongs to the caller.
 */
export async function openUndelivered(options: {
  readonly connection: NatsConnection;
  /** On how many servers of a cluster they are kept; 1 by default. */
  readonly replicas?: number | undefined;
}): Promise<(refused: RefusedChange) => Promise<void>> {
  const manager = await jetstreamManager(options.connection, { checkAPI: false, timeout: PUBLISH_TIMEOUT_MS });
  await ensureStream(manager, {
    name: STREAM,
    subject: `${SUBJECT}.>`,
    keepDays: KEEP_DAYS,
    replicas: options.replicas ?? 1,
  });
  const client = manager.jetstream();
  return async ({ sink, change: { kind, story }, reason }) => {
    const subject = `${SUBJECT}.undelivered`;
    const msgID = `${sink}-${story.id}-${story.revision}`;
    try {
      await client.publish(subject, JSON.stringify({ reason, sink, change: kind, story }), {
        msgID,
        timeout: PUBLISH_TIMEOUT_MS,
      });
    } catch (cause) {
      throw asSinkError(`cannot publish to ${subject}`, cause);
    }
  };
}
