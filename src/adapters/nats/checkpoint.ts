import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import { type NatsConnection, nuid } from "@nats-io/transport-node";
import type { AttemptLog } from "../../ports/attempt-log.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../ports/checkpoint-store.ts";
import { openCheckpoint, type Sealed, sealCheckpoint } from "../checkpoint-text.ts";
import { KeptPieces } from "../kept-pieces.ts";
import { KvAttemptLog } from "./attempt-log.ts";
import { isWrongLastSequence } from "./server-refusal.ts";

const BUCKET = "tapio_checkpoint";
/** Checkpoints kept: the last one, and the one before it. */
const HISTORY = 2;
/** Well below the server's default `max_payload` of 1 MiB, in base64 too. */
const PART_BYTES = 512 * 1024;

/** Pieces of stories up to this size stand in the head too: there may be some thirty. */
const SMALL_PIECE_BYTES = 4 * 1024;

/** Packed bytes: small ones stand here, large ones in parts. */
interface Stored {
  readonly sha256: string;
  readonly base64?: string;
  /** Keys of the parts, written before the head: nobody else writes them, and none is written twice. */
  readonly parts?: readonly string[];
}

/** What stands under the key itself: the checkpoint, and the pieces of stories that it needs. */
interface Head extends Stored {
  readonly format: 2;
  /** For people who look: how far the stream was read. */
  readonly position: number;
  readonly pieces: readonly Stored[];
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
  readonly #pieces = new KeptPieces<Stored>();
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
      if (head !== undefined) this.#partsKept.unshift(partsOf(head));
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
    const sealed = await sealCheckpoint(checkpoint);
    const position = checkpoint.position - (checkpoint.base ?? 0);
    let head: Head;
    let sent: string | undefined;
    try {
      const piece = sealed.piece && (await this.#store(sealed.piece, SMALL_PIECE_BYTES));
      const now = await this.#store(sealed.now, PART_BYTES);
      head = { format: 2, position, ...now, pieces: this.#pieces.of(checkpoint, piece) };
      sent = JSON.stringify(head);
      this.#revision = await this.#bucket.put(this.#key, sent, { previousSeq: this.#revision });
    } catch (cause) {
      if (isWrongLastSequence(cause)) throw this.#lost(cause);
      this.#unanswered = sent;
      throw failed(`the checkpoint of ${this.#stream} cannot be written`, cause);
    }
    await this.#forgetParts(partsOf(head));
  }

  /** Writes bytes in parts, but for those that are small enough for the head. */
  async #store({ bytes, sha256 }: Sealed, smallBytes: number): Promise<Stored> {
    if (bytes.length <= smallBytes) return { sha256, base64: Buffer.from(bytes).toString("base64") };
    const parts: string[] = [];
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      const key = `${this.#key}.${this.#epoch}.${++this.#saves}`;
      parts.push(key);
      await this.#bucket.put(key, bytes.subarray(at, at + PART_BYTES));
    }
    return { sha256, parts };
  }

  /** Removes the parts of heads that the history no longer shows; what is left behind harms nobody. */
  async #forgetParts(latest: readonly string[]): Promise<void> {
    this.#partsKept.push(latest);
    const old = this.#partsKept.splice(0, Math.max(0, this.#partsKept.length - HISTORY));
    const needed = new Set(this.#partsKept.flat());
    for (const key of new Set(old.flat())) if (!needed.has(key)) await this.#bucket.purge(key).catch(() => undefined);
  }

  async #settle(head: string): Promise<void> {
    const entry = await this.#get(this.#key);
    const revision = entry?.revision ?? 0;
    if (revision !== this.#revision && entry?.string() !== head) throw this.#lost(undefined);
    this.#revision = revision;
    this.#unanswered = undefined;
  }

  async #read(head: Head): Promise<Checkpoint | undefined> {
    const sealed: Sealed[] = [];
    for (const { sha256, base64, parts = [] } of [head, ...head.pieces]) {
      const entries = await Promise.all(parts.map((key) => this.#get(key)));
      const bytes = entries.flatMap((entry) => (entry === null ? [] : [entry.value]));
      sealed.push({ sha256, bytes: base64 === undefined ? Buffer.concat(bytes) : Buffer.from(base64, "base64") });
    }
    const [now, ...pieces] = sealed;
    return now && openCheckpoint(now, pieces);
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

function partsOf({ parts = [], pieces }: Head): string[] {
  return [...parts, ...pieces.flatMap((piece) => piece.parts ?? [])];
}

function headOf(entry: KvEntry): Head | undefined {
  if (entry.operation !== "PUT") return undefined;
  try {
    const head = JSON.parse(entry.string()) as Partial<Head>;
    return head.format === 2 && Array.isArray(head.pieces) ? (head as Head) : undefined;
  } catch {
    return undefined;
  }
}

function failed(what: string, cause: unknown): CheckpointError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointError(`${what}: ${message}`, { cause, lost: false });
}
