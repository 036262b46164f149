import type { LogPlace } from "../core/engine/log-place.ts";
import { changeAsGiven } from "../core/model/aside.ts";
import type { EngineSnapshot } from "../core/model/snapshot.ts";
import type { StoryChange } from "../core/model/story.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { HeldEvent } from "../core/model/unopened-event.ts";
import { type Checkpoint, CheckpointError, type CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { Sink } from "../ports/sink.ts";
import type { ReadOptions, Source } from "../ports/source.ts";
import { Books } from "./books.ts";
import { type DeliveryOptions, deliverToAll, persist } from "./delivery.ts";
import { type DecodedBatch, type EventDecoder, LogDecoder } from "./log-decoder.ts";
import { mergeLogs } from "./merge-logs.ts";
import type { Outlets, PendingChanges } from "./outlets.ts";

/** What the pipeline needs of the engine; the core's `Engine` has it. */
export interface StoryEngine {
  accept(event: HeldEvent, at: LogPlace): Promise<void> | undefined;
  advance(logTimeMs: EpochMs): Promise<void> | undefined;
  end(): Promise<void> | undefined;
  take(): StoryChange[];
  /** What it knows beside the log, when everything up to `position` has been taken. */
  snapshot(position: number): EngineSnapshot;
  /** Goes on from a snapshot, once the log has come again from its `since` on. */
  restore(snapshot: EngineSnapshot): void;
  /** The log will not come again as it was: goes on with what there is. */
  endRestore(): void;
}

export interface PipelineOptions {
  /** One log, or several finite ones, which are merged by their log times. */
  readonly sources: readonly Source[];
  readonly decoder: EventDecoder;
  readonly engine: StoryEngine;
  /** Sinks that hold up reading themselves: what a story was told to is told at once. */
  readonly sinks: readonly Sink[];
  /** Sinks with queues of their own. They stay the caller's, like the sinks. */
  readonly outlets?: Outlets | undefined;
  /** Called between two events, before each batch: the moment to swap the rules. */
  readonly betweenEvents?: ((position: number) => Promise<void> | undefined) | undefined;
  readonly clock: Clock;
  /** Ends the reading in order: what was told is delivered, then the promise resolves. */
  readonly signal: AbortSignal;
  readonly deadLetters?: DeadLetters | undefined;
  /** Where the place in the log is kept over restarts; for a single endless log only. */
  readonly checkpoints?: CheckpointStore | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((books: Books) => void) | undefined;
  /** Hears of failures that will be tried again. */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

/** How a run ended. */
export interface PipelineResult {
  readonly books: Books;
  /** `end`: the logs ended and every window was closed. `aborted`: windows were left open. */
  readonly ended: "end" | "aborted";
}

/** Checkpoints come this often, but never take more than a twentieth of the time. */
const CHECKPOINT_EVERY_MS = 2_000;
const CHECKPOINT_SHARE = 20;
/** How long the end waits for sinks with queues. */
const DRAIN_MS_MAX = 5_000;
/** Changes that a checkpoint may hold for sinks that have not confirmed them; with more, it waits. */
const OUTBOX_MAX = 1_000;

/** A checkpoint with what it promises beyond the engine: changes told, and not confirmed by every sink. */
type CheckpointWithOutbox = Checkpoint & { readonly outbox?: readonly PendingChanges[] };

/**
 * Reads the logs to their end, or until `signal` aborts: decodes, lets the engine correlate, and
 * delivers what it tells. The only place that both calls the engine and awaits the world. Throws
 * `SourceError`, `SinkError` or {@link CheckpointError}; the sources and sinks stay the caller's.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { sources, engine, signal, onProgress } = options;
  const books = new Books();
  const run = new Run(options);
  for (let reading = await run.resume(); reading !== undefined; reading = run.readAgain()) {
    for await (const batch of decodedBatches(options, reading, books)) {
      await run.take(batch);
      onProgress?.(books);
      if (run.isLost) break;
    }
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
  #resumed: Checkpoint | undefined;
  #isLost = false;
  /** What could not be decoded up to here is with the dead letters already. */
  #buriedBefore = 0;
  #position = 0;
  #logTimeMs = 0;
  #savedPosition = 0;
  #savedAtMs = 0;
  #nextSaveMs = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { clock, signal, onTrouble = () => {} } = options;
    this.#delivery = { clock, signal, onTrouble };
  }

  /** Where to begin reading: where the oldest window was opened that was open at the checkpoint. */
  async resume(): Promise<ReadOptions | undefined> {
    const { signal, checkpoints, engine } = this.#options;
    const checkpoint: CheckpointWithOutbox | undefined = await checkpoints?.load();
    if (checkpoint === undefined) return { signal };
    await this.#options.outlets?.restore(checkpoint.outbox ?? []);
    engine.restore(checkpoint.engine);
    this.#resumed = checkpoint;
    this.#buriedBefore = checkpoint.position;
    this.#position = checkpoint.position;
    this.#savedPosition = checkpoint.position;
    // The checkpoint's own entry is read again, to see whether it is still the same log.
    return { signal, after: Math.min(checkpoint.position, Math.floor(checkpoint.engine.since)) - 1 };
  }

  /** The log is not the one that the checkpoint knows: it lost its end, or is another one by that name. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Where to read on in a log that turned out to be another: what was stored since the checkpoint. */
  readAgain(): ReadOptions | undefined {
    const { signal, engine, onTrouble } = this.#options;
    const lost = this.#resumed;
    if (lost === undefined || signal.aborted) return undefined;
    onTrouble?.(`the log went back behind its checkpoint (position ${lost.position}); reading what came since`);
    engine.endRestore();
    this.#resumed = undefined;
    this.#isLost = false;
    this.#buriedBefore = 0;
    this.#position = 0;
    this.#savedPosition = 0;
    return { signal, sinceMs: lost.logTimeMs };
  }

  async take(batch: DecodedBatch): Promise<void> {
    const { engine, betweenEvents } = this.#options;
    if (this.#resumed === undefined) await betweenEvents?.(this.#position);
    for (const placed of batch.events) {
      if (this.#resumed !== undefined && this.#differs(placed, this.#resumed)) return;
      const judging = engine.accept(placed.event, placed);
      if (judging !== undefined) await judging;
    }
    if (this.#resumed !== undefined && this.#resumed.position <= batch.position) this.#resumed = undefined;
    // All that there is has been read, and the checkpoint's place was not among it.
    this.#isLost = batch.quiet && this.#resumed !== undefined;
    if (this.#isLost) return;
    if (batch.quiet) await engine.advance(batch.logTimeMs);
    this.#position = Math.max(this.#position, batch.position);
    if (!batch.quiet) this.#logTimeMs = batch.logTimeMs;
    await this.#bury(batch);
    await this.deliver();
    await this.#saveSometimes();
  }

  async deliver(): Promise<void> {
    const { engine, sinks, outlets } = this.#options;
    const changes = engine.take().map(changeAsGiven);
    if (changes.length === 0) return;
    await deliverToAll(sinks, changes, this.#delivery);
    await outlets?.take(changes);
  }

  /** Remembers how far the log was read; what was told up to there is delivered, or in the outbox. */
  async save(): Promise<void> {
    const { checkpoints, engine, outlets } = this.#options;
    if (checkpoints === undefined || this.#position <= this.#savedPosition) return;
    if (OUTBOX_MAX < (outlets?.waiting ?? 0)) return;
    const [position, logTimeMs] = [this.#position, this.#logTimeMs];
    await this.#keep(async () => {
      const [snapshot, outbox] = [engine.snapshot(position), outlets?.pending() ?? []];
      const checkpoint: CheckpointWithOutbox = { format: 2, position, logTimeMs, engine: snapshot, outbox };
      await checkpoints.save(checkpoint);
      this.#savedPosition = position;
    });
  }

  async #saveSometimes(): Promise<void> {
    const behind = this.#resumed !== undefined && this.#position <= this.#resumed.position;
    const nowMs = this.#options.clock.now();
    // A clock that was set back must not keep checkpoints waiting until it is where it was.
    if (behind || (nowMs < this.#nextSaveMs && this.#savedAtMs <= nowMs)) return;
    const { checkpoints } = this.#options;
    if (this.#savedPosition < this.#position) await this.save();
    // Another engine that took over is noticed where there is nothing to save, too.
    else if (checkpoints !== undefined) await this.#keep(() => checkpoints.confirm());
  }

  /** Does what has to do with the checkpoint, and says when it is next; a failure is tried again then. */
  async #keep(work: () => Promise<void>): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const startedMs = clock.now();
    try {
      await work();
    } catch (cause) {
      if (!(cause instanceof CheckpointError) || cause.lost) throw cause;
      onTrouble?.(`${cause.message}; trying again`);
    }
    this.#savedAtMs = clock.now();
    const tookMs = Math.max(0, this.#savedAtMs - startedMs);
    this.#nextSaveMs = this.#savedAtMs + Math.max(CHECKPOINT_EVERY_MS, CHECKPOINT_SHARE * tookMs);
  }

  async #bury(batch: DecodedBatch): Promise<void> {
    const { deadLetters } = this.#options;
    const letters = batch.rejected.filter((letter) => this.#buriedBefore < letter.entry.position);
    if (deadLetters === undefined || letters.length === 0) return;
    await persist("dead letters", () => deadLetters.bury(letters), this.#delivery);
  }

  /** A resumed run reads what it knows: a known position with another time means another log. */
  #differs({ position, logTimeMs }: LogPlace, resumed: Checkpoint): boolean {
    const at = Math.floor(position);
    this.#isLost = at <= resumed.position && resumed.logTimeMs < logTimeMs;
    return this.#isLost;
  }
}
