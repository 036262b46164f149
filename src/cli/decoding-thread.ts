import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { invariant } from "../core/model/invariant.ts";
import type { DecodingTask, RecordedAt } from "./decoding-task.ts";

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./decoding-worker.ts" : "./decoding-worker.js",
  import.meta.url,
);

/** What the thread makes of payloads dies young: it needs little room. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

/** How long it may take to let go of what it reads once nobody wants more. */
const END_MS_MAX = 2_000;

/**
 * A thread that reads recorded events once, several files merged by their log times, and decodes them for several
 * readers at once. What it can't read is thrown to the readers, as where they read it themselves.
 */
export class DecodingThread implements AsyncDisposable {
  /** What the thread died of, if it did. */
  failure: unknown;
  readonly #ports: readonly MessagePort[];
  readonly #worker: Worker;
  #ended = false;

  /** Starts at once; `readers` is how many will read. */
  constructor(at: RecordedAt, readers: number) {
    const channels = Array.from({ length: readers }, () => new MessageChannel());
    this.#ports = channels.map(({ port1 }) => port1);
    const ports = channels.map(({ port2 }) => port2);
    const workerData = { at, ports } satisfies DecodingTask;
    this.#worker = new Worker(WORKER, { workerData, transferList: ports, resourceLimits: LIMITS });
    // Without a listener an error of the thread would end the process; its readers see their ports close.
    this.#worker.on("error", (cause) => {
      this.failure = cause;
    });
    this.#worker.once("exit", () => {
      this.#ended = true;
    });
  }

  /** The end by which this reader, from 0, takes what is decoded; it can be handed to another thread. */
  port(reader: number): MessagePort {
    const port = this.#ports[reader];
    invariant(port !== undefined, "a reader that was counted");
    return port;
  }

  /** Lets the thread end in order: a stream keeps nothing of a reader that says good-bye. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const port of this.#ports) port.close();
    if (!this.#ended) await once(this.#worker, "exit", { signal: AbortSignal.timeout(END_MS_MAX) }).catch(() => {});
    await this.#worker.terminate();
  }
}
