import type { JetStreamManager, StreamConfig } from "@nats-io/jetstream";
import { SinkError } from "../../ports/sink.ts";
import { isServerRefusal, isStreamMissing, isTaken } from "./server-refusal.ts";

const DAY_NS = 86_400 * 1_000_000_000;

/** A stream to write to. */
export interface WantedStream {
  readonly name: string;
  /** Wildcard subject that it stores: `tapio.stories.>`. */
  readonly subject: string;
  /** How long it keeps messages, where it has to be made. */
  readonly keepDays: number;
  /** On how many servers of a cluster it is kept, where it has to be made. */
  readonly replicas: number;
}

/**
 * Finds the stream that stores `subject`, whatever its name, or makes it. Returns its name. Throws
 * {@link SinkError} where there is none and it may not be made.
 */
export async function ensureStream(manager: JetStreamManager, wanted: WantedStream): Promise<string> {
  const { name, subject, keepDays, replicas } = wanted;
  try {
    const [found] = await manager.streams.names(subject).next();
    if (found !== undefined) return found;
  } catch (cause) {
    if (!isStreamMissing(cause)) throw asSinkError(`cannot ask for the stream of ${subject}`, cause);
  }
  const config: Partial<StreamConfig> & { name: string } = {
    name,
    subjects: [subject],
    max_age: keepDays * DAY_NS,
    num_replicas: replicas,
  };
  try {
    await manager.streams.add(config);
    return name;
  } catch (cause) {
    // Another one may have been quicker.
    const [found] = isTaken(cause) ? await manager.streams.names(subject).next() : [];
    if (found !== undefined) return found;
    const remedy = `create it (nats stream add ${name} --subjects '${subject}') or allow it to be created`;
    throw asSinkError(`no stream stores ${subject}, and ${name} cannot be created; ${remedy}`, cause);
  }
}

/** Wraps what the client threw; what the server refused is not worth a second try. */
export function asSinkError(what: string, cause: unknown): SinkError {
  if (cause instanceof SinkError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SinkError(`${what}: ${message}`, { cause, retryable: !isServerRefusal(cause) });
}
