import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { asSinkError } from "./ensure-stream.ts";
import { isStreamMissing } from "./server-refusal.ts";

/** The last revision of a story that was published, as JSON; `undefined` where no stream holds it. */
export async function findPublishedStory(connection: NatsConnection, id: string): Promise<unknown> {
  const subject = `tapio.stories.${id}`;
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const [stream] = await manager.streams.names(subject).next();
    const stored = stream === undefined ? null : await manager.streams.getMessage(stream, { last_by_subj: subject });
    return stored === null ? undefined : stored.json();
  } catch (cause) {
    if (isStreamMissing(cause)) return undefined;
    throw asSinkError(`cannot ask for ${subject}`, cause);
  }
}
