import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { AttemptLog } from "../../ports/attempt-log.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../ports/checkpoint-store.ts";
import { openCheckpoint, type Sealed, sealCheckpoint } from "../checkpoint-text.ts";
import { KeptPieces } from "../kept-pieces.ts";
import { openAttemptFile } from "./attempt-file.ts";
import { writeDurably } from "./durable-write.ts";

export interface CheckpointFileOptions {
  /** Two generations stand beside each other, as `<path>.a` and `<path>.b`. */
  readonly path: string;
  /** Name of the log that the place is in: another log's checkpoint is refused. */
  readonly log: string;
  /** Hears of checkpoints that cannot be read, and of what is used instead. */
  readonly onTrouble: (message: string) => void;
}

/** The first line of a checkpoint's file, before its CRC. */
interface Head {
  readonly log: string;
  /** Counts the saves; the higher of two is the later. */
  readonly generation: number;
  /** For people who look: how far the log was read. */
  readonly position: number;
  /** What stands behind it: the checkpoint, then the pieces of stories that it needs. */
  readonly parts: readonly { readonly bytes: number; readonly sha256: string }[];
}

interface Saved {
  readonly head: Head;
  readonly checkpoint: Checkpoint;
}

const SLOTS = ["a", "b"] as const;

/**
 * Opens a {@link CheckpointStore} in local files: two generations, written in turn, each put in place
 * whole. One that is torn gives way to the one before, and where both are, the log is read from its
 * beginning. Who loads takes the files over (`<path>.owner`): an engine that had them before is
 * refused its next save, and stops.
 */
export function openCheckpointFile(options: CheckpointFileOptions): CheckpointStore {
  return new CheckpointFile(options);
}

class CheckpointFile implements CheckpointStore {
  readonly #options: CheckpointFileOptions;
  readonly #epoch = randomUUID();
  readonly attempts: AttemptLog;
  readonly #pieces = new KeptPieces<Sealed>();
  #generation = 0;
  /** The one to write next: the older one, or the one that is torn. */
  #slot: (typeof SLOTS)[number] = "a";

  constructor(options: CheckpointFileOptions) {
    this.#options = options;
    const path = `${options.path}.attempt`;
    const temporary = `${path}.${this.#epoch}.tmp`;
    this.attempts = openAttemptFile({ path, temporary, confirm: () => this.#requireOwnership() });
  }

  async load(): Promise<Checkpoint | undefined> {
    const { path, log, onTrouble } = this.#options;
    await this.#takeOver();
    const found = await Promise.all(SLOTS.map(async (slot) => ({ slot, saved: await this.#read(slot) })));
    const torn = found.filter(({ saved }) => saved === "torn");
    const [latest] = found
      .flatMap(({ slot, saved }) => (saved === "torn" || saved === undefined ? [] : [{ slot, ...saved }]))
      .sort((one, other) => other.head.generation - one.head.generation);
    const instead =
      latest === undefined ? `${log} is read from its start` : `the one in ${path}.${latest.slot} is used`;
    for (const { slot } of torn) onTrouble(`the checkpoint in ${path}.${slot} is not whole; ${instead}`);
    if (latest === undefined) return undefined;
    if (latest.head.log !== log) {
      throw failed(`the checkpoint ${path} is of ${latest.head.log}, not of ${log}; name another file, or delete it`);
    }
    this.#generation = latest.head.generation;
    this.#slot = latest.slot === "a" ? "b" : "a";
    return latest.checkpoint;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const { log } = this.#options;
    await this.#requireOwnership();
    const { now, piece } = await sealCheckpoint(checkpoint);
    const parts = [now, ...this.#pieces.of(checkpoint, piece)];
    const generation = this.#generation + 1;
    const position = checkpoint.position - (checkpoint.base ?? 0);
    const sizes = parts.map(({ bytes, sha256 }) => ({ bytes: bytes.length, sha256 }));
    const head = JSON.stringify({ log, generation, position, parts: sizes } satisfies Head);
    await this.#write(this.#slot, [Buffer.from(`${head} ${crcOf(head)}\n`), ...parts.map(({ bytes }) => bytes)]);
    // Taken over meanwhile: what was written is true, and the new owner writes over it.
    await this.#requireOwnership();
    this.#generation = generation;
    this.#slot = this.#slot === "a" ? "b" : "a";
  }

  confirm(): Promise<void> {
    return this.#requireOwnership();
  }

  async #takeOver(): Promise<void> {
    const { path } = this.#options;
    await this.#write("owner", [Buffer.from(this.#epoch)]);
    // What an earlier engine was writing when it was killed.
    const [folder, name] = [dirname(path), basename(path)];
    for (const file of await readdir(folder)) {
      if (file.startsWith(`${name}.`) && file.endsWith(".tmp")) await rm(join(folder, file), { force: true });
    }
  }

  async #requireOwnership(): Promise<void> {
    const { path, log } = this.#options;
    const owner = await readFile(`${path}.owner`, "utf8").catch((cause: unknown) => {
      throw failed(`the owner of the checkpoint ${path} cannot be read`, cause);
    });
    if (owner === this.#epoch) return;
    throw new CheckpointError(`another engine has taken the checkpoint ${path} over; only one may read ${log}`, {
      lost: true,
    });
  }

  async #read(slot: (typeof SLOTS)[number]): Promise<Saved | "torn" | undefined> {
    const file = `${this.#options.path}.${slot}`;
    const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined;
      throw failed(`the checkpoint ${file} cannot be read`, cause);
    });
    return bytes === undefined ? undefined : ((await savedIn(bytes)) ?? "torn");
  }

  async #write(suffix: string, chunks: readonly Uint8Array[]): Promise<void> {
    const path = `${this.#options.path}.${suffix}`;
    await writeDurably(path, `${path}.${this.#epoch}.tmp`, chunks).catch((cause: unknown) => {
      throw failed(`the checkpoint ${path} cannot be written`, cause);
    });
  }
}

/** What a file holds; `undefined` where it is not whole. */
async function savedIn(bytes: Buffer): Promise<Saved | undefined> {
  const end = bytes.indexOf(0x0a);
  const [, text = "", crc] = /^(\{.*\}) ([0-9a-f]{8})$/.exec(bytes.toString("utf8", 0, Math.max(0, end))) ?? [];
  if (crc === undefined || crcOf(text) !== crc) return undefined;
  // Its CRC says that it is what was written, and this file alone writes it.
  const head = JSON.parse(text) as Head;
  // Another version's.
  if (!Array.isArray(head.parts)) return undefined;
  let at = end + 1;
  const parts = head.parts.map(({ bytes: length, sha256 }): Sealed => {
    at += length;
    return { bytes: bytes.subarray(at - length, at), sha256 };
  });
  const [now, ...pieces] = parts;
  const checkpoint = now === undefined || at !== bytes.length ? undefined : await openCheckpoint(now, pieces);
  return checkpoint === undefined ? undefined : { head, checkpoint };
}

function crcOf(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

function failed(what: string, cause?: unknown): CheckpointError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new CheckpointError(`${what}${why}`, { cause, lost: false });
}
