import type { MessagePort } from "node:worker_threads";
import type { BookCounts } from "../service/books.ts";
import type { PackedEvents } from "../service/packed-events.ts";

/** What the decoding thread is given at its start: files to read once, and the ports by which all that they hold goes. */
export interface DecodingTask {
  readonly paths: readonly string[];
  readonly ports: readonly MessagePort[];
}

/** What it sends. */
export interface DecodedParcel {
  readonly events: PackedEvents;
  readonly position: number;
  readonly logTimeMs: number;
  readonly books: BookCounts;
}
