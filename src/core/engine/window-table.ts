import type { Window } from "./window.ts";
import { WindowList } from "./window-list.ts";

/** The open windows of traces, by trace ID as well. */
export class WindowTable extends WindowList {
  readonly #byKey = new Map<string, Window>();

  get(key: string): Window | undefined {
    return this.#byKey.get(key);
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
