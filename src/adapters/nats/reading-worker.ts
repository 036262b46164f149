import { parentPort, workerData } from "node:worker_threads";
import { BufferBlock } from "../../ports/payload-entry.ts";
import type { Source } from "../../ports/source.ts";
import { type Parcel, sendBatches } from "../../threads/batch-port.ts";
import { failureOf } from "../../threads/failure.ts";
import { connectNats } from "./connect.ts";
import { openJetStreamSource } from "./jetstream-source.ts";
import { memoryOf, type PackedBatch, packed } from "./packed-batch.ts";
import type { ReadingRequest, ReadingWord, ReadingWork } from "./reading-protocol.ts";

/** Batches that a reading may be ahead of whoever takes them. */
const AHEAD_MAX = 3;

// Runs in a thread of its own: what the client makes of a message is cleared away here, beside the engine.
const { access, ...options } = workerData as ReadingWork;
try {
  const connection = await connectNats(access);
  // A batch is packed as it comes: nothing is copied before.
  const source = await openJetStreamSource({ connection, ...options, keep: BufferBlock.whole });
  parentPort?.on("message", ({ port, ...range }: ReadingRequest) => {
    void sendBatches([port], AHEAD_MAX, (signal) => parcels(source, { ...range, signal }));
  });
  parentPort?.postMessage({ kind: "opened" } satisfies ReadingWord);
} catch (cause) {
  parentPort?.postMessage({ kind: "failed", failure: failureOf(cause) } satisfies ReadingWord);
}

async function* parcels(
  source: Source,
  reading: Parameters<Source["batches"]>[0],
): AsyncGenerator<Parcel<PackedBatch>> {
  for await (const entries of source.batches(reading)) {
    const batch = packed(entries);
    yield { batch, memory: memoryOf(batch) };
  }
}
