import { parentPort, workerData } from "node:worker_threads";
import type { Source } from "../../ports/source.ts";
import { BufferBlock } from "../payload-entry.ts";
import { connectNats } from "./connect.ts";
import { openJetStreamSource } from "./jetstream-source.ts";
import { memoryOf, packed } from "./packed-batch.ts";
import { failureOf, READ_AHEAD, type ReadingRequest, type ReadingWord, type ReadingWork } from "./reading-protocol.ts";

// Runs in a thread of its own: what the client makes of a message is cleared away here, beside the engine.
const { access, ...options } = workerData as ReadingWork;
try {
  const connection = await connectNats(access);
  // A batch is packed as it comes: nothing is copied before.
  const source = await openJetStreamSource({ connection, ...options, keep: BufferBlock.whole });
  parentPort?.on("message", (request: ReadingRequest) => void read(source, request));
  parentPort?.postMessage({ kind: "opened" } satisfies ReadingWord);
} catch (cause) {
  parentPort?.postMessage({ kind: "failed", failure: failureOf(cause) } satisfies ReadingWord);
}

/** Reads until the other side closes the port; never more than a few batches ahead of it. */
async function read(source: Source, { port, after, sinceMs }: ReadingRequest): Promise<void> {
  const stop = new AbortController();
  let ahead = 0;
  let wake: (() => void) | undefined;
  port.on("message", () => {
    ahead -= 1;
    wake?.();
  });
  port.once("close", () => {
    stop.abort();
    wake?.();
  });
  try {
    for await (const batch of source.batches({ signal: stop.signal, after, sinceMs })) {
      const pack = packed(batch);
      port.postMessage({ kind: "batch", pack } satisfies ReadingWord, memoryOf(pack));
      ahead += 1;
      while (READ_AHEAD <= ahead && !stop.signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    port.postMessage({ kind: "ended" } satisfies ReadingWord);
  } catch (cause) {
    port.postMessage({ kind: "ended", failure: failureOf(cause) } satisfies ReadingWord);
  }
  port.close();
}
