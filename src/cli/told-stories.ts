import type { Story, StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";

/** A {@link Sink} that keeps the last revision of every story that stands, in the order first told. */
export class ToldStories implements Sink {
  readonly name = "told";
  readonly #stories = new Map<string, Story>();

  async deliver(changes: readonly StoryChange[]): Promise<void> {
    for (const { story } of changes) {
      if (story.status === "retracted") this.#stories.delete(story.id);
      else this.#stories.set(story.id, story);
    }
  }

  get standing(): readonly Story[] {
    return [...this.#stories.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
