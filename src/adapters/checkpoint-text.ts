import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { UnitData } from "../core/model/snapshot.ts";
import type { Checkpoint } from "../ports/checkpoint-store.ts";

/** A text as packed bytes, with what tells whether they are whole. */
export interface Sealed {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A checkpoint in two: what is of now, and its piece, the units that later ones may need as they are. */
export interface SealedCheckpoint {
  readonly now: Sealed;
  /** `undefined` where nothing changed. */
  readonly piece: Sealed | undefined;
}

/** Snapshots repeat themselves: the fastest level makes a tenth of them. */
const GZIP_LEVEL = 1;
const pack = promisify<string, { level: number }, Buffer>(gzip);
const unpack = promisify<Uint8Array, Buffer>(gunzip);

/** Packs a checkpoint, beside the event loop. */
export async function sealCheckpoint(checkpoint: Checkpoint): Promise<SealedCheckpoint> {
  const { units } = checkpoint.engine;
  const now = seal({ ...checkpoint, engine: { ...checkpoint.engine, units: [] } });
  const piece = units.length === 0 ? undefined : seal(units);
  return { now: await now, piece: await piece };
}

/**
 * Unpacks one, with its own piece and the earlier ones that it needs, the earliest first; `undefined`
 * where something is not whole, or is of another format.
 */
export async function openCheckpoint(now: Sealed, pieces: readonly Sealed[]): Promise<Checkpoint | undefined> {
  if (![now, ...pieces].every(isWhole)) return undefined;
  const checkpoint = (await open(now)) as Partial<Checkpoint>;
  const { engine } = checkpoint;
  if (checkpoint.format !== 2 || engine?.format !== 2) return undefined;
  const units: UnitData[] = [];
  for (const piece of pieces) for (const unit of (await open(piece)) as readonly UnitData[]) units.push(unit);
  return { ...(checkpoint as Checkpoint), engine: { ...engine, units } };
}

async function seal(value: unknown): Promise<Sealed> {
  const bytes = await pack(JSON.stringify(value), { level: GZIP_LEVEL });
  return { bytes, sha256: digestOf(bytes) };
}

async function open({ bytes }: Sealed): Promise<unknown> {
  return JSON.parse((await unpack(bytes)).toString("utf8"));
}

function isWhole({ bytes, sha256 }: Sealed): boolean {
  return digestOf(bytes) === sha256;
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
