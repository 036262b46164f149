import type { LogPlace } from "../core/engine/log-place.ts";
import type { Event } from "../core/model/event.ts";
import type { EngineLimits } from "../core/model/limits.ts";
import type { StoryChange } from "../core/model/story.ts";
import type { DurationMs, EpochMs } from "../core/model/time.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { Sink } from "../ports/sink.ts";
import type { ReadOptions, Source } from "../ports/source.ts";
import { Books } from "./books.ts";
import { type DeliveryOptions, deliverToAll, persist } from "./delivery.ts";
import { type DecodedBatch, type EventDecoder, LogDecoder } from "./log-decoder.ts";
import { mergeLogs } from "./merge-logs.ts";
import type { Outlets } from "./outlets.ts";

/** What the pipeline needs of the engine; the core's `Engine` has it. */
export interface StoryEngine {
  accept(event: Event, at: LogPlace): Promise<void> | undefined;
  advance(logTimeMs: EpochMs): Promise<void> | undefined;
  end(): Promise<void> | undefined;
  take(): StoryChange[];
}

/** Where the place in the log is kept over restarts. */
export interface Resumption {
  readonly store: CheckpointStore;
  /** How far before the checkpoint reading begins again, log time: as long as windows and stories live. */
  readonly lookbackMs: DurationMs;
}

/** The {@link Resumption.lookbackMs} that an engine with these limits needs. */
export function lookbackOf(limits: EngineLimits): DurationMs {
  return limits.maxWindowMs + limits.resolveAfterMs + limits.reopenWithinMs;
}

export interface PipelineOptions {
  /** One log, or several finite ones, which are merged by their log times. */
  readonly sources: readonly Source[];
  readonly decoder: EventDecoder;
  readonly engine: StoryEngine;
  /** Sinks that hold up reading themselves: what a story was told to is told at once. */
  readonly sinks: readonly Sink[];
  /** Sinks with queues of their own. They stay the caller's, like the sinks. */
  readonly outlets?: Outlets<LogMark> | undefined;
  /** Called between two events, before each batch: the moment to swap the rules. */
  readonly betweenEvents?: ((position: number) => Promise<void> | undefined) | undefined;
  readonly clock: Clock;
  /** Ends the reading in order: what was told is delivered, then the promise resolves. */
  readonly signal: AbortSignal;
  readonly deadLetters?: DeadLetters | undefined;
  /** For a single endless log only. */
  readonly resumption?: Resumption | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((books: Books) => void) | undefined;
  /** Hears of failures that will be tried again. */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

/** A place in the log that a checkpoint can stand for. */
export interface LogMark {
  readonly position: number;
  readonly logTimeMs: EpochMs;
}

/** How a run ended. */
export interface PipelineResult {
  readonly books: Books;
  /** `end`: the logs ended and every window was closed. `aborted`: windows were left open. */
  readonly ended: "end" | "aborted";
}

const CHECKPOINT_EVERY_MS = 2_000;
/** How long the end waits for sinks with queues. */
const DRAIN_MS_MAX = 5_000;

/**
 * Reads the logs to their end, or until `signal` aborts: decodes, lets the engine correlate, and
 * delivers what it tells. The only place that both calls the engine and awaits the world. Throws
 * `SourceError`, `SinkError` or {@link CheckpointError}; the sources and sinks stay the caller's.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { sources, engine, signal, onProgress } = options;
  const books = new Books();
  const run = new Run(options);
  const reading = await run.resume();
  for await (const batch of decodedBatches(options, reading, books)) {
    await run.take(batch);
    onProgress?.(books);
  }
  const ended = sources.every((source) => source.finite) && !signal.aborted ? "end" : "aborted";
  if (ended === "end") {
    await engine.end();
    await run.deliver();
  }
  await options.outlets?.drained(DRAIN_MS_MAX);
  await run.save();
  return { books, ended };
}

function decodedBatches(options: PipelineOptions, reading: ReadOptions, books: Books): AsyncIterable<DecodedBatch> {
  const { sources, decoder } = options;
  const logs = sources.map((source) => decodeLog(source, new LogDecoder({ source, decoder, books }), reading));
  const [only] = logs;
  return only !== undefined && logs.length === 1 ? only : mergeLogs(logs);
}

async function* decodeLog(source: Source, decoder: LogDecoder, reading: ReadOptions): AsyncGenerator<DecodedBatch> {
  for await (const batch of source.batches(reading)) yield decoder.decode(batch);
}

/** The state of one run: what has been taken, what has been delivered, what is remembered. */
class Run {
  readonly #options: PipelineOptions;
  readonly #delivery: DeliveryOptions;
  /** Up to here everything was delivered by an earlier run; what it tells again is not news. */
  #deliveredBefore = 0;
  #resumed: Checkpoint | undefined;
  #position = 0;
  #logTimeMs = 0;
  #savedPosition = 0;
  #savedAtMs = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { clock, signal, onTrouble = () => {} } = options;
    this.#delivery = { clock, signal, onTrouble };
  }

  /** Where to begin reading: some time before the checkpoint, to build the open windows again. */
  async resume(): Promise<ReadOptions> {
    const { signal, resumption } = this.#options;
    const checkpoint = await resumption?.store.load();
    if (resumption === undefined || checkpoint === undefined) return { signal };
    this.#resumed = checkpoint;
    this.#deliveredBefore = checkpoint.position;
    this.#savedPosition = checkpoint.position;
    return { signal, sinceMs: checkpoint.logTimeMs - resumption.lookbackMs };
  }

  async take(batch: DecodedBatch): Promise<void> {
    const { engine, betweenEvents } = this.#options;
    await betweenEvents?.(this.#position);
    for (const placed of batch.events) {
      if (this.#deliveredBefore !== 0) this.#compare(placed);
      const judging = engine.accept(placed.event, placed);
      if (judging !== undefined) await judging;
    }
    if (this.#deliveredBefore < batch.position) this.#caughtUp();
    if (batch.quiet) {
      this.#caughtUp();
      await engine.advance(batch.logTimeMs);
    }
    this.#position = Math.max(this.#position, batch.position);
    if (!batch.quiet) this.#logTimeMs = batch.logTimeMs;
    await this.#bury(batch);
    await this.deliver();
    this.#options.outlets?.mark({ position: this.#position, logTimeMs: this.#logTimeMs });
    await this.#saveSometimes();
  }

  async deliver(): Promise<void> {
    const changes = this.#options.engine.take();
    if (changes.length === 0 || this.#deliveredBefore !== 0) return;
    await deliverToAll(this.#options.sinks, changes, this.#delivery);
    await this.#options.outlets?.take(changes);
  }

  async save(): Promise<void> {
    const { resumption, clock, onTrouble } = this.#options;
    const place = this.#safePlace();
    if (resumption === undefined || place === undefined || place.position <= this.#savedPosition) return;
    try {
      await resumption.store.save({ format: 1, position: place.position, logTimeMs: place.logTimeMs });
      this.#savedPosition = place.position;
      this.#savedAtMs = clock.now();
    } catch (cause) {
      if (!(cause instanceof CheckpointError) || cause.lost) throw cause;
      onTrouble?.(`${cause.message}; trying again`);
    }
  }

  /** The last place up to which everything told is delivered. */
  #safePlace(): LogMark | undefined {
    const { outlets } = this.#options;
    return outlets === undefined ? { position: this.#position, logTimeMs: this.#logTimeMs } : outlets.safePlace();
  }

  async #saveSometimes(): Promise<void> {
    const { resumption, clock } = this.#options;
    if (resumption === undefined || this.#position <= this.#savedPosition) return;
    if (this.#savedAtMs + CHECKPOINT_EVERY_MS <= clock.now()) await this.save();
  }

  async #bury(batch: DecodedBatch): Promise<void> {
    const { deadLetters } = this.#options;
    const buriedBefore = this.#resumed?.position ?? 0;
    const letters = batch.rejected.filter((letter) => buriedBefore < letter.entry.position);
    if (deadLetters === undefined || letters.length === 0) return;
    await persist("dead letters", () => deadLetters.bury(letters), this.#delivery);
  }

  /** Tells whether an event is news to a resumed run. */
  #compare(placed: LogPlace): void {
    const { position = 0, logTimeMs = 0 } = this.#resumed ?? {};
    if (position < Math.floor(placed.position)) this.#caughtUp();
    else if (logTimeMs < placed.logTimeMs) {
      // A known position with a later time: the log lost its end, or is another one by that name.
      this.#options.onTrouble?.(`the log went back behind its checkpoint (position ${position}); reading on`);
      this.#resumed = undefined;
      this.#savedPosition = 0;
      this.#caughtUp();
    }
  }

  /** From here on what is told is news. */
  #caughtUp(): void {
    if (this.#deliveredBefore === 0) return;
    this.#deliveredBefore = 0;
    this.#options.engine.take();
  }
}
