import { AckPolicy, type JsMsg, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { CheckpointStore } from "../../../src/ports/checkpoint-store.ts";
import type { LogEntry, Source } from "../../../src/ports/source.ts";
import { forgetful } from "./forgetful.ts";

const CONSUMER = "naive";
const ACK_WAIT_NS = 500_000_000;
/** Messages in one batch, and how long to wait for so many. */
const BATCH = { messages: 200, expiresMs: 1_000 } as const;

/**
 * A naive design: a durable consumer, each message acknowledged once a checkpoint covers it, and a set
 * of sequences that were seen, so that none counts twice. What was not acknowledged when the engine
 * died comes back behind newer messages, and what was is not read again.
 */
export async function openAcknowledged(
  connection: NatsConnection,
  { source, store }: { readonly source: Source; readonly store: CheckpointStore },
  stream: string,
): Promise<{ readonly source: Source; readonly store: CheckpointStore }> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await manager.consumers.add(stream, {
    durable_name: CONSUMER,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_NS,
  });
  const unacknowledged: JsMsg[] = [];
  const seen = new Set<number>();
  const kept = forgetful(store);
  return {
    store: {
      ...kept,
      async save(checkpoint) {
        await kept.save(checkpoint);
        for (const message of unacknowledged.splice(0)) message.ack();
      },
    },
    source: {
      ...source,
      async *batches({ signal }) {
        const consumer = await manager.jetstream().consumers.get(stream, CONSUMER);
        while (!signal.aborted) {
          const entries: LogEntry[] = [];
          const fetched = await consumer.fetch({ max_messages: BATCH.messages, expires: BATCH.expiresMs });
          for await (const message of fetched) {
            unacknowledged.push(message);
            if (seen.has(message.seq)) continue;
            seen.add(message.seq);
            const logTimeMs = message.info.timestampNanos / 1_000_000;
            entries.push({ text: message.string(), position: message.seq, logTimeMs });
          }
          if (0 < entries.length) yield { entries };
        }
      },
    },
  };
}
