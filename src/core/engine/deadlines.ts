import type { EpochMs } from "../model/time.ts";

/** Something to be done when log time reaches `at`. */
export interface Deadline<T> {
  readonly at: EpochMs;
  /** Breaks ties, so that the order never depends on how the heap was filled. */
  readonly order: number;
  readonly task: T;
}

/** A queue of deadlines, earliest first: a binary heap ordered by (`at`, `order`). */
export class Deadlines<T> {
  readonly #heap: Deadline<T>[] = [];
  /** The earliest deadline, or infinity: read on the hot path. */
  next: EpochMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#heap.length;
  }

  /** All of them, in no order. */
  get all(): readonly Deadline<T>[] {
    return this.#heap;
  }

  add(at: EpochMs, order: number, task: T): void {
    const heap = this.#heap;
    heap.push({ at, order, task });
    let child = heap.length - 1;
    while (0 < child) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child] as Deadline<T>, heap[parent] as Deadline<T>)) break;
      swap(heap, child, parent);
      child = parent;
    }
    this.next = (heap[0] as Deadline<T>).at;
  }

  /** Takes the earliest deadline if it is due at `now`. */
  takeDue(now: EpochMs): Deadline<T> | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || now < first.at) return undefined;
    const last = heap.pop() as Deadline<T>;
    if (0 < heap.length) {
      heap[0] = last;
      sink(heap);
    }
    this.next = heap[0]?.at ?? Number.POSITIVE_INFINITY;
    return first;
  }
}

function before<T>(a: Deadline<T>, b: Deadline<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function swap<T>(heap: Deadline<T>[], a: number, b: number): void {
  const moved = heap[a] as Deadline<T>;
  heap[a] = heap[b] as Deadline<T>;
  heap[b] = moved;
}

function sink<T>(heap: Deadline<T>[]): void {
  let parent = 0;
  for (;;) {
    let least = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && before(heap[child] as Deadline<T>, heap[least] as Deadline<T>)) least = child;
    }
    if (least === parent) return;
    swap(heap, least, parent);
    parent = least;
  }
}
