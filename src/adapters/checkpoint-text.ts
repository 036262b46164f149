import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Checkpoint } from "../ports/checkpoint-store.ts";

/** A checkpoint as bytes, with what tells whether they are whole. */
export interface SealedCheckpoint {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
}

/** Snapshots repeat themselves: the fastest level makes a tenth of them. */
const GZIP_LEVEL = 1;

const pack = promisify<string, { level: number }, Buffer>(gzip);
const unpack = promisify<Uint8Array, Buffer>(gunzip);

/** Packs a checkpoint, beside the event loop. */
export async function sealCheckpoint(checkpoint: Checkpoint): Promise<SealedCheckpoint> {
  const bytes = await pack(JSON.stringify(checkpoint), { level: GZIP_LEVEL });
  return { bytes, sha256: digestOf(bytes) };
}

/** Unpacks one; `undefined` where the bytes are not whole, or are of another format. */
export async function openCheckpoint({ bytes, sha256 }: SealedCheckpoint): Promise<Checkpoint | undefined> {
  if (digestOf(bytes) !== sha256) return undefined;
  const checkpoint = JSON.parse((await unpack(bytes)).toString("utf8")) as Partial<Checkpoint>;
  return checkpoint.format === 2 && checkpoint.engine?.format === 2 ? (checkpoint as Checkpoint) : undefined;
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
