import type { Clock } from "../../src/ports/clock.ts";

/** A clock that moves only when told to; sleepers wake up in the order of their times. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { atMs: this.#nowMs + ms, wake };
      const sleepers = this.#sleepers;
      function wake(): void {
        sleepers.delete(sleeper);
        resolve();
      }
      if (signal?.aborted === true) resolve();
      else {
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }
    });
  }

  /** How long until each sleeper wakes up, the next one first. */
  get sleeping(): number[] {
    return [...this.#sleepers].map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Moves time on, waking sleepers on the way, and lets everything happen that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#sleepers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settled();
    }
    this.#nowMs = end;
  }

  /** Moves time on, second by second, until a promise has settled. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let open = true;
    const close = (): void => {
      open = false;
    };
    promise.then(close, close);
    for (let second = 0; open && second < 1_000; second++) await this.advance(1_000);
    return promise;
  }
}

/** Lets every promise that can go on now go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
