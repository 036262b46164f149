import type { Match } from "./match.ts";
import type { Window } from "./window.ts";
import { WindowList } from "./window-list.ts";

/** The open windows of traces, by trace ID as well. */
export class WindowTable extends WindowList {
  readonly #byKey = new Map<string, Window>();

  get(key: string): Window | undefined {
    return this.#byKey.get(key);
  }

  /** Events that a match's story stands for: its window's, or those of all traces it claims. */
  totalOf(match: Match | undefined): number {
    if (match === undefined) return 0;
    if (match.window.joinRule === undefined) return match.window.total;
    return match.traces.reduce((total, trace) => total + (this.get(trace)?.total ?? 0), 0);
  }

  override open(window: Window): void {
    this.#byKey.set(window.key, window);
    super.open(window);
  }

  override close(window: Window): void {
    this.#byKey.delete(window.key);
    super.close(window);
  }
}
