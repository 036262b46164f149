import type { DurationMs } from "../core/model/time.ts";

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 60_000;

/** Evenly distributed from 0 up to, not including, 1; `Math.random` outside of tests. */
export type Chance = () => number;

/**
 * How long to pause after so many failures in a row, from 1: anything up to 0.5 s, 1 s, 2 s … 60 s.
 * Choosing from the whole range (full jitter) keeps many engines from coming back at the same time.
 */
export function backoffMs(failures: number, chance: Chance): DurationMs {
  return chance() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1));
}
