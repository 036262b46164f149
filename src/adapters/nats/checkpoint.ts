import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../ports/checkpoint-store.ts";
import { isWrongLastSequence } from "./server-refusal.ts";

const BUCKET = "tapio_checkpoint";

/**
 * Opens a {@link CheckpointStore} in a JetStream key-value bucket, one key per stream. Each save is a
 * compare-and-set: a second engine that reads the same stream under the same name loses, and stops.
 * The connection belongs to the caller.
 */
export async function openCheckpointStore(options: {
  readonly connection: NatsConnection;
  /** Name of the log: the stream's. */
  readonly stream: string;
}): Promise<CheckpointStore> {
  const { connection, stream } = options;
  const bucket = await new Kvm(connection).create(BUCKET, { history: 2 }).catch((cause: unknown) => {
    throw failed(`the key-value bucket ${BUCKET} cannot be opened or created`, cause);
  });
  return new KvCheckpointStore(bucket, stream);
}

class KvCheckpointStore implements CheckpointStore {
  readonly #bucket: KV;
  readonly #stream: string;
  readonly #key: string;
  #revision = 0;
  /** What was written last without an answer: it may be there or not. */
  #unanswered: string | undefined;

  constructor(bucket: KV, stream: string) {
    this.#bucket = bucket;
    this.#stream = stream;
    this.#key = stream.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  }

  async load(): Promise<Checkpoint | undefined> {
    const entry = await this.#read();
    this.#revision = entry?.revision ?? 0;
    return entry?.operation === "PUT" ? readCheckpoint(this.#stream, entry.string()) : undefined;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const body = JSON.stringify(checkpoint);
    if (this.#unanswered !== undefined) await this.#settle(this.#unanswered);
    try {
      this.#revision = await this.#bucket.put(this.#key, body, { previousSeq: this.#revision });
    } catch (cause) {
      if (isWrongLastSequence(cause)) throw this.#lost(cause);
      this.#unanswered = body;
      throw failed(`the checkpoint of ${this.#stream} cannot be written`, cause);
    }
  }

  async #settle(body: string): Promise<void> {
    const entry = await this.#read();
    const revision = entry?.revision ?? 0;
    if (revision !== this.#revision && entry?.string() !== body) throw this.#lost(undefined);
    this.#revision = revision;
    this.#unanswered = undefined;
  }

  #read(): Promise<KvEntry | null> {
    return this.#bucket.get(this.#key).catch((cause: unknown) => {
      throw failed(`the checkpoint of ${this.#stream} cannot be read`, cause);
    });
  }

  #lost(cause: unknown): CheckpointError {
    const message = `another engine has written the checkpoint of ${this.#stream}; only one may read a stream`;
    return new CheckpointError(message, { cause, lost: true });
  }
}

function readCheckpoint(stream: string, text: string): Checkpoint {
  const wrong = `the checkpoint of ${stream} is not one this version can read; delete it to begin anew`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(wrong, { cause, lost: false });
  }
  const { format, position, logTimeMs } = value as Partial<Checkpoint>;
  if (format !== 1 || typeof position !== "number" || typeof logTimeMs !== "number") {
    throw new CheckpointError(wrong, { lost: false });
  }
  return { format, position, logTimeMs };
}

function failed(what: string, cause: unknown): CheckpointError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointError(`${what}: ${message}`, { cause, lost: false });
}
