import type { LogPlace } from "../core/engine/log-place.ts";
import { maskText } from "../core/intake/secrets/mask.ts";
import { byLastSeen, type Decoded, type Event, type LeftOut } from "../core/model/event.ts";
import type { OwnersData } from "../core/model/owners.ts";
import type { Payload } from "../core/model/payload.ts";
import { type EpochMs, formatTime } from "../core/model/time.ts";
import { type HeldEvent, opened, setAside, type UnopenedEvent } from "../core/model/unopened-event.ts";
import type { Poison } from "../ports/attempt-log.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { Batch, Gap, LogEntry, Source } from "../ports/source.ts";
import type { Books } from "./books.ts";
import { failureText } from "./failure-text.ts";

/** What turns a payload into events; the intake's `Decoder` is one. */
export interface EventDecoder {
  /** The hot path: an event that needs no decoding now. Whoever has none decodes every text. */
  skim?(payload: Payload): UnopenedEvent | undefined;
  decodeText(text: string, hints?: { readonly traceparent?: string; readonly position?: number }): Decoded;
  /** Who owns whom, as far as it was told before this place of the log. Whoever learns nothing has neither. */
  ownersBefore?(position: number): OwnersData;
  /** Knows those owners before the first text. */
  recallOwners?(owners: OwnersData): void;
}

/** One event, ready for the engine, with its place in the log. */
export interface PlacedEvent extends LogPlace {
  readonly event: HeldEvent;
}

/** What a batch of entries came to. */
export interface DecodedBatch {
  readonly events: readonly PlacedEvent[];
  readonly rejected: readonly DeadLetter[];
  /** Position of the last entry read so far; 0 before the first. */
  readonly position: number;
  /** Log time now. */
  readonly logTimeMs: EpochMs;
  /** Whether log time moved on without entries: see {@link Batch.quietUntilMs}. */
  readonly quiet: boolean;
  /** Entries that are missing before these: see {@link Batch.gap}. */
  readonly gap?: Gap | undefined;
  readonly wentBack?: boolean | undefined;
}

/** Where something stood that gave no event: an entry, or one item of a list in it. */
interface Origin {
  readonly entry: LogEntry;
  /** From 1. */
  readonly item?: number;
}

/** An event that claims to be later than this after the log stored it has a wrong clock. */
const SKEW_MAX_MS = 300_000;

/** An event older than this when the log stored it has a wrong clock, or is of another time: it is set aside. */
const OLD_MS = 86_400_000;

/** Events of one entry are told apart by a fraction of its position: up to 2^20 of them. */
const POSITION_STEP = 2 ** -20;

/** Decodes the entries of one log in order, keeps its log time, and keeps the books. */
export class LogDecoder {
  readonly #source: Pick<Source, "place">;
  readonly #decoder: EventDecoder;
  readonly #books: Books;
  /** Added to the positions of the log. */
  readonly #base: number;
  readonly #passed: ReadonlyMap<number, Poison>;
  #logTimeMs = Number.NEGATIVE_INFINITY;
  #position: number;

  constructor(options: {
    readonly source: Pick<Source, "place">;
    readonly decoder: EventDecoder;
    readonly books: Books;
    readonly base?: number | undefined;
    /** Entries that are not to be decoded, by their positions with `base`: they are dead-lettered. */
    readonly passed?: ReadonlyMap<number, Poison> | undefined;
  }) {
    this.#source = options.source;
    this.#decoder = options.decoder;
    this.#books = options.books;
    this.#base = options.base ?? 0;
    this.#passed = options.passed ?? new Map();
    this.#position = this.#base;
  }

  /** Decodes one batch. Never throws for what the entries hold. */
  decode(batch: Batch): DecodedBatch {
    const events: PlacedEvent[] = [];
    const rejected: DeadLetter[] = [];
    for (const entry of batch.entries) this.#decodeEntry(entry, events, rejected);
    if (batch.quietUntilMs !== undefined) this.#moveOn(batch.quietUntilMs);
    const last = batch.entries.at(-1);
    if (last !== undefined) this.#position = this.#base + last.position;
    const quiet = batch.quietUntilMs !== undefined;
    const [base, { gap, wentBack }] = [this.#base, batch];
    return {
      events,
      rejected,
      position: this.#position,
      logTimeMs: this.#logTimeMs,
      quiet,
      gap: gap && { from: base + gap.from, to: base + gap.to },
      wentBack,
    };
  }

  #decodeEntry(entry: LogEntry, events: PlacedEvent[], rejected: DeadLetter[]): void {
    const books = this.#books;
    books.entries += 1;
    const decoded = this.#decoded(entry);
    if (entry.logTimeMs !== undefined) this.#moveOn(entry.logTimeMs);
    if (!("outcome" in decoded)) {
      books.decoded += 1;
      books.events += 1;
      const chars = entry.logTimeMs === undefined ? undefined : charsOf(entry);
      this.#placeOne(decoded, { position: this.#base + entry.position, chars }, events);
      return;
    }
    if (decoded.outcome !== "events") {
      this.#leaveOut(decoded, { entry }, rejected);
      return;
    }
    books.decoded += 1;
    books.events += decoded.events.length;
    this.#place(entry, decoded.events, events);
    for (const { item, ...leftOut } of decoded.leftOut ?? []) {
      books.entries += 1;
      this.#leaveOut(leftOut, { entry, item }, rejected);
    }
  }

  /** What the decoder makes of it. Where it throws, the fault is its own, and the entry is poison to it. */
  #decoded(entry: LogEntry): UnopenedEvent | Decoded {
    const poison = this.#passed.get(this.#base + entry.position);
    if (poison !== undefined && isSame(entry, poison)) return { outcome: "rejected", reason: poison.reason };
    try {
      const skimmed = entry.payload === undefined ? undefined : this.#decoder.skim?.(entry.payload);
      if (skimmed !== undefined) return skimmed;
      const [position, { traceparent }] = [this.#base + entry.position, entry];
      const hints = traceparent === undefined ? { position } : { position, traceparent };
      return this.#decoder.decodeText(entry.text, hints);
    } catch (cause) {
      return { outcome: "rejected", reason: `the decoder failed: ${failureText(cause)}` };
    }
  }

  #leaveOut(leftOut: LeftOut, { entry, item }: Origin, rejected: DeadLetter[]): void {
    if (leftOut.outcome === "filtered") this.#books.filter(leftOut.reason);
    else if (leftOut.outcome === "unknown") this.#books.leave(leftOut.shape);
    else {
      const line = this.#source.place(entry.position);
      const letter = { place: item === undefined ? line : `${line}, item ${item}`, reason: leftOut.reason };
      this.#books.reject(letter);
      rejected.push({ entry, item, ...letter, excerpt: excerptOf(entry.text) });
    }
  }

  #place(entry: LogEntry, decoded: readonly Event[], events: PlacedEvent[]): void {
    let position = this.#base + entry.position;
    const ordered = decoded.length === 1 ? decoded : replay(decoded);
    const chars = entry.logTimeMs !== undefined ? Math.ceil(charsOf(entry) / ordered.length) : undefined;
    for (const each of ordered) {
      this.#placeOne(each, { position, chars }, events);
      position += POSITION_STEP;
    }
  }

  /** Only a log that has a time of its own is measured, and knows who is ahead of it. */
  #placeOne(held: HeldEvent, { position, chars }: Omit<LogPlace, "logTimeMs">, events: PlacedEvent[]): void {
    const logHasTime = chars !== undefined;
    if (!logHasTime) this.#moveOn(held.lastMs);
    const event = logHasTime ? this.#inTime(held) : held;
    events.push({ event, logTimeMs: this.#logTimeMs, position, chars });
  }

  /** What happened later than the log knew of it did not; what is much older must not meet what is not. */
  #inTime(held: HeldEvent): HeldEvent {
    const behindMs = this.#logTimeMs - held.lastMs;
    if (behindMs < -SKEW_MAX_MS) return this.#unskewed(opened(held));
    if (behindMs <= OLD_MS) return held;
    this.#books.old += 1;
    return setAside(held, -behindMs);
  }

  #unskewed(event: Event): Event {
    this.#books.skewed += 1;
    const { timeMs, lastMs } = event;
    const logTimeMs = this.#logTimeMs;
    const ahead = logTimeMs + SKEW_MAX_MS < timeMs;
    return {
      ...event,
      time: ahead ? formatTime(logTimeMs) : event.time,
      timeMs: ahead ? logTimeMs : timeMs,
      lastMs: logTimeMs,
      attributes: { ...event.attributes, clockSkew: Math.round(lastMs - logTimeMs) },
    };
  }

  #moveOn(logTimeMs: EpochMs): void {
    if (this.#logTimeMs < logTimeMs) this.#logTimeMs = logTimeMs;
  }
}

/** In a log that was made anew another entry stands there, of a later time. */
function isSame({ logTimeMs = 0 }: LogEntry, poison: Poison): boolean {
  return logTimeMs <= (poison.logTimeMs ?? logTimeMs);
}

/** How much text it is, as far as that is known without reading it. */
function charsOf(entry: LogEntry): number {
  const { payload } = entry;
  return payload === undefined ? entry.text.length : payload.to - payload.from;
}

/**
 * Puts the events of a list into the order in which a watch would have brought them. A list is a
 * snapshot in no order of its own, and of an event that happened again and again it shows the last
 * version only: its first one is put in, where it was.
 */
function replay(snapshot: readonly Event[]): Event[] {
  const versions = snapshot.flatMap((event) =>
    event.timeMs < event.lastMs ? [{ ...event, count: 1, lastMs: event.timeMs }, event] : [event],
  );
  return versions.sort(byLastSeen);
}

const EXCERPT_CHARS = 1_024;

/** The beginning of a payload that could not be decoded: nothing of it is known but its text. */
function excerptOf(text: string): string {
  // The values of a Secret are encoded: no mask can tell them from other words.
  if (/"kind"\s*:\s*"Secret(List)?"/.test(text)) return "(a Secret: not shown)";
  return maskText(text.slice(0, 2 * EXCERPT_CHARS)).slice(0, EXCERPT_CHARS);
}
