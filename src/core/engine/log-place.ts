import type { EpochMs } from "../model/time.ts";

/** Where an event stands in its log. */
export interface LogPlace {
  /** When the log stored it; never goes back. */
  readonly logTimeMs: EpochMs;
  /** Sequence number or line number; never goes back. */
  readonly position: number;
  /** How much text it was in a log that is endless; what windows hold is bounded by it. */
  readonly chars?: number | undefined;
}
