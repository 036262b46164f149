import type { MessagePort } from "node:worker_threads";
import type { EpochMs } from "../core/model/time.ts";
import type { BookCounts } from "../service/books.ts";
import type { DecodedBatch } from "../service/log-decoder.ts";
import type { PackedEvents } from "../service/packed-events.ts";
import type { NatsSettings } from "./compose.ts";

/** Where recorded events are: in files, or in a range of a stream, up to a time or to what it holds now. */
export type RecordedAt =
  | { readonly paths: readonly string[] }
  | { readonly stream: NatsSettings; readonly sinceMs: EpochMs; readonly end: EpochMs | "now" };

/** What the decoding thread is given at its start: what to read, once, and the ports by which all that it holds goes. */
export interface DecodingTask {
  readonly at: RecordedAt;
  readonly ports: readonly MessagePort[];
}

/** What it sends. */
export interface DecodedParcel extends Omit<DecodedBatch, "events" | "rejected"> {
  readonly events: PackedEvents;
  readonly books: BookCounts;
}
