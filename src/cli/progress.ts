import type { Clock } from "../ports/clock.ts";
import type { Books } from "../service/books.ts";
import type { Output } from "./output.ts";

/** Where it is shown, if that is a terminal. */
export type ProgressLine = Pick<Output, "isTerminal" | "say">;

const EVERY_MS = 250;
/** Short work shows nothing. */
const FIRST_AFTER_MS = 1_000;

/** One line on a terminal that says how far a long reading has come. */
export class Progress implements Disposable {
  readonly #output: ProgressLine;
  readonly #clock: Clock;
  #nextMs: number;
  #shown = false;

  constructor(output: ProgressLine, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#nextMs = clock.now() + FIRST_AFTER_MS;
  }

  /** Takes note of what has been read, and shows it now and then. */
  show(books: Books): void {
    if (!this.#output.isTerminal || this.#clock.now() < this.#nextMs) return;
    this.#nextMs = this.#clock.now() + EVERY_MS;
    this.#shown = true;
    this.#output.say(
      `\r\u001b[K${books.entries.toLocaleString("en")} entries, ${books.events.toLocaleString("en")} events`,
    );
  }

  [Symbol.dispose](): void {
    if (this.#shown) this.#output.say("\r\u001b[K");
    this.#shown = false;
  }
}
