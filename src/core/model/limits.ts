import type { DurationMs } from "./time.ts";

/** Every bound of the engine in one place; each can be configured. */
export interface EngineLimits {
  /** A window closes when quiet for this long, in log time. */
  readonly correlationWindowMs: DurationMs;
  /** A window closes this long after it opened, in log time. */
  readonly maxWindowMs: DurationMs;
  /** Windows with fewer events are not evaluated. */
  readonly minEvents: number;
  /** Open windows held at once; over it the one idle longest closes early, told and counted. */
  readonly openWindowsMax: number;
  /** Events held per window: the first and the last halves; the rest is counted. */
  readonly windowEventsMax: number;
  /**
   * Bytes that open windows may hold of an endless log, estimated from its text; over it the window
   * idle longest closes early, told and counted.
   */
  readonly stateBytesMax: number;
  /** Candidates tried per step: the first and the last halves. */
  readonly candidatesMax: number;
  /** Assignments tried per search before it is cut and marked. */
  readonly searchStepsMax: number;
  /** An open story resolves after this much quiet, in log time. */
  readonly resolveAfterMs: DurationMs;
  /** A resolved story is revised, not told anew, within this time, and within twice {@link maxWindowMs}. */
  readonly reopenWithinMs: DurationMs;
  /** Stories remembered at once. */
  readonly storiesMax: number;
  /** How often an open story may be revised, in log time. */
  readonly reviseEveryMs: DurationMs;
  /** Stories made of stories nest this deep at most. */
  readonly levelsMax: number;
}

/** Defaults, from contract.md §1 and §3 and delivery.md (bounds). */
export const DEFAULT_LIMITS: EngineLimits = {
  correlationWindowMs: 300_000,
  maxWindowMs: 1_800_000,
  minEvents: 1,
  openWindowsMax: 100_000,
  windowEventsMax: 1_000,
  stateBytesMax: 268_435_456,
  candidatesMax: 64,
  searchStepsMax: 20_000,
  resolveAfterMs: 1_800_000,
  reopenWithinMs: 3_600_000,
  storiesMax: 100_000,
  reviseEveryMs: 1_000,
  levelsMax: 3,
};
