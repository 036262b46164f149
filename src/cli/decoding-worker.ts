import { workerData } from "node:worker_threads";
import { Decoder } from "../core/intake/decoder.ts";
import { Books } from "../service/books.ts";
import { decodeLogs } from "../service/decode-logs.ts";
import { memoryOfEvents, packEvents } from "../service/packed-events.ts";
import { type Parcel, sendBatches } from "../threads/batch-port.ts";
import { recordingAt } from "./compose.ts";
import type { DecodedParcel, DecodingTask } from "./decoding-task.ts";

/** Batches that it may be ahead of the engine, of some hundred events each: judging them takes now long, now short. */
const AHEAD_MAX = 32;

// Runs in a thread of its own: what foreign payloads are made of is read and cleared away here, beside the engine.
const { paths, ports } = workerData as DecodingTask;
const sources = paths.map(recordingAt);
await sendBatches(ports, AHEAD_MAX, parcels);
for (const source of sources) await source[Symbol.asyncDispose]();

async function* parcels(signal: AbortSignal): AsyncGenerator<Parcel<DecodedParcel>> {
  const books = new Books();
  for await (const batch of decodeLogs({ sources, decoder: new Decoder(), books, reading: { signal } })) {
    const events = packEvents(batch.events);
    const { position, logTimeMs } = batch;
    yield { batch: { events, position, logTimeMs, books }, memory: memoryOfEvents(events) };
  }
}
