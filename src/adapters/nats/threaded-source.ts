import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { type Batch, type ReadOptions, type Source, SourceError } from "../../ports/source.ts";
import { PortClosed, takeBatches } from "../../threads/batch-port.ts";
import { errorOf } from "../../threads/failure.ts";
import { type PackedBatch, unpacked } from "./packed-batch.ts";
import type { ReadingRequest, ReadingWord, ReadingWork } from "./reading-protocol.ts";

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./reading-worker.ts" : "./reading-worker.js",
  import.meta.url,
);

/** What the thread makes of messages dies young: it needs little room. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

/**
 * A JetStream source that is read in a thread of its own, over a connection of its own: the client's
 * work of taking messages off the wire, and of clearing them away, is done beside the engine's.
 * Throws {@link SourceError} where the server or the stream is not there.
 */
export async function openThreadedSource(work: ReadingWork): Promise<Source> {
  const worker = new Worker(WORKER, { workerData: work, resourceLimits: LIMITS });
  const name = `nats:${work.stream}`;
  const ended = (cause: unknown): SourceError =>
    new SourceError(`${name}: the thread that reads it ended`, { cause, retryable: true });
  const [word] = (await once(worker, "message").catch((cause: unknown) => {
    throw ended(cause);
  })) as [ReadingWord];
  if (word.kind === "failed") {
    await worker.terminate();
    throw errorOf(word.failure);
  }
  let failure: unknown;
  // Without a listener an error of the thread would end the process; each reading sees its port close.
  worker.on("error", (cause) => {
    failure = cause;
  });

  return {
    name,
    finite: false,
    place: (position) => `${work.stream}:${Math.floor(position)}`,
    async *batches({ signal, after, sinceMs }: ReadOptions): AsyncGenerator<Batch> {
      if (signal.aborted) return;
      const { port1: near, port2: port } = new MessageChannel();
      worker.postMessage({ port, after, sinceMs } satisfies ReadingRequest, [port]);
      try {
        for await (const pack of takeBatches<PackedBatch>(near, signal)) yield unpacked(pack);
      } catch (cause) {
        throw cause instanceof PortClosed ? ended(failure) : cause;
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
