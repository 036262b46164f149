import { workerData } from "node:worker_threads";
import { Decoder } from "../core/intake/decoder.ts";
import type { Source } from "../ports/source.ts";
import { Books } from "../service/books.ts";
import { decodeLogs } from "../service/decode-logs.ts";
import { memoryOfEvents, packEvents } from "../service/packed-events.ts";
import { type Parcel, sendBatches } from "../threads/batch-port.ts";
import { openReadOnly, recordingAt } from "./compose.ts";
import type { DecodedParcel, DecodingTask } from "./decoding-task.ts";

/** Batches that it may be ahead of the engine, of some hundred events each: judging them takes now long, now short. */
const AHEAD_MAX = 32;

// Runs in a thread of its own: what foreign payloads are made of is read and cleared away here, beside the engine.
const { at, ports } = workerData as DecodingTask;
await sendBatches(ports, AHEAD_MAX, parcels);

async function* parcels(signal: AbortSignal): AsyncGenerator<Parcel<DecodedParcel>> {
  const books = new Books();
  await using opened = new AsyncDisposableStack();
  const sources = await openSources(opened);
  for await (const batch of decodeLogs({ sources, decoder: new Decoder(), books, reading: { signal } })) {
    const { events: decoded, rejected: _, ...more } = batch;
    const events = packEvents(decoded);
    yield { batch: { ...more, events, books }, memory: memoryOfEvents(events) };
  }
}

async function openSources(opened: AsyncDisposableStack): Promise<readonly Source[]> {
  if ("paths" in at) return at.paths.map((path) => opened.use(recordingAt(path)));
  const stream = opened.use(await openReadOnly(at.stream));
  return [opened.use(await stream.open({ sinceMs: at.sinceMs, end: at.end }))];
}
