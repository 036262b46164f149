import type { Match } from "./match.ts";
import type { StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** What a snapshot writes once and names by number: a story, a match, a closed window. */
export type Unit = StoryRecord | Match | Window;

interface Entry {
  readonly number: number;
  /** The piece in which it was written last; 0 before the first time. */
  piece: number;
  /** The snapshot that met it last. */
  met: number;
  /** What it was like when it was written. */
  likeness: readonly unknown[];
}

/** Pieces kept apart; beyond that the smallest one is written into the next. */
const PIECES_MAX = 32;
/** Units written again in one snapshot only to be rid of the piece they are in. */
const MOVED_MAX = 2_000;

/**
 * Remembers over the snapshots of one engine what of its stories was written in which of them, so that
 * each writes only what has changed. A snapshot's units are a piece: it is needed for as long as one of
 * its units is the last version. Of a piece that is mostly out of date the rest is written again.
 */
export class SnapshotLedger {
  readonly #entries = new Map<Unit, Entry>();
  /** Units of each piece that still count, and all that it holds. */
  readonly #pieces = new Map<number, { live: number; readonly all: number }>();
  #numbers = 0;
  #taken = 0;
  #written = 0;
  /** The piece to be rid of. */
  #leaving = -1;
  #moved = 0;

  /** A snapshot may be lost: the next one stands for itself. */
  forget(): void {
    this.#entries.clear();
    this.#pieces.clear();
    this.#leaving = -1;
  }

  /** Begins a snapshot; answers its number. */
  begin(): number {
    this.#written = 0;
    this.#moved = 0;
    this.#taken += 1;
    return this.#taken;
  }

  /** The number of a unit, the same one each time. */
  numberOf(unit: Unit): number {
    return this.#entry(unit).number;
  }

  /** Whether this snapshot meets the unit for the first time. */
  meet(unit: Unit): boolean {
    const entry = this.#entry(unit);
    if (entry.met === this.#taken) return false;
    entry.met = this.#taken;
    return true;
  }

  /** Whether the unit has to be written: it is new, or like something else now. Then it counts as written. */
  mustWrite(unit: Unit, likeness: readonly unknown[]): boolean {
    const entry = this.#entry(unit);
    const moves = entry.piece === this.#leaving && this.#moved < MOVED_MAX;
    if (entry.piece !== 0 && !moves && isSame(entry.likeness, likeness)) return false;
    if (moves) this.#moved += 1;
    entry.piece = this.#taken;
    entry.likeness = likeness;
    this.#written += 1;
    return true;
  }

  /** Ends a snapshot: what it did not meet is no longer. Answers the earlier pieces that are still needed. */
  end(): number[] {
    if (0 < this.#written) this.#pieces.set(this.#taken, { live: 0, all: this.#written });
    for (const piece of this.#pieces.values()) piece.live = 0;
    for (const [unit, { met, piece }] of this.#entries) {
      const holding = this.#pieces.get(piece);
      if (met !== this.#taken || holding === undefined) this.#entries.delete(unit);
      else holding.live += 1;
    }
    for (const [piece, { live }] of this.#pieces) if (live === 0) this.#pieces.delete(piece);
    this.#leaving = this.#choose();
    return [...this.#pieces.keys()].filter((piece) => piece !== this.#taken);
  }

  /** The piece to be rid of next: one that is mostly out of date, or the smallest of too many. */
  #choose(): number {
    const bySize = [...this.#pieces].sort(([, one], [, other]) => one.live - other.live);
    const old = bySize.find(([, { live, all }]) => live * 2 < all);
    const [smallest] = PIECES_MAX < bySize.length ? bySize : [];
    return (old ?? smallest)?.[0] ?? -1;
  }

  #entry(unit: Unit): Entry {
    const known = this.#entries.get(unit);
    if (known !== undefined) return known;
    const entry = { number: ++this.#numbers, piece: 0, met: 0, likeness: [] };
    this.#entries.set(unit, entry);
    return entry;
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
