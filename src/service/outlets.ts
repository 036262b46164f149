import type { StoryChange } from "../core/model/story.ts";
import type { DurationMs } from "../core/model/time.ts";
import { type QueuedSink, SinkQueue, type SinkQueueOptions, type SinkStatus } from "./sink-queue.ts";
import type { OutletKind } from "./waiting-line.ts";

/** A sink to be served from a queue of its own. */
export interface Outlet {
  readonly sink: QueuedSink;
  readonly kind: OutletKind;
  /** Changes that it takes at once; the queue's default where nothing is said. */
  readonly batchMax?: number | undefined;
}

/** What of the changes reaches the notifiers. Sees every change once, in order. */
export interface NotifierGate {
  pass(changes: readonly StoryChange[]): readonly StoryChange[];
}

export interface OutletsOptions extends Omit<SinkQueueOptions, keyof Outlet> {
  readonly outlets: readonly Outlet[];
  readonly gate?: NotifierGate | undefined;
}

/** Changes of one sink that are not confirmed yet. */
export interface PendingChanges {
  readonly sink: string;
  readonly changes: readonly StoryChange[];
}

/**
 * All sinks, each behind its own {@link SinkQueue}: a slow one delays no other until its queue is full.
 * What is {@link pending} belongs into the checkpoint, and comes back by {@link restore}: so the queues
 * are as durable as the checkpoint is.
 */
export class Outlets implements AsyncDisposable {
  readonly #options: OutletsOptions;
  readonly #queues: readonly { readonly queue: SinkQueue; readonly kind: OutletKind }[];

  constructor(options: OutletsOptions) {
    const { outlets, gate: _, ...more } = options;
    this.#options = options;
    this.#queues = outlets.map((outlet) => ({ kind: outlet.kind, queue: new SinkQueue({ ...more, ...outlet }) }));
  }

  /** Puts changes into all queues; resolves when they are, and so waits while one of them is full. */
  async take(changes: readonly StoryChange[]): Promise<void> {
    if (changes.length === 0) return;
    const notified = this.#options.gate?.pass(changes) ?? changes;
    await Promise.all(this.#queues.map(({ queue, kind }) => queue.offer(kind === "notifier" ? notified : changes)));
  }

  /** Takes what an earlier run had not confirmed. A sink that is no longer there gets nothing. */
  async restore(pending: readonly PendingChanges[]): Promise<void> {
    for (const { sink, changes } of pending) {
      await this.#queues.find(({ queue }) => queue.status.name === sink)?.queue.offer(changes);
    }
  }

  /** What is not confirmed, by sink. */
  pending(): PendingChanges[] {
    return this.#queues
      .map(({ queue }) => ({ sink: queue.status.name, changes: queue.pending() }))
      .filter(({ changes }) => 0 < changes.length);
  }

  /** How many changes are not confirmed, over all sinks. */
  get waiting(): number {
    return this.#queues.reduce((total, { queue }) => total + queue.size, 0);
  }

  /** Resolves when everything is confirmed, or after this long. */
  async drained(longestMs: DurationMs): Promise<void> {
    const [late, done] = [new AbortController(), new AbortController()];
    void this.#options.clock.sleep(longestMs, done.signal).then(() => late.abort());
    await Promise.all(this.#queues.map(({ queue }) => queue.drained(late.signal)));
    done.abort();
  }

  get status(): readonly SinkStatus[] {
    return this.#queues.map(({ queue }) => queue.status);
  }

  /** Stops sending. The sinks stay the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#queues.map(({ queue }) => queue.stop()));
  }
}
