import { createHash } from "node:crypto";
import { type JetStreamClient, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeadLetter, DeadLetters } from "../../ports/dead-letters.ts";
import { asSinkError, ensureStream } from "./ensure-stream.ts";

const SUBJECT = "tapio.deadletter";
const STREAM = "TAPIO_DEADLETTER";
const KEEP_DAYS = 7;
const IN_FLIGHT_MAX = 256;
const PUBLISH_TIMEOUT_MS = 5_000;
/** Enough of a payload's hash to tell two of them apart that stood at one place. */
const HASH_CHARS = 16;

/**
 * Opens {@link DeadLetters} that publishes to `tapio.deadletter.<reason>`: what was wrong, where it
 * stands, its SHA-256 and its masked beginning. The connection belongs to the caller.
 */
export async function openDeadLetters(options: {
  readonly connection: NatsConnection;
  /** Name of the log that the letters come from. */
  readonly stream: string;
  /** On how many servers of a cluster letters are kept; 1 by default. */
  readonly replicas?: number | undefined;
}): Promise<DeadLetters> {
  const manager = await jetstreamManager(options.connection, { checkAPI: false, timeout: PUBLISH_TIMEOUT_MS });
  await ensureStream(manager, {
    name: STREAM,
    subject: `${SUBJECT}.>`,
    keepDays: KEEP_DAYS,
    replicas: options.replicas ?? 1,
  });
  const client = manager.jetstream();
  return {
    async bury(letters) {
      for (let start = 0; start < letters.length; start += IN_FLIGHT_MAX) {
        const some = letters.slice(start, start + IN_FLIGHT_MAX);
        await Promise.all(some.map((letter) => publish(client, options.stream, letter)));
      }
    },
  };
}

async function publish(client: JetStreamClient, stream: string, letter: DeadLetter): Promise<void> {
  const { entry, item, place, reason, excerpt } = letter;
  const bytes = Buffer.from(entry.text, "utf8");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const body = JSON.stringify({
    reason,
    place,
    subject: entry.subject,
    sequence: entry.position,
    item,
    bytes: bytes.length,
    sha256,
    beginning: excerpt,
  });
  const subject = `${SUBJECT}.${subjectToken(reason)}`;
  // A list has several letters; a stream that was made anew has other messages at the same sequences.
  const msgID = [stream, entry.position, item ?? 0, entry.logTimeMs ?? 0, sha256.slice(0, HASH_CHARS)].join("-");
  try {
    await client.publish(subject, body, { msgID, timeout: PUBLISH_TIMEOUT_MS });
  } catch (cause) {
    throw asSinkError(`cannot publish to ${subject}`, cause);
  }
}

/** The reason's first words as one subject token, so that few subjects stand for many letters. */
function subjectToken(reason: string): string {
  const [heading = ""] = reason.toLowerCase().split(/[:;(,"'`]/, 1);
  const words = heading.match(/[a-z]+/g) ?? [];
  return words.slice(0, 4).join("-").slice(0, 40) || "undecodable";
}
