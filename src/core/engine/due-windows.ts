import type { EpochMs } from "../model/time.ts";
import type { DueWindow, WindowList } from "./window-list.ts";

/** The windows of traces and of join groups, in the order in which they close by the passing of log time. */
export class DueWindows {
  readonly #traces: WindowList;
  readonly #groups: WindowList;

  constructor(traces: WindowList, groups: WindowList) {
    this.#traces = traces;
    this.#groups = groups;
  }

  /** Log time at which the next one closes; infinity where none is open. */
  get atMs(): EpochMs {
    return Math.min(this.#traces.dueMs, this.#groups.dueMs);
  }

  /** Closes those that are due up to a log time, for as long as they have nothing left to say, as most. */
  closeIdle(toMs: EpochMs, close: (due: DueWindow, atMs: EpochMs) => void): void {
    for (;;) {
      const list = this.#next;
      const atMs = list.dueMs;
      if (toMs < atMs) return;
      const due = list.nextDue();
      if (due === undefined || due.window.needsLastLook) return;
      close(due, atMs);
    }
  }

  /** The one that closes next; of two at the same time the trace's. */
  next(): DueWindow | undefined {
    return this.#next.nextDue();
  }

  get #next(): WindowList {
    return this.#groups.dueMs < this.#traces.dueMs ? this.#groups : this.#traces;
  }
}
