import type { LogGap } from "../model/snapshot.ts";
import type { DurationMs } from "../model/time.ts";
import type { Window } from "./window.ts";

/** Gaps that are remembered; of more, the latest. */
const GAPS_MAX = 16;

/** Where the log had lost entries before they could be read, and which windows that touches. */
export class LogGaps {
  readonly #windowMs: DurationMs;
  #gaps: readonly LogGap[] = [];

  /** A lost entry belongs to no window that was quiet for `windowMs` before it or after it. */
  constructor(windowMs: DurationMs) {
    this.#windowMs = windowMs;
  }

  get all(): readonly LogGap[] {
    return this.#gaps;
  }

  add(...gaps: readonly LogGap[]): void {
    this.#gaps = [...this.#gaps, ...gaps].slice(-GAPS_MAX);
  }

  /** Whether entries that are lost may have been evidence here. */
  touch({ openedLogMs, lastLogMs }: Window): boolean {
    const reachMs = this.#windowMs;
    return this.#gaps.some(({ fromMs, toMs }) => openedLogMs - reachMs <= toMs && fromMs <= lastLogMs + reachMs);
  }
}
