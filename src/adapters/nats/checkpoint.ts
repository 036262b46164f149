import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import { type NatsConnection, nuid } from "@nats-io/transport-node";
import type { AttemptLog } from "../../ports/attempt-log.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../ports/checkpoint-store.ts";
import { openCheckpoint, sealCheckpoint } from "../checkpoint-text.ts";
import { KvAttemptLog } from "./attempt-log.ts";
import { isWrongLastSequence } from "./server-refusal.ts";

const BUCKET = "tapio_checkpoint";
/** Checkpoints kept: the last one, and the one before it. */
const HISTORY = 2;
/** Well below the server's default `max_payload` of 1 MiB, in base64 too. */
const PART_BYTES = 512 * 1024;

/** What stands under the key itself: a small checkpoint whole, of a large one the names of its parts. */
interface Head {
  readonly format: 2;
  /** For people who look: how far the stream was read. */
  readonly position: number;
  readonly sha256: string;
  readonly base64?: string;
  /** Keys of the parts, written before the head: nobody else writes them, and none is written twice. */
  readonly parts?: readonly string[];
}

/**
 * Opens a {@link CheckpointStore} in a JetStream key-value bucket, one key per stream. Each save is a
 * compare-and-set: a second engine that reads the same stream under the same name loses, and stops.
 * A checkpoint that is not whole gives way to the one before. The connection belongs to the caller.
 */
export async function openCheckpointStore(options: {
  readonly connection: NatsConnection;
  /** Name of the log: the stream's. */
  readonly stream: string;
  /** On how many servers of a cluster the bucket is kept, where it has to be made; 1 by default. */
  readonly replicas?: number | undefined;
}): Promise<CheckpointStore> {
  const { connection, stream, replicas = 1 } = options;
  const bucket = await new Kvm(connection).create(BUCKET, { history: HISTORY, replicas }).catch((cause: unknown) => {
    throw failed(`the key-value bucket ${BUCKET} cannot be opened or created`, cause);
  });
  return new KvCheckpointStore(bucket, stream);
}

class KvCheckpointStore implements CheckpointStore {
  readonly #bucket: KV;
  readonly #stream: string;
  readonly #key: string;
  /** Who loaded last stands here: the earlier one stops, even if neither has anything to save. */
  readonly #ownerKey: string;
  readonly attempts: AttemptLog;
  #revision = 0;
  /** Tells this store from others: as the owner, and in the keys of its parts. */
  readonly #epoch = nuid.next();
  #saves = 0;
  /** Parts of the heads that the history still shows, the oldest first. */
  #partsKept: (readonly string[])[] = [];
  /** What was written last without an answer: it may be there or not. */
  #unanswered: string | undefined;

  constructor(bucket: KV, stream: string) {
    this.#bucket = bucket;
    this.#stream = stream;
    this.#key = stream.replaceAll(/[^A-Za-z0-9_-]/g, "_");
    this.#ownerKey = `${this.#key}.owner`;
    this.attempts = new KvAttemptLog({ bucket, key: `${this.#key}.attempt`, confirm: () => this.confirm() });
  }

  async load(): Promise<Checkpoint | undefined> {
    await this.#bucket.put(this.#ownerKey, this.#epoch).catch((cause: unknown) => {
      throw failed(`the checkpoint of ${this.#stream} cannot be taken over`, cause);
    });
    const [latest, ...older] = await this.#history();
    this.#revision = latest?.revision ?? 0;
    for (const entry of latest === undefined ? [] : [latest, ...older]) {
      const head = headOf(entry);
      const checkpoint = head === undefined ? undefined : await this.#read(head);
      if (head !== undefined) this.#partsKept.unshift(head.parts ?? []);
      if (checkpoint !== undefined) return checkpoint;
    }
    if (latest?.operation !== "PUT") return undefined;
    const wrong = `the checkpoint of ${this.#stream} is not one this version can read`;
    throw new CheckpointError(`${wrong}; delete it to begin anew: nats kv del ${BUCKET} ${this.#key}`, { lost: false });
  }

  async confirm(): Promise<void> {
    const owner = await this.#get(this.#ownerKey);
    if (owner !== null && owner.string() !== this.#epoch) throw this.#lost(undefined);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.confirm();
    if (this.#unanswered !== undefined) await this.#settle(this.#unanswered);
    const { bytes, sha256 } = await sealCheckpoint(checkpoint);
    const parts = bytes.length <= PART_BYTES ? undefined : this.#partKeys(bytes.length);
    const body = parts === undefined ? { base64: Buffer.from(bytes).toString("base64") } : { parts };
    const position = checkpoint.position - (checkpoint.base ?? 0);
    const head = JSON.stringify({ format: 2, position, sha256, ...body } satisfies Head);
    try {
      for (const [part, key] of (parts ?? []).entries()) {
        await this.#bucket.put(key, bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
      }
      this.#revision = await this.#bucket.put(this.#key, head, { previousSeq: this.#revision });
    } catch (cause) {
      if (isWrongLastSequence(cause)) throw this.#lost(cause);
      this.#unanswered = head;
      throw failed(`the checkpoint of ${this.#stream} cannot be written`, cause);
    }
    await this.#forgetParts(parts ?? []);
  }

  #partKeys(bytes: number): string[] {
    const save = ++this.#saves;
    return Array.from({ length: Math.ceil(bytes / PART_BYTES) }, (_, part) => {
      return `${this.#key}.${this.#epoch}.${save}.${part}`;
    });
  }

  /** Removes the parts of heads that the history no longer shows; what is left behind harms nobody. */
  async #forgetParts(latest: readonly string[]): Promise<void> {
    this.#partsKept.push(latest);
    const old = this.#partsKept.splice(0, Math.max(0, this.#partsKept.length - HISTORY));
    for (const key of old.flat()) await this.#bucket.purge(key).catch(() => undefined);
  }

  async #settle(head: string): Promise<void> {
    const entry = await this.#get(this.#key);
    const revision = entry?.revision ?? 0;
    if (revision !== this.#revision && entry?.string() !== head) throw this.#lost(undefined);
    this.#revision = revision;
    this.#unanswered = undefined;
  }

  async #read({ base64, parts = [], sha256 }: Head): Promise<Checkpoint | undefined> {
    if (base64 !== undefined) return openCheckpoint({ bytes: Buffer.from(base64, "base64"), sha256 });
    const pieces: Uint8Array[] = [];
    for (const key of parts) {
      const entry = await this.#get(key);
      if (entry === null) return undefined;
      pieces.push(entry.value);
    }
    return openCheckpoint({ bytes: Buffer.concat(pieces), sha256 });
  }

  /** The last heads written, the latest first. */
  async #history(): Promise<KvEntry[]> {
    const entries: KvEntry[] = [];
    try {
      if ((await this.#bucket.get(this.#key)) === null) return [];
      for await (const entry of await this.#bucket.history({ key: this.#key })) entries.unshift(entry);
    } catch (cause) {
      throw failed(`the checkpoint of ${this.#stream} cannot be read`, cause);
    }
    return entries;
  }

  #get(key: string): Promise<KvEntry | null> {
    return this.#bucket.get(key).catch((cause: unknown) => {
      throw failed(`the checkpoint of ${this.#stream} cannot be read`, cause);
    });
  }

  #lost(cause: unknown): CheckpointError {
    const message = `another engine has taken the checkpoint of ${this.#stream} over; only one may read a stream`;
    return new CheckpointError(message, { cause, lost: true });
  }
}

function headOf(entry: KvEntry): Head | undefined {
  if (entry.operation !== "PUT") return undefined;
  try {
    const head = JSON.parse(entry.string()) as Partial<Head>;
    return head.format === 2 && typeof head.sha256 === "string" ? (head as Head) : undefined;
  } catch {
    return undefined;
  }
}

function failed(what: string, cause: unknown): CheckpointError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointError(`${what}: ${message}`, { cause, lost: false });
}
