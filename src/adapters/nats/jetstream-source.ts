import {
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
  type OrderedConsumerOptions,
} from "@nats-io/jetstream";
import { type NatsConnection, nuid } from "@nats-io/transport-node";
import type { Payload } from "../../core/model/payload.ts";
import type { EpochMs } from "../../core/model/time.ts";
import { type Batch, type ReadOptions, type Source, SourceError } from "../../ports/source.ts";
import { LostMessages } from "./lost-messages.ts";
import { OrderedReading } from "./ordered-reading.ts";
import { PayloadArena } from "./payload-arena.ts";
import { isServerRefusal, isStreamMissing } from "./server-refusal.ts";

/** Where to begin when nothing is remembered: the whole stream, what comes from now on, or a time. */
export type StreamStart = "all" | "new" | { readonly timeMs: EpochMs };

export interface JetStreamSourceOptions {
  /** Belongs to the caller, and stays open when the source is disposed of. */
  readonly connection: NatsConnection;
  readonly stream: string;
  /** Which subjects to read; all of the stream's when empty. One is best: permissions can confine it. */
  readonly subjects: readonly string[];
  readonly start?: StreamStart | undefined;
  /** How long a quiet stream may be silent before the server is asked whether it is; 1,000 by default. */
  readonly quietAfterMs?: number | undefined;
  /** How long messages may be due and not come before the reading is built anew; 15,000 by default. */
  readonly stalledAfterMs?: number | undefined;
  /** Takes over each payload; copied into memory of our own by default. */
  readonly keep?: ((bytes: Uint8Array) => Payload) | undefined;
}

/** Opens a {@link Source} over a JetStream stream, read by an ordered consumer: nothing is acknowledged. */
export async function openJetStreamSource(options: JetStreamSourceOptions): Promise<Source> {
  const { connection, stream, subjects, start = "all", keep = arenaKeep() } = options;
  const { quietAfterMs = 1_000, stalledAfterMs = 15_000 } = options;
  const name = `nats:${stream}`;
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await requireStream(manager, stream, subjects);

  return {
    name,
    finite: false,
    place: (position) => `${stream}:${Math.floor(position)}`,
    async *batches(read: ReadOptions): AsyncGenerator<Batch> {
      // "From now on" is settled once: a reading built anew must not skip what came in between.
      const isFromNowOn = start === "new" && read.after === undefined && read.sinceMs === undefined;
      let after = isFromNowOn ? await lastSequence(manager, stream) : read.after;
      while (!read.signal.aborted) {
        const consumer = consumerOptions(subjects, start, after, read.sinceMs);
        const lost = new LostMessages({ manager, stream, everySubject: subjects.length === 0, after });
        const reading = new OrderedReading({ manager, stream, consumer, quietAfterMs, stalledAfterMs, lost, keep });
        try {
          for await (const batch of reading.batches(read.signal)) {
            after = batch.entries.at(-1)?.position ?? after;
            yield batch;
          }
        } catch (cause) {
          throw asSourceError(name, cause);
        }
        if (reading.wentBack) return;
        if (!reading.stalled) break;
      }
      if (!read.signal.aborted) {
        throw new SourceError(`${name}: the connection was closed`, { retryable: true });
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Copies payloads, one behind the other. */
function arenaKeep(): (bytes: Uint8Array) => Payload {
  const arena = new PayloadArena();
  return (bytes) => arena.keep(bytes);
}

/** The last sequence that a stream holds. Throws what the client throws. */
export async function lastSequenceOf(connection: NatsConnection, stream: string): Promise<number> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return (await manager.streams.info(stream)).state.last_seq;
}

async function requireStream(manager: JetStreamManager, stream: string, subjects: readonly string[]): Promise<void> {
  try {
    await manager.streams.info(stream);
  } catch (cause) {
    if (isStreamMissing(cause)) {
      const wanted = subjects.length === 0 ? "SUBJECTS" : subjects.join(",");
      const remedy = `create it (nats stream add ${stream} --subjects '${wanted}') or name another one`;
      throw new SourceError(`there is no stream ${stream} on the server; ${remedy}`, { cause, retryable: false });
    }
    throw asSourceError(`nats:${stream}`, cause);
  }
}

async function lastSequence(manager: JetStreamManager, stream: string): Promise<number> {
  try {
    return (await manager.streams.info(stream)).state.last_seq;
  } catch (cause) {
    throw asSourceError(`nats:${stream}`, cause);
  }
}

function consumerOptions(
  subjects: readonly string[],
  start: StreamStart,
  after: number | undefined,
  sinceMs: EpochMs | undefined,
): Partial<OrderedConsumerOptions> {
  // Two ordered consumers with the same prefix would be one and the same consumer.
  const options: Partial<OrderedConsumerOptions> = { name_prefix: `tapio_${nuid.next()}` };
  const [only] = subjects;
  if (only !== undefined) options.filter_subjects = subjects.length === 1 ? only : [...subjects];
  const timeMs = sinceMs ?? (typeof start === "object" ? start.timeMs : undefined);
  if (after !== undefined) {
    options.deliver_policy = DeliverPolicy.StartSequence;
    options.opt_start_seq = after + 1;
  } else if (timeMs !== undefined) {
    options.deliver_policy = DeliverPolicy.StartTime;
    options.opt_start_time = new Date(Math.max(0, Math.floor(timeMs))).toISOString();
  } else options.deliver_policy = DeliverPolicy.All;
  return options;
}

function asSourceError(name: string, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  // The server's own "no" stays "no"; a timeout or a lost connection may not.
  return new SourceError(`${name} cannot be read: ${message}`, { cause, retryable: !isServerRefusal(cause) });
}
