import type { Story, StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";

/** Stories remembered; the one changed longest ago is forgotten first. */
const STORIES_MAX = 1_000;

/** A {@link Sink} that people look at: the latest revision of each story, in memory. */
export class StoryBoard implements Sink {
  readonly name = "web";
  readonly #stories = new Map<string, Story>();

  async deliver(changes: readonly StoryChange[]): Promise<void> {
    for (const { story } of changes) {
      const known = this.#stories.get(story.id);
      if (known !== undefined && story.revision <= known.revision) continue;
      this.#stories.delete(story.id);
      this.#stories.set(story.id, story);
      const [oldest] = STORIES_MAX < this.#stories.size ? this.#stories.keys() : [];
      if (oldest !== undefined) this.#stories.delete(oldest);
    }
  }

  /** How many stories are remembered. */
  get size(): number {
    return this.#stories.size;
  }

  /** The stories changed last, newest first. */
  latest(limit: number): Story[] {
    return [...this.#stories.values()].reverse().slice(0, limit);
  }

  /** The latest revision of one story. */
  find(id: string): Story | undefined {
    return this.#stories.get(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
