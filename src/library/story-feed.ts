import type { Story, StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";

/** Stories that may wait to be read; beyond that, delivering waits, and so does reading the log. */
const WAITING_MAX = 1_000;

/** A {@link Sink} that a program reads from: each revision once, in order, until the end. */
export class StoryFeed implements Sink {
  readonly name = "results";
  readonly #waiting: Story[] = [];
  #ended = false;
  #failure: { readonly cause: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  async deliver(changes: readonly StoryChange[]): Promise<void> {
    for (const { story } of changes) this.#waiting.push(story);
    this.#wakeReader?.();
    while (WAITING_MAX <= this.#waiting.length && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** No more will come; what waits can still be read, and then `failure` is thrown if there is one. */
  end(failure?: { readonly cause: unknown }): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** What was delivered, for one reader at a time. */
  async *stories(): AsyncGenerator<Story> {
    for (;;) {
      const story = this.#waiting.shift();
      if (story !== undefined) {
        yield story;
        continue;
      }
      this.#wakeWriter?.();
      if (this.#ended) break;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}
