import { setImmediate as nextTick } from "node:timers/promises";

/**
 * Gathers what an async iterator brings, so that a reader gets all that is at hand at once instead
 * of one item per turn. Each item is made into what the reader wants as it comes, and let go. Holds
 * at most `itemsMax`; beyond that the iterator is not asked again.
 */
export class MessageBuffer<Item, Held> {
  readonly #itemsMax: number;
  readonly #make: (item: Item) => Held;
  #held: Held[] = [];
  #ended = false;
  #failure: { readonly cause: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  constructor(itemsMax: number, make: (item: Item) => Held) {
    this.#itemsMax = itemsMax;
    this.#make = make;
  }

  /** Reads the iterator to its end or failure; never rejects. */
  async fill(items: AsyncIterable<Item>): Promise<void> {
    try {
      for await (const item of items) {
        this.#held.push(this.#make(item));
        this.#wakeReader?.();
        if (this.#itemsMax <= this.#held.length) {
          await new Promise<void>((resolve) => {
            this.#wakeWriter = resolve;
          });
        }
        if (this.#ended) break;
      }
    } catch (cause) {
      this.#failure = { cause };
    }
    this.close();
  }

  /** No more will come, whatever the iterator says. What is held can still be taken. */
  close(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /**
   * Everything at hand; waits for it up to `waitMs` and is empty then. `undefined` at the end.
   * Throws what the iterator threw, after all that came before.
   */
  async take(waitMs: number): Promise<Held[] | undefined> {
    if (this.#held.length === 0 && !this.#ended) await this.#arrival(waitMs);
    // One turn of the event loop lets the iterator hand over what has already been received.
    if (0 < this.#held.length && this.#held.length < this.#itemsMax && !this.#ended) await nextTick();
    const taken = this.#held;
    this.#held = [];
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
    if (0 < taken.length || !this.#ended) return taken;
    if (this.#failure !== undefined) throw this.#failure.cause;
    return undefined;
  }

  #arrival(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, waitMs);
      const buffer = this;
      function done(): void {
        clearTimeout(timer);
        buffer.#wakeReader = undefined;
        resolve();
      }
      this.#wakeReader = done;
    });
  }
}
