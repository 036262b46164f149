import { openCheckpoint, type Sealed, sealCheckpoint } from "../../src/adapters/checkpoint-text.ts";
import { KeptPieces } from "../../src/adapters/kept-pieces.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../../src/ports/checkpoint-store.ts";

/** A store in memory, packed as the others pack, that still has every checkpoint that it was given. */
export class MemoryCheckpoints implements CheckpointStore {
  /** Saves that fail before one is kept again. */
  failures = 0;
  readonly #from: Checkpoint | undefined;
  readonly #kept: (readonly Sealed[])[] = [];
  readonly #pieces = new KeptPieces<Sealed>();

  /** Goes on from a checkpoint, where there is one. */
  constructor(from?: Checkpoint) {
    this.#from = from;
  }

  get saves(): number {
    return this.#kept.length;
  }

  async load(): Promise<Checkpoint | undefined> {
    return (await this.at(this.saves - 1)) ?? this.#from;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    if (0 < this.failures--) throw new CheckpointError("not now", { lost: false });
    const { now, piece } = await sealCheckpoint(checkpoint);
    const pieces = this.#pieces.of(checkpoint, piece);
    this.#kept.push([now, ...pieces]);
  }

  async confirm(): Promise<void> {}

  /** The checkpoint of that save, whole. */
  async at(save: number): Promise<Checkpoint | undefined> {
    const [now, ...pieces] = this.#kept[save] ?? [];
    return now && openCheckpoint(now, pieces);
  }
}
