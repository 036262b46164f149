import { BoundedMap } from "../core/model/bounded-map.ts";
import type { StoryChange } from "../core/model/story.ts";

/** Stories whose revision is remembered. */
const STORIES_MAX = 100_000;

/** Remembers the last revision of each story that a sink holds. */
export class HeldRevisions {
  readonly #revisions = new BoundedMap<string, number>(STORIES_MAX);

  /** Whether this revision, or a later one, is held already. */
  has({ story }: StoryChange): boolean {
    return story.revision <= (this.#revisions.get(story.id) ?? 0);
  }

  add({ story: { id, revision } }: StoryChange): void {
    this.#revisions.set(id, revision);
  }
}

/**
 * Hands changes over one by one, several stories at the same time, the revisions of one story one
 * after the other, and each revision once. Fails with the first failure, after all lanes have ended.
 */
export class StoryLanes {
  readonly #held = new HeldRevisions();
  readonly #lanesMax: number;

  constructor(lanesMax: number) {
    this.#lanesMax = lanesMax;
  }

  async run(changes: readonly StoryChange[], handOver: (change: StoryChange) => Promise<void>): Promise<void> {
    const stories = Map.groupBy(changes, ({ story }) => story.id);
    const waiting = stories.values();
    let failed = false;
    const lanes = Array.from({ length: Math.min(this.#lanesMax, stories.size) }, async () => {
      for (const revisions of waiting) {
        for (const change of revisions) {
          if (failed) return;
          if (this.#held.has(change)) continue;
          await handOver(change).catch((cause: unknown) => {
            failed = true;
            throw cause;
          });
          this.#held.add(change);
        }
      }
    });
    const settled = await Promise.allSettled(lanes);
    for (const lane of settled) if (lane.status === "rejected") throw lane.reason;
  }
}
