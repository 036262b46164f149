import type { LogPlace } from "../core/engine/log-place.ts";
import type { SnapshotLedger } from "../core/engine/snapshot-ledger.ts";
import type { EngineSnapshot, LogGap } from "../core/model/snapshot.ts";
import type { StoryChange } from "../core/model/story.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { HeldEvent } from "../core/model/unopened-event.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { Sink } from "../ports/sink.ts";
import type { Source } from "../ports/source.ts";
import { Books } from "./books.ts";
import { type DecodedLog, decodeLogs } from "./decode-logs.ts";
import type { EventDecoder } from "./log-decoder.ts";
import type { Outlets } from "./outlets.ts";
import { PipelineRun } from "./pipeline-run.ts";

/** What the pipeline needs of the engine; the core's `Engine` has it. */
export interface StoryEngine {
  accept(event: HeldEvent, at: LogPlace): Promise<void> | undefined;
  advance(logTimeMs: EpochMs): Promise<void> | undefined;
  end(): Promise<void> | undefined;
  take(): StoryChange[];
  /** What it knows beside the log, when everything up to `position` has been taken; see {@link SnapshotLedger}. */
  snapshot(position: number, ledger: SnapshotLedger): EngineSnapshot;
  /** Goes on from a snapshot, once the log has come again from its `since` on. */
  restore(snapshot: EngineSnapshot): void;
  /** The log will not come again as it was: goes on with what there is. */
  endRestore(): void;
  /** The log had lost entries before they could be read. */
  noteGap(gap: LogGap): void;
}

export interface PipelineOptions {
  /** One log, or several finite ones, which are merged by their log times. */
  readonly sources: readonly Source[];
  /** Read instead of the sources where it is given. */
  readonly decoded?: DecodedLog | undefined;
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

/** How long the end waits for sinks with queues. */
const DRAIN_MS_MAX = 5_000;

/**
 * Reads the logs to their end, or until `signal` aborts: decodes, lets the engine correlate, and
 * delivers what it tells. The only place that both calls the engine and awaits the world. Throws
 * `SourceError`, `SinkError` or {@link CheckpointError}; the sources and sinks stay the caller's.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { sources, decoded, decoder, engine, signal, onProgress } = options;
  const books = new Books();
  const run = new PipelineRun(options, books);
  try {
    for (let reading = await run.resume(); reading !== undefined; reading = run.readAgain()) {
      const { base, poison } = run;
      const batches = decoded?.batches(signal, books) ?? decodeLogs({ sources, decoder, books, reading, base, poison });
      for await (const batch of batches) {
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
  } finally {
    await run.poison.end();
  }
}
