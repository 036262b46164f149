import type { LogPlace } from "../core/engine/log-place.ts";
import { SnapshotLedger } from "../core/engine/snapshot-ledger.ts";
import { changeAsGiven } from "../core/model/aside.ts";
import type { EpochMs } from "../core/model/time.ts";
import { type Checkpoint, CheckpointError } from "../ports/checkpoint-store.ts";
import type { Gap, ReadOptions } from "../ports/source.ts";
import type { Books } from "./books.ts";
import { type DeliveryOptions, deliverToAll, persist } from "./delivery.ts";
import { LastCheckpoint } from "./last-checkpoint.ts";
import type { DecodedBatch, PlacedEvent } from "./log-decoder.ts";
import type { PendingChanges } from "./outlets.ts";
import type { PipelineOptions } from "./pipeline.ts";
import { PoisonWatch } from "./poison-watch.ts";

/** Changes that a checkpoint may hold for sinks that have not confirmed them; with more, it waits. */
const OUTBOX_MAX = 1_000;

/** A checkpoint with what it promises beyond the engine: changes told, and not confirmed by every sink. */
type CheckpointWithOutbox = Checkpoint & { readonly outbox?: readonly PendingChanges[] };

/** The state of one run of the pipeline: what has been taken, what has been delivered, what is remembered. */
export class PipelineRun {
  readonly #options: PipelineOptions;
  readonly #books: Books;
  readonly #delivery: DeliveryOptions;
  readonly poison: PoisonWatch;
  /** What the store has of the engine's stories. */
  readonly #ledger = new SnapshotLedger();
  readonly #last = new LastCheckpoint();
  #resumed: Checkpoint | undefined;
  #isLost = false;
  /** What could not be decoded up to here is with the dead letters already. */
  #buriedBefore = 0;
  #position = 0;
  #logTimeMs = 0;
  /** Added to the log's own positions: see {@link Checkpoint.base}. */
  #base = 0;
  /** Entries are missing behind this log time; how far is known when the next one comes. */
  #gapFromMs: EpochMs | undefined;

  constructor(options: PipelineOptions, books: Books) {
    this.#options = options;
    this.#books = books;
    const { clock, signal, onTrouble = () => {} } = options;
    this.#delivery = { clock, signal, onTrouble };
    this.poison = new PoisonWatch(options.checkpoints?.attempts, this.#delivery);
  }

  /** Where to begin reading: where the oldest window was opened that was open at the checkpoint. */
  async resume(): Promise<ReadOptions | undefined> {
    const { signal, checkpoints, engine } = this.#options;
    const checkpoint: CheckpointWithOutbox | undefined = await checkpoints?.load();
    if (checkpoint === undefined) {
      await this.poison.begin({ after: 0, base: 0 });
      return { signal };
    }
    await this.#options.outlets?.restore(checkpoint.outbox ?? []);
    engine.restore(checkpoint.engine);
    this.#options.decoder.recallOwners?.(checkpoint.owners ?? []);
    this.#resumed = checkpoint;
    this.#buriedBefore = checkpoint.position;
    this.#position = checkpoint.position;
    this.#last.note(checkpoint.position, this.#owed);
    this.#logTimeMs = checkpoint.logTimeMs;
    this.#base = checkpoint.base ?? 0;
    // The checkpoint's own entry is read again, to see whether it is still the same log.
    const from = Math.min(checkpoint.position, Math.floor(checkpoint.engine.since)) - this.#base;
    const after = Math.max(0, from - 1);
    await this.poison.begin({ after: after + this.#base, base: this.#base });
    return { signal, after };
  }

  /** What is added to the positions of the log as it is read now. */
  get base(): number {
    return this.#base;
  }

  /** The log is not the one that the checkpoint knows: it lost its end, or is another one by that name. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Where to read on in a log that turned out to be another: what was stored since the last entry known. */
  readAgain(): ReadOptions | undefined {
    const { signal, engine, onTrouble } = this.#options;
    if (signal.aborted || (!this.#isLost && this.#resumed === undefined)) return undefined;
    const { position, logTimeMs } = this.#resumed ?? { position: this.#position, logTimeMs: this.#logTimeMs };
    const known = position - this.#base;
    onTrouble?.(`the log went back behind what was read of it (position ${known}); reading what came since`);
    this.#books.wentBack += 1;
    engine.endRestore();
    this.#resumed = undefined;
    this.#isLost = false;
    this.#gapFromMs = logTimeMs;
    this.#logTimeMs = logTimeMs;
    this.#base = position;
    this.#position = position;
    this.#last.note(position, this.#owed);
    this.#buriedBefore = position;
    return { signal, sinceMs: logTimeMs };
  }

  async take(batch: DecodedBatch): Promise<void> {
    const { engine, betweenEvents } = this.#options;
    this.#isLost = batch.wentBack === true;
    if (this.#isLost) return;
    this.#noteGap(batch);
    if (this.#resumed === undefined) await betweenEvents?.(this.#position);
    const isSameLog = await this.#accept(batch.events);
    await this.poison.done();
    if (!isSameLog) return;
    if (this.#resumed !== undefined && this.#resumed.position <= batch.position) this.#resumed = undefined;
    // All that there is has been read, and the checkpoint's place was not among it.
    this.#isLost = batch.quiet && this.#resumed !== undefined;
    if (this.#isLost) return;
    if (batch.quiet) await engine.advance(batch.logTimeMs);
    if (this.#position < batch.position) {
      this.#position = batch.position;
      if (!batch.quiet) this.#logTimeMs = batch.logTimeMs;
    }
    await this.#bury(batch);
    await this.deliver();
    await this.#saveSometimes();
  }

  /** Gives the events to the engine; not all of them where they are of another log. */
  async #accept(events: readonly PlacedEvent[]): Promise<boolean> {
    const { engine } = this.#options;
    for (const placed of events) {
      if (this.#resumed !== undefined && isOfAnotherLog(placed, this.#resumed)) {
        this.#isLost = true;
        return false;
      }
      try {
        const judging = engine.accept(placed.event, placed);
        if (judging !== undefined) await judging;
      } catch (cause) {
        await this.poison.failed(placed, cause);
        throw cause;
      }
    }
    return true;
  }

  async deliver(): Promise<void> {
    const { engine, sinks, outlets } = this.#options;
    const changes = engine.take().map(changeAsGiven);
    if (changes.length === 0) return;
    this.#last.noteTold();
    await deliverToAll(sinks, changes, this.#delivery);
    await outlets?.take(changes);
  }

  /** Remembers how far the log was read; what was told up to there is delivered, or in the outbox. */
  async save(): Promise<void> {
    const { checkpoints, decoder, engine, outlets } = this.#options;
    if (checkpoints === undefined || !this.#isAhead) return;
    if (OUTBOX_MAX < this.#owed) return;
    const [position, logTimeMs] = [this.#position, this.#logTimeMs];
    await this.#keep(async () => {
      const [snapshot, outbox] = [engine.snapshot(position, this.#ledger), outlets?.pending() ?? []];
      const place = { format: 2, position, ...(this.#base === 0 ? {} : { base: this.#base }), logTimeMs } as const;
      const owners = decoder.ownersBefore?.(Math.floor(snapshot.since)) ?? [];
      const checkpoint: CheckpointWithOutbox = { ...place, engine: snapshot, owners, outbox };
      const owed = this.#owed;
      await checkpoints.save(checkpoint);
      this.#last.note(position, owed);
    });
  }

  /** Changes that not every sink has confirmed. */
  get #owed(): number {
    return this.#options.outlets?.waiting ?? 0;
  }

  get #isAhead(): boolean {
    return this.#last.isOutdated(this.#position, this.#owed);
  }

  async #saveSometimes(): Promise<void> {
    const behind = this.#resumed !== undefined && this.#position <= this.#resumed.position;
    const { checkpoints, clock } = this.#options;
    if (behind || !this.#last.isDue(clock.now())) return;
    if (this.#isAhead) await this.save();
    // Another engine that took over is noticed where there is nothing to save, too.
    else if (checkpoints !== undefined) await this.#keep(() => checkpoints.confirm());
  }

  /** Does what has to do with the checkpoint, and says when it is next; a failure is tried again then. */
  async #keep(work: () => Promise<void>): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const startedMs = clock.now();
    let succeeded = false;
    try {
      await work();
      succeeded = true;
    } catch (cause) {
      if (!(cause instanceof CheckpointError) || cause.lost) throw cause;
      this.#ledger.forget();
      onTrouble?.(`${cause.message}; trying again`);
    }
    this.#last.noteTry(startedMs, clock.now(), succeeded);
  }

  async #bury(batch: DecodedBatch): Promise<void> {
    const { deadLetters } = this.#options;
    const letters = batch.rejected.filter(({ entry }) => {
      const position = this.#base + entry.position;
      return this.#buriedBefore < position || position === this.poison.found;
    });
    if (deadLetters === undefined || letters.length === 0) return;
    await persist("dead letters", () => deadLetters.bury(letters), this.#delivery);
  }

  /** Entries are missing: whatever they may have been evidence of says so. */
  #noteGap(batch: DecodedBatch): void {
    if (batch.gap !== undefined) this.#passOver(batch.gap);
    const fromMs = this.#gapFromMs;
    const nextMs = batch.events[0]?.logTimeMs ?? (batch.quiet ? batch.logTimeMs : undefined);
    if (fromMs === undefined || nextMs === undefined) return;
    this.#gapFromMs = undefined;
    this.#options.engine.noteGap({ fromMs, toMs: Math.max(fromMs, nextMs) });
  }

  #passOver({ from, to }: Gap): void {
    const { engine, onTrouble } = this.#options;
    const resumed = this.#resumed;
    const needed = Math.max(from, resumed === undefined ? from : Math.floor(resumed.engine.since));
    if (resumed !== undefined && resumed.position <= to) {
      // Nothing of what was to be read again is left.
      engine.endRestore();
      this.#resumed = undefined;
    }
    if (to < needed) return;
    const [first, last, count] = [needed - this.#base, to - this.#base, to - needed + 1];
    this.#books.gaps += 1;
    this.#books.lost += count;
    this.#gapFromMs ??= this.#logTimeMs;
    onTrouble?.(
      `positions ${first} to ${last} of the log were deleted before they could be read: up to ${count} entries; ` +
        "stories that they may have been evidence of are marked with gap",
    );
  }
}

/** A resumed run reads what it knows: a known position with a later time means another log. */
function isOfAnotherLog({ position, logTimeMs }: LogPlace, resumed: Checkpoint): boolean {
  return Math.floor(position) <= resumed.position && resumed.logTimeMs < logTimeMs;
}
