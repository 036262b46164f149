import type { Batch, ReadOptions, Source } from "../ports/source.ts";
import type { Books } from "./books.ts";
import { type DecodedBatch, type EventDecoder, LogDecoder } from "./log-decoder.ts";
import { mergeLogs } from "./merge-logs.ts";
import type { PoisonWatch } from "./poison-watch.ts";

/** A finite log that is decoded elsewhere, in the order and with the outcome that it would have here. */
export interface DecodedLog {
  /** Reads it from its beginning; what became of its entries is in the books before each batch. */
  batches(signal: AbortSignal, books: Books): AsyncIterable<DecodedBatch>;
}

/** What to decode, and how. */
export interface LogReading {
  /** One log, or several finite ones, which are merged by their log times. */
  readonly sources: readonly Source[];
  readonly decoder: EventDecoder;
  readonly books: Books;
  readonly reading: ReadOptions;
  /** Added to the positions of a single log. */
  readonly base?: number;
  /** Watches the entries of a single log, and knows which ones are not to be decoded. */
  readonly poison?: PoisonWatch | undefined;
}

/** Decodes logs in order. The sources stay the caller's. */
export function decodeLogs({
  sources,
  decoder,
  books,
  reading,
  base = 0,
  poison,
}: LogReading): AsyncIterable<DecodedBatch> {
  const logs = sources.map((source) => {
    const batches = source.batches(reading);
    const options = { source, decoder, books, base, passed: poison?.passed };
    return decodeLog(poison?.watched(batches, base) ?? batches, new LogDecoder(options));
  });
  const [only] = logs;
  return only !== undefined && logs.length === 1 ? only : mergeLogs(logs);
}

async function* decodeLog(batches: AsyncIterable<Batch>, decoder: LogDecoder): AsyncGenerator<DecodedBatch> {
  for await (const batch of batches) yield decoder.decode(batch);
}
