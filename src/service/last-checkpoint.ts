import type { EpochMs } from "../core/model/time.ts";

/** Checkpoints come this often, but never take more than a twentieth of the time; where a server keeps them waiting, a bit more. */
const EVERY_MS = 2_000;
const SHARE = 20;
const WAIT_MS_MAX = 30_000;

/** What the last checkpoint holds, and when the next one is due. */
export class LastCheckpoint {
  #position = 0;
  /** Changes in its outbox. */
  #owed = 0;
  #toldSince = false;
  #triedMs: EpochMs = 0;
  #nextMs: EpochMs = 0;

  /** It was saved or loaded: up to this entry, with so many changes that not every sink had confirmed. */
  note(position: number, owed: number): void {
    this.#position = position;
    this.#owed = owed;
    this.#toldSince = false;
  }

  /** Something was told: who goes on from the last checkpoint would tell it again. */
  noteTold(): void {
    this.#toldSince = true;
  }

  /** It was tried to write one; what failed is tried again sooner, but for half of the time there is other work. */
  noteTry(startedMs: EpochMs, endedMs: EpochMs, succeeded: boolean): void {
    const tookMs = Math.max(0, endedMs - startedMs);
    const waitMs = succeeded ? Math.min(WAIT_MS_MAX, SHARE * tookMs) : tookMs;
    this.#triedMs = endedMs;
    this.#nextMs = endedMs + Math.max(EVERY_MS, waitMs);
  }

  /** A clock that was set back must not keep checkpoints waiting until it is where it was. */
  isDue(nowMs: EpochMs): boolean {
    return this.#nextMs <= nowMs || nowMs < this.#triedMs;
  }

  /** Whether more is known now: of the log, of the quiet behind it, or of what sinks have confirmed. */
  isOutdated(position: number, owed: number): boolean {
    return this.#position < position || this.#toldSince || owed < this.#owed;
  }
}
