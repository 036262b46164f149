import type { Payload } from "../core/model/payload.ts";
import type { EpochMs } from "../core/model/time.ts";

/** One message of a log, still undecoded. */
export interface LogEntry {
  /** The payload's text. */
  readonly text: string;
  /** The payload's bytes too, where the transport has them at hand: then the text is made only when it is asked for. */
  readonly payload?: Payload | undefined;
  /** Place in the log: a stream sequence, or the number of the line, from 1. Always grows. */
  readonly position: number;
  /** When the log stored it; `undefined` where the log does not say (a file): then the largest
   * event time read so far stands in for it. */
  readonly logTimeMs: EpochMs | undefined;
  /** W3C `traceparent` header, where the transport carries headers. */
  readonly traceparent?: string | undefined;
  /** What the log filed it under, where the transport has subjects or topics. */
  readonly subject?: string | undefined;
}

/** Entries that the log deleted before they could be read, both ends included; there may have been fewer. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Whatever was at hand when the reader asked. */
export interface Batch {
  /** In the order of the log. Empty only in a batch that brings something else. */
  readonly entries: readonly LogEntry[];
  /**
   * A promise of a quiet log, in log time by the log's own clock: everything that was stored
   * before this moment has been delivered. It lets windows close on an idle stream without anyone
   * looking at a wall clock of their own. Absent where the source cannot promise it.
   */
  readonly quietUntilMs?: EpochMs | undefined;
  /** Entries that the log held behind these when it gave them; absent where it does not say. */
  readonly pending?: number | undefined;
  /** What is missing before these entries, or where there are none, behind the last ones. */
  readonly gap?: Gap | undefined;
  /**
   * The log lost its end, or is another one by the same name: its positions begin anew somewhere
   * below. Nothing more comes; reading has to begin again, from a time.
   */
  readonly wentBack?: boolean | undefined;
}

/** What the caller of {@link Source.batches} wants. */
export interface ReadOptions {
  /** Ends the reading, without an error. */
  readonly signal: AbortSignal;
  /** Entries up to and including this position are skipped. */
  readonly after?: number | undefined;
  /** Entries stored before this time are skipped, where the log has its own time. */
  readonly sinceMs?: EpochMs | undefined;
}

/**
 * A log to read events from. Iterating pulls; not iterating is the back-pressure.
 *
 * Entries come in the order of the log, in batches of whatever is at hand, each entry once.
 * Iteration ends when a finite log ends or `signal` aborts, and throws {@link SourceError} when the
 * transport fails. Breaking off the loop releases what was opened.
 */
export interface Source extends AsyncDisposable {
  /** For messages to people: `events.ndjson`, `nats:TAPIO`. */
  readonly name: string;
  /** Whether the log has an end: files have one, streams do not. */
  readonly finite: boolean;
  batches(options: ReadOptions): AsyncIterable<Batch>;
  /** Where to find an entry again, for messages to people: `events.ndjson:12`, `TAPIO:4711`. */
  place(position: number): string;
}

/** The transport failed. `retryable` says whether opening it again could help. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly retryable: boolean;

  constructor(message: string, options: ErrorOptions & { readonly retryable: boolean }) {
    super(message, options);
    this.retryable = options.retryable;
  }
}
