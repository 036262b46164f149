import type { DurationMs, EpochMs } from "../core/model/time.ts";

/** The wall clock, for what is truly about now: progress, checkpoints, back-off. Never for events. */
export interface Clock {
  /** Wall time now. */
  now(): EpochMs;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: DurationMs, signal?: AbortSignal): Promise<void>;
}
