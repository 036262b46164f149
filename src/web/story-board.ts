import type { Story, StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";

/** Stories remembered; the one changed longest ago is forgotten first. */
const STORIES_MAX = 1_000;

/** A {@link Sink} that people look at: the latest revision of each story, in memory. */
export class StoryBoard implements Sink {
  readonly name = "web";
  readonly #shown = new Map<string, { readonly story: Story; readonly place: number }>();
  readonly #watchers = new Set<() => void>();
  #place = 0;
  #forgotten = 0;

  async deliver(changes: readonly StoryChange[]): Promise<void> {
    const before = this.#place;
    for (const { story } of changes) {
      const known = this.#shown.get(story.id);
      if (known !== undefined && story.revision <= known.story.revision) continue;
      this.#shown.delete(story.id);
      this.#shown.set(story.id, { story, place: ++this.#place });
      this.#forgetOldest();
    }
    if (before === this.#place) return;
    for (const watcher of this.#watchers) watcher();
  }

  #forgetOldest(): void {
    const [oldest] = STORIES_MAX < this.#shown.size ? this.#shown.keys() : [];
    if (oldest === undefined) return;
    this.#shown.delete(oldest);
    this.#forgotten++;
  }

  /** How many stories are remembered. */
  get size(): number {
    return this.#shown.size;
  }

  /** How often a story was let go, because there were newer ones. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Grows with every change. */
  get place(): number {
    return this.#place;
  }

  /** The stories changed last, newest first. */
  latest(limit: number): Story[] {
    return [...this.#shown.values()]
      .reverse()
      .slice(0, limit)
      .map(({ story }) => story);
  }

  /** The stories changed after a {@link place}, in the order of their last change. */
  since(place: number): Story[] {
    const changed = [...this.#shown.values()].filter((shown) => place < shown.place);
    return changed.map(({ story }) => story);
  }

  /** The latest revision of one story. */
  find(id: string): Story | undefined {
    return this.#shown.get(id)?.story;
  }

  /** Has `watcher` called with every change from now on, until what is returned is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
