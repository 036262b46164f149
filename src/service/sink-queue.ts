import type { StoryChange } from "../core/model/story.ts";
import type { DurationMs } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import { type Sink, SinkError } from "../ports/sink.ts";
import { backoffMs, type Chance } from "./backoff.ts";
import { type OutletKind, WaitingLine } from "./waiting-line.ts";
import { Wakeup } from "./wakeup.ts";

/** A sink that gives up when told to, where it can. Every {@link Sink} is one. */
export interface QueuedSink extends Omit<Sink, "deliver"> {
  deliver(changes: readonly StoryChange[], signal: AbortSignal): Promise<void>;
}

/** A story that a sink will never take, and why. */
export interface Undelivered {
  readonly sink: string;
  readonly change: StoryChange;
  /** A sentence. */
  readonly reason: string;
}

export interface SinkQueueOptions {
  readonly sink: QueuedSink;
  readonly kind: OutletKind;
  readonly clock: Clock;
  readonly chance: Chance;
  /** After it aborts, a full queue holds nobody up any more. */
  readonly signal: AbortSignal;
  /** Takes what the sink refuses for good; tried again until it resolves. */
  readonly bury: (letter: Undelivered) => Promise<void>;
  /** Hears of failures that will be tried again. */
  readonly onTrouble: (message: string) => void;
  /** Changes that may wait; 10,000 by default. */
  readonly capacity?: number | undefined;
  /** Changes handed over at once, at most; 256 by default. */
  readonly batchMax?: number | undefined;
  /** How long handing over may take; 5 s by default. */
  readonly timeoutMs?: DurationMs | undefined;
}

/** How a sink does, for status and metrics. */
export interface SinkStatus {
  readonly name: string;
  readonly kind: OutletKind;
  /** Changes not yet confirmed. */
  readonly waiting: number;
  readonly delivered: number;
  /** Revisions that a later one replaced before they were sent. */
  readonly replaced: number;
  /** Attempts that failed. */
  readonly failures: number;
  /** Changes refused for good, and buried. */
  readonly buried: number;
  /** `open`: it failed so often that it is left alone; `half-open`: one change is tried. */
  readonly breaker: "closed" | "open" | "half-open";
}

const CAPACITY = 10_000;
const BATCH_MAX = 256;
const TIMEOUT_MS = 5_000;
const STOP_MS_MAX = 1_000;
/** Failures in a row after which the breaker opens. */
const BREAKER_FAILURES = 5;

/**
 * What waits for one sink, in order. Sends in batches, one at a time, so the revisions of a story
 * never overtake each other. What fails is tried again with growing pauses; what is refused for good
 * is buried, alone. Offering waits while the queue is full: that, and nothing else, holds up others.
 */
export class SinkQueue {
  readonly #options: SinkQueueOptions;
  readonly #capacity: number;
  readonly #stop = new AbortController();
  readonly #changed = new Wakeup();
  readonly #line: WaitingLine;
  #pumping: Promise<void> | undefined;
  /** In a row. */
  #failed = 0;
  #pausing = false;
  /** The attempt that goes on has taken longer than it may. */
  #overdue = false;
  /** So many of the next changes go one by one, to find out which of them is refused. */
  #apart = 0;
  readonly #counts = { delivered: 0, failures: 0, buried: 0 };

  constructor(options: SinkQueueOptions) {
    this.#options = options;
    this.#line = new WaitingLine(options.kind);
    this.#capacity = options.capacity ?? CAPACITY;
    options.signal.addEventListener("abort", () => this.#changed.wake(), { once: true });
  }

  /** Takes changes; resolves when all are in the queue. */
  async offer(changes: readonly StoryChange[]): Promise<void> {
    for (const change of changes) {
      while (this.#capacity <= this.size && !this.#options.signal.aborted && !this.#stop.signal.aborted) {
        this.#pumping ??= this.#pump();
        await this.#changed.wait();
      }
      this.#line.add(change);
    }
    this.#pumping ??= this.#pump();
  }

  /** Changes not yet confirmed. */
  get size(): number {
    return this.#line.size;
  }

  /** What is not yet confirmed, in order. */
  pending(): StoryChange[] {
    return this.#line.all();
  }

  /** Resolves when everything is confirmed, or when `signal` aborts. */
  async drained(signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#changed.wake();
    signal.addEventListener("abort", wake, { once: true });
    while (0 < this.size && !signal.aborted) await this.#changed.wait();
    signal.removeEventListener("abort", wake);
  }

  /**
   * Stops sending, without waiting long for an attempt that goes on. What is not confirmed stays
   * {@link pending}; the sink stays the caller's.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#changed.wake();
    const waited = new AbortController();
    await Promise.race([this.#pumping, this.#options.clock.sleep(STOP_MS_MAX, waited.signal)]);
    waited.abort();
  }

  get status(): SinkStatus {
    const broken = this.#overdue || BREAKER_FAILURES <= this.#failed;
    const breaker = broken ? (this.#overdue || this.#pausing ? "open" : "half-open") : "closed";
    const { sink, kind } = this.#options;
    return { name: sink.name, kind, waiting: this.size, ...this.#counts, replaced: this.#line.replaced, breaker };
  }

  async #pump(): Promise<void> {
    while (this.#line.waits && !this.#stop.signal.aborted) {
      const oneByOne = 0 < this.#apart || BREAKER_FAILURES <= this.#failed;
      this.#line.send(oneByOne ? 1 : (this.#options.batchMax ?? BATCH_MAX));
      const failure = await this.#attempt();
      if (failure === undefined) this.#confirm();
      else if (failure.retryable) await this.#tryLater(failure.message);
      else if (1 < this.#line.inFlight.length) this.#takeApart();
      else await this.#giveUp(failure);
      this.#changed.wake();
    }
    this.#pumping = undefined;
  }

  /** Hands the batch over. A sink that answers after its time, and took it, took it. */
  async #attempt(): Promise<SinkError | undefined> {
    const { sink, clock, timeoutMs = TIMEOUT_MS } = this.#options;
    const [late, done] = [new AbortController(), new AbortController()];
    const message = `no answer within ${timeoutMs / 1000} s`;
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (done.signal.aborted) return;
      this.#overdue = true;
      late.abort(new SinkError(message, { retryable: true }));
    });
    try {
      await sink.deliver(this.#line.inFlight, AbortSignal.any([late.signal, this.#stop.signal]));
      return undefined;
    } catch (cause) {
      if (late.signal.aborted) return new SinkError(message, { cause, retryable: true });
      if (this.#stop.signal.aborted) return new SinkError("stopped", { cause, retryable: true });
      return cause instanceof SinkError ? cause : new SinkError(String(cause), { cause, retryable: false });
    } finally {
      done.abort();
      this.#overdue = false;
    }
  }

  #confirm(): void {
    this.#counts.delivered += this.#line.inFlight.length;
    this.#settle();
  }

  /** The batch is done with, one way or the other. */
  #settle(): void {
    this.#apart = Math.max(0, this.#apart - this.#line.inFlight.length);
    this.#line.settle();
    this.#failed = 0;
  }

  #takeApart(): void {
    this.#apart = this.#line.inFlight.length;
    this.#line.putBack();
  }

  async #giveUp(failure: SinkError): Promise<void> {
    const [change] = this.#line.inFlight;
    if (change === undefined) return;
    try {
      await this.#options.bury({ sink: this.#options.sink.name, change, reason: failure.message });
      this.#counts.buried += 1;
      this.#settle();
    } catch (cause) {
      await this.#tryLater(`${failure.message}, and it cannot be buried: ${String(cause)}`);
    }
  }

  async #tryLater(message: string): Promise<void> {
    const { sink, clock, chance, onTrouble } = this.#options;
    this.#line.putBack();
    if (this.#stop.signal.aborted) return;
    this.#failed += 1;
    this.#counts.failures += 1;
    onTrouble(`${sink.name}: ${message}; trying again`);
    this.#pausing = true;
    await clock.sleep(backoffMs(this.#failed, chance), this.#stop.signal);
    this.#pausing = false;
  }
}
