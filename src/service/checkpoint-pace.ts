import type { EpochMs } from "../core/model/time.ts";

/** Checkpoints come this often, but never take more than a twentieth of the time. */
const EVERY_MS = 2_000;
const SHARE = 20;
/** Where that comes to more, what takes so long is a server that does not answer: it is asked again all the same. */
const WAIT_MS_MAX = 30_000;

/** Says when the next checkpoint is due. */
export class CheckpointPace {
  #lastMs: EpochMs = 0;
  #nextMs: EpochMs = 0;

  /** A clock that was set back must not keep checkpoints waiting until it is where it was. */
  isDue(nowMs: EpochMs): boolean {
    return this.#nextMs <= nowMs || nowMs < this.#lastMs;
  }

  /** One was written, or could not be. */
  note(startedMs: EpochMs, endedMs: EpochMs): void {
    const tookMs = Math.max(0, endedMs - startedMs);
    this.#lastMs = endedMs;
    this.#nextMs = endedMs + Math.min(WAIT_MS_MAX, Math.max(EVERY_MS, SHARE * tookMs));
  }
}
