import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { Window } from "./window.ts";

/** When each source was last heard from, and the windows with absences that wait to hear from one. */
export class HeardSources {
  readonly #heard = new Map<string, EpochMs>();
  readonly #waiting = new Map<string, Set<Window>>();
  readonly #waitingMax: number;
  readonly #counters: EngineCounters;

  /** As many windows may wait for one source as may be open. */
  constructor({ openWindowsMax }: EngineLimits, counters: EngineCounters) {
    this.#waitingMax = openWindowsMax;
    this.#counters = counters;
  }

  /** Latest event time heard from a source; minus infinity where it was never heard. */
  heard(source: string): EpochMs {
    return this.#heard.get(source) ?? Number.NEGATIVE_INFINITY;
  }

  /** Notes that a source spoke; answers the windows that waited for it. */
  hear({ source, lastMs }: Pick<Event, "source" | "lastMs">): Iterable<Window> {
    if (lastMs <= this.heard(source)) return [];
    this.#heard.set(source, lastMs);
    const waiting = this.#waiting.get(source);
    if (waiting === undefined) return [];
    this.#waiting.delete(source);
    return waiting;
  }

  /** Every source that was heard, with its latest event time. */
  get all(): Iterable<readonly [source: string, lastMs: EpochMs]> {
    return this.#heard;
  }

  /** The windows that wait, each with its source. */
  *waiting(): Generator<readonly [source: string, window: Window]> {
    for (const [source, windows] of this.#waiting) for (const window of windows) yield [source, window];
  }

  /** Notes when a source was last heard, from a snapshot. */
  recall(source: string, lastMs: EpochMs): void {
    this.#heard.set(source, lastMs);
  }

  /** The window waits no more. */
  forget(window: Window): void {
    for (const [source, windows] of this.#waiting)
      if (windows.delete(window) && windows.size === 0) this.#waiting.delete(source);
  }

  waitFor(source: string, window: Window): void {
    const waiting = this.#waiting.get(source);
    if (waiting === undefined) {
      this.#waiting.set(source, new Set([window]));
      return;
    }
    waiting.add(window);
    const [first] = this.#waitingMax < waiting.size ? waiting : [];
    if (first === undefined) return;
    waiting.delete(first);
    this.#counters.waitsDropped++;
  }
}
