import type { StoryChange } from "../core/model/story.ts";

/**
 * A `stream` gets every revision; a `notifier` speaks to people, and gets the last one of those that
 * waited for it.
 */
export type OutletKind = "stream" | "notifier";

/**
 * Changes on their way to one sink, in order: a few in flight, the others waiting. A later revision
 * for a notifier takes the place of an earlier one that waits, never of one in flight.
 */
export class WaitingLine {
  readonly #kind: OutletKind;
  /** By story (notifier) or revision (stream), in the order in which to send. */
  #waiting = new Map<string, StoryChange>();
  #inFlight: readonly StoryChange[] = [];
  #replaced = 0;

  constructor(kind: OutletKind) {
    this.#kind = kind;
  }

  /** Changes in flight and waiting. */
  get size(): number {
    return this.#waiting.size + this.#inFlight.length;
  }

  /** Whether something waits. */
  get waits(): boolean {
    return 0 < this.#waiting.size;
  }

  /** Revisions whose place a later one took. */
  get replaced(): number {
    return this.#replaced;
  }

  /** What is in flight. */
  get inFlight(): readonly StoryChange[] {
    return this.#inFlight;
  }

  /** Everything in the line, in order. */
  all(): StoryChange[] {
    return [...this.#inFlight, ...this.#waiting.values()];
  }

  /** Adds a change at the end, or in the place of an earlier one. */
  add(change: StoryChange): void {
    const key = this.#keyOf(change);
    const earlier = this.#waiting.get(key);
    this.#waiting.set(key, earlier === undefined ? change : this.#replace(earlier, change));
  }

  /** Puts the first ones in flight; nothing may be in flight before. */
  send(max: number): void {
    const batch: StoryChange[] = [];
    for (const [key, change] of this.#waiting) {
      if (max <= batch.length) break;
      batch.push(change);
      this.#waiting.delete(key);
    }
    this.#inFlight = batch;
  }

  /** What is in flight is done with. */
  settle(): void {
    this.#inFlight = [];
  }

  /** What is in flight waits again, first. */
  putBack(): void {
    const line = new Map<string, StoryChange>();
    for (const change of this.#inFlight) {
      const key = this.#keyOf(change);
      const later = this.#waiting.get(key);
      line.set(key, later === undefined ? change : this.#replace(change, later));
    }
    for (const [key, change] of this.#waiting) if (!line.has(key)) line.set(key, change);
    this.#waiting = line;
    this.#inFlight = [];
  }

  #keyOf({ story }: StoryChange): string {
    return this.#kind === "notifier" ? story.id : `${story.id}-${story.revision}`;
  }

  /** The later revision of two, in the earlier one's place: still news if that one was. */
  #replace({ kind }: StoryChange, later: StoryChange): StoryChange {
    this.#replaced += 1;
    return later.kind === "revised" ? { kind, story: later.story } : later;
  }
}
