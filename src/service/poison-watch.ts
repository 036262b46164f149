import type { LogPlace } from "../core/engine/log-place.ts";
import type { EpochMs } from "../core/model/time.ts";
import type { AttemptLog, Attempts, OpenAttempt, Poison, Suspect } from "../ports/attempt-log.ts";
import { CheckpointError } from "../ports/checkpoint-store.ts";
import type { Batch, LogEntry } from "../ports/source.ts";
import type { DeliveryOptions } from "./delivery.ts";
import { failureText } from "./failure-text.ts";

/** So often a single entry makes the process die before it is passed, where nothing else does. */
const DEATHS = 2;
/** Where others die of something else, as many more deaths have to be over this one, up to so many. */
const KILLED_MAX = 4;
/** So few suspects are always taken one at a time. */
const NARROW = 16;
/** How long it is watched at least where the log is never quiet. */
const WATCH_MS = 30_000;
/** How long an end in order waits for its note. */
const END_MS_MAX = 1_000;
const REASON = "poison: the process died over it twice";

/**
 * Finds the entry that makes the process die, and has it passed. In an engine whose predecessor ended
 * in order it does nothing. Else it notes, before a batch is worked on, which entries these are, and
 * afterwards that they are done; a process that dies in between leaves the note behind. The next one
 * takes these entries one at a time, and an entry that is found in the note alone twice is poison.
 * What the engine does besides, as publishing is, happens outside the notes: a process that is killed
 * there, at whatever entry, says nothing about the entry. It says that something kills from outside: then
 * chance may hit one entry twice, and more deaths are wanted.
 */
export class PoisonWatch {
  readonly #log: AttemptLog | undefined;
  readonly #options: DeliveryOptions;
  readonly #passed = new Map<number, Poison>();
  #found: number | undefined;
  #isOn = false;
  #killed = 0;
  #untilMs: EpochMs = 0;
  #suspect: Suspect | undefined;
  #open: OpenAttempt | undefined;
  /** Whether it is for this engine to say how it ended. */
  #mayEnd = false;

  constructor(log: AttemptLog | undefined, options: DeliveryOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** What must not be worked on, by its position with `base`. */
  get passed(): ReadonlyMap<number, Poison> {
    return this.#passed;
  }

  /** What was found to be poison at this start: no letter of it has been written yet. */
  get found(): number | undefined {
    return this.#found;
  }

  /** Learns how the last engine ended; nothing up to `after` will be read again. */
  async begin({ after, base }: { readonly after: number; readonly base: number }): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const before = await this.#log?.load();
    for (const poison of before?.passed ?? []) if (after < poison.position) this.#passed.set(poison.position, poison);
    if (before !== undefined && before.ended !== "in order") {
      this.#isOn = true;
      this.#untilMs = clock.now() + WATCH_MS;
      this.#suspect = suspectOf(before);
      const wasKilled = before.watched && before.ended === undefined && !isOver(before);
      this.#killed = Math.min(KILLED_MAX, before.killed + (wasKilled ? 1 : 0));
      this.#convict();
    }
    for (const { position, reason } of this.#passed.values()) {
      onTrouble(`the entry at position ${position - base} of the log is passed: ${reason}`);
    }
    this.#mayEnd = true;
    await this.#note();
  }

  /** The same batches, in pieces that are noted while they are worked on. */
  async *watched(batches: AsyncIterable<Batch>, base: number): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      if (this.#isOn && 0 < batch.entries.length) yield* this.#inPieces(batch, base);
      else yield batch;
      if (this.#isOn && batch.quietUntilMs !== undefined) await this.#stop();
    }
  }

  /** What was given is done, as far as its events go. */
  async done(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    if (this.#suspect !== undefined && this.#suspect.to <= open.to) this.#suspect = undefined;
    await this.#note();
    if (this.#isOn && this.#suspect === undefined && this.#untilMs <= this.#options.clock.now()) await this.#stop();
  }

  /** The process is about to end, over the event at this place. */
  async failed({ position, logTimeMs }: LogPlace, cause: unknown): Promise<void> {
    this.#mayEnd = false;
    this.#open = undefined;
    const reason = `${REASON}: ${failureText(cause)}`;
    this.#suspect = accused({ position: Math.floor(position), logTimeMs, reason }, this.#suspect);
    // It ends over that event, whether this can be noted or not.
    await this.#note("over an event").catch(() => undefined);
  }

  /** The process ends in order, or at least not over an event. */
  async end(): Promise<void> {
    if (!this.#mayEnd) return;
    this.#open = undefined;
    // Without the note the next engine is watched, and that is all: a server that is away is not waited for.
    const noted = new AbortController();
    const noting = this.#note("in order").catch(() => undefined);
    await Promise.race([noting, this.#options.clock.sleep(END_MS_MAX, noted.signal)]);
    noted.abort();
  }

  /** It lived: whatever ended the one before did not come again. */
  async #stop(): Promise<void> {
    this.#isOn = false;
    this.#suspect = undefined;
    this.#killed = Math.max(0, this.#killed - 1);
    await this.#note();
  }

  #convict(): void {
    const suspect = this.#suspect;
    // What an engine said of itself needs no more proof than that it came again.
    const deaths = DEATHS + (suspect?.isSaid === true ? 0 : this.#killed);
    if (suspect === undefined || suspect.deaths < deaths) return;
    const { to: position, logTimeMs, reason = REASON } = suspect;
    this.#passed.set(position, { position, logTimeMs, reason });
    this.#found = position;
    this.#suspect = undefined;
  }

  async *#inPieces(batch: Batch, base: number): AsyncGenerator<Batch> {
    const { gap, quietUntilMs, ...rest } = batch;
    const count = batch.entries.length;
    for (let start = 0; start < count; ) {
      const { end, alone } = this.#pieceFrom(batch.entries, start, base);
      const entries = batch.entries.slice(start, end);
      const [first, last] = [entries[0]?.position ?? 0, entries.at(-1)];
      this.#open = { from: base + first, to: base + (last?.position ?? 0), logTimeMs: last?.logTimeMs, alone };
      await this.#note();
      yield {
        ...rest,
        entries,
        ...(start === 0 ? { gap } : {}),
        ...(end === count ? { quietUntilMs } : {}),
      };
      start = end;
    }
  }

  /** As many entries as come before the suspects or behind them; of the suspects one, or a few. */
  #pieceFrom(entries: readonly LogEntry[], start: number, base: number): { end: number; alone: boolean } {
    const suspect = this.#suspect;
    const first = base + (entries[start]?.position ?? 0);
    if (suspect === undefined || suspect.to < first) return { end: entries.length, alone: false };
    // Where something kills from outside, the suspicion is most likely none: it is narrowed down at less cost.
    const alone = this.#killed === 0 || suspect.to - suspect.from < NARROW;
    if (suspect.from <= first) return { end: Math.min(entries.length, start + (alone ? 1 : NARROW)), alone };
    const found = entries.findIndex(({ position }) => suspect.from <= base + position);
    return { end: found === -1 ? entries.length : found, alone: false };
  }

  async #note(ended?: Attempts["ended"]): Promise<void> {
    const passed = [...this.#passed.values()];
    const [open, suspect, killed, watched] = [this.#open, this.#suspect, this.#killed, this.#isOn];
    try {
      await this.#log?.save({ ended, watched, open, suspect, killed, passed });
    } catch (cause) {
      if (!(cause instanceof CheckpointError) || cause.lost) throw cause;
      this.#options.onTrouble(`${cause.message}; going on without`);
    }
  }
}

/** Whom the engine before this one leaves under suspicion. */
function suspectOf({ open, suspect }: Attempts): Suspect | undefined {
  if (open === undefined) return suspect;
  const { from, to, logTimeMs, alone } = open;
  return alone ? accused({ position: to, logTimeMs, reason: REASON }, suspect) : { from, to, deaths: 0 };
}

/** Whether it ended over what was suspected, or over something that nobody had suspected anything else of. */
function isOver({ open, suspect }: Attempts): boolean {
  if (open === undefined) return false;
  return suspect === undefined || (suspect.from <= open.from && open.to <= suspect.to);
}

/** The process died over this entry: once, or once more. */
function accused({ position, logTimeMs, reason }: Poison, before: Suspect | undefined): Suspect {
  const isKnown = before?.from === position && before.to === position;
  const isSaid = reason !== REASON;
  return { from: position, to: position, deaths: (isKnown ? before.deaths : 0) + 1, isSaid, logTimeMs, reason };
}
