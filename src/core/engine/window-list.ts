import type { DurationMs, EpochMs } from "../model/time.ts";
import type { Window } from "./window.ts";

/** What an event takes besides its text, and a window besides its events: measured, and rounded up. */
const EVENT_BYTES = 300;
const WINDOW_BYTES = 750;

/** A window that is due to close, and why. */
export interface DueWindow {
  readonly window: Window;
  readonly because: "idle" | "maxWindow";
}

/**
 * Open windows in the order in which they were used, and in that in which they opened. Log time never
 * goes back and the gap is the same for all, so the first list has the next one to fall idle at its
 * head, and the second one has the oldest: closing needs no search.
 */
export class WindowList {
  readonly #idleMs: DurationMs;
  readonly #maxMs: DurationMs;
  #oldest: Window | undefined;
  #newest: Window | undefined;
  #head: Window | undefined;
  #tail: Window | undefined;
  #size = 0;
  #bytes = 0;

  constructor(idleMs: DurationMs, maxMs: DurationMs) {
    this.#idleMs = idleMs;
    this.#maxMs = maxMs;
  }

  get size(): number {
    return this.#size;
  }

  /** What the windows hold, as far as it was {@link weigh}ed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** In the order in which they opened. */
  *all(): Generator<Window> {
    for (let window = this.#oldest; window !== undefined; window = window.newer) yield window;
  }

  /** The one that was idle longest first. */
  *byIdleness(): Generator<Window> {
    for (let window = this.#head; window !== undefined; window = window.after) yield window;
  }

  open(window: Window): void {
    this.#size += 1;
    window.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = window;
    else this.#newest.newer = window;
    this.#newest = window;
    this.#append(window);
  }

  /** Notes that the window was used at this log time. */
  touch(window: Window, logTimeMs: EpochMs): void {
    window.use(logTimeMs);
    if (this.#tail === window) return;
    this.#unlink(window);
    this.#append(window);
  }

  /** Notes that the window holds one event more, of so much text. */
  weigh(window: Window, chars: number): void {
    const more = chars + EVENT_BYTES + (window.bytes === 0 ? WINDOW_BYTES : 0);
    window.bytes += more;
    this.#bytes += more;
  }

  close(window: Window): void {
    this.#size -= 1;
    this.#bytes -= window.bytes;
    this.#unlink(window);
    if (window.older === undefined) this.#oldest = window.newer;
    else window.older.newer = window.newer;
    if (window.newer === undefined) this.#newest = window.older;
    else window.newer.older = window.older;
    // A remembered window must not keep all its former neighbours alive.
    window.before = undefined;
    window.after = undefined;
    window.older = undefined;
    window.newer = undefined;
  }

  /** The window that opened first. */
  get oldest(): Window | undefined {
    return this.#oldest;
  }

  /** The window that was idle longest. */
  idlest(): Window | undefined {
    return this.#head;
  }

  /** Log time at which the next window closes; infinity where none is open. */
  get dueMs(): EpochMs {
    return Math.min(this.#idleAt, this.#oldestAt);
  }

  /** The next window to close by the passing of log time, whenever that is. */
  nextDue(): DueWindow | undefined {
    const [idle, oldest] = [this.#head, this.#oldest];
    if (idle === undefined || oldest === undefined) return undefined;
    return this.#oldestAt < this.#idleAt ? { window: oldest, because: "maxWindow" } : { window: idle, because: "idle" };
  }

  get #idleAt(): EpochMs {
    return this.#head === undefined ? Number.POSITIVE_INFINITY : this.#head.lastLogMs + this.#idleMs;
  }

  get #oldestAt(): EpochMs {
    return this.#oldest === undefined ? Number.POSITIVE_INFINITY : this.#oldest.openedLogMs + this.#maxMs;
  }

  #append(window: Window): void {
    window.before = this.#tail;
    window.after = undefined;
    if (this.#tail === undefined) this.#head = window;
    else this.#tail.after = window;
    this.#tail = window;
  }

  #unlink(window: Window): void {
    if (window.before === undefined) this.#head = window.after;
    else window.before.after = window.after;
    if (window.after === undefined) this.#tail = window.before;
    else window.after.before = window.before;
  }
}
