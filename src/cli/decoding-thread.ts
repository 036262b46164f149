import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { DecodingTask } from "./decoding-task.ts";

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./decoding-worker.ts" : "./decoding-worker.js",
  import.meta.url,
);

/** What the thread makes of payloads dies young: it needs little room. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

/**
 * A thread that reads files of recorded events once, merged by their log times, and decodes them for several
 * readers at once. What it can't read is thrown to the readers, as where they read it themselves.
 */
export class DecodingThread implements AsyncDisposable {
  /** The ends by which the readers take what it decodes; each can be handed to another thread. */
  readonly ports: readonly MessagePort[];
  /** What the thread died of, if it did. */
  failure: unknown;
  readonly #worker: Worker;

  /** Starts at once; `readers` is how many will read. */
  constructor(paths: readonly string[], readers: number) {
    const channels = Array.from({ length: readers }, () => new MessageChannel());
    this.ports = channels.map(({ port1 }) => port1);
    const ports = channels.map(({ port2 }) => port2);
    const workerData = { paths, ports } satisfies DecodingTask;
    this.#worker = new Worker(WORKER, { workerData, transferList: ports, resourceLimits: LIMITS });
    // Without a listener an error of the thread would end the process; its readers see their ports close.
    this.#worker.on("error", (cause) => {
      this.failure = cause;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
