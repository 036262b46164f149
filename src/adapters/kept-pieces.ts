import type { Checkpoint } from "../ports/checkpoint-store.ts";

/** What a store has of the pieces of one engine's checkpoints, by their numbers: those that may be needed again. */
export class KeptPieces<T> {
  #kept: ReadonlyMap<number, T> = new Map();

  /** The pieces that a checkpoint stands on, the earliest first, its own last. Others are not needed again. */
  of({ engine }: Checkpoint, own: T | undefined): T[] {
    const earlier = engine.pieces.map((number): [number, T] => {
      const kept = this.#kept.get(number);
      if (kept === undefined) throw new Error(`piece ${number} of the checkpoint was never saved`);
      return [number, kept];
    });
    this.#kept = new Map(own === undefined ? earlier : [...earlier, [engine.piece, own]]);
    return [...this.#kept.values()];
  }
}
