import { Deadlines } from "../src/core/engine/deadlines.ts";

/** Lines of a log that is being made up, each put where it arrives; taken out in that order. */
export class Timeline {
  readonly #lines = new Deadlines<string>();
  #order = 0;

  /** Puts a value at a time, as a line of JSON. */
  put(arrivesMs: number, value: object): void {
    this.#lines.add(arrivesMs, this.#order++, JSON.stringify(value));
  }

  /** Takes out what arrives until then. */
  *until(ms: number): Generator<string> {
    for (let next = this.#lines.takeDue(ms); next !== undefined; next = this.#lines.takeDue(ms)) yield next.task;
  }
}
