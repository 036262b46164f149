import { Worker } from "node:worker_threads";
import { type LoadedPacks, PackSourceError } from "../../ports/pack-source.ts";
import type { PackFile } from "./find-packs.ts";

/** What the thread is given. */
export interface PackTask {
  readonly files: readonly PackFile[];
  /** The day on which exceptions of overlays are looked at. */
  readonly today: string;
}

type Parsed = Pick<LoadedPacks, "rules" | "findings">;

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./pack-worker.ts" : "./pack-worker.js", import.meta.url);

/**
 * Reads the rule language in a thread of its own, because a small file can take a YAML parser very
 * long. The thread is kept for the next reading, which finds it warm; one reading at a time.
 */
export class PackThread implements AsyncDisposable {
  #worker: Worker | undefined;

  /** Throws {@link PackSourceError} after `deadlineMs`, or when `signal` aborts; the thread is ended then. */
  async read(
    task: PackTask,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Parsed> {
    signal?.throwIfAborted();
    this.#worker ??= new Worker(WORKER);
    const worker = this.#worker;
    const ending = new AbortController();
    try {
      return await new Promise<Parsed>((resolve, reject) => {
        const fail = (message: string, cause?: unknown): void =>
          reject(new PackSourceError(`rules: ${message}`, { cause }));
        const late = `reading ${task.files.length} files took longer than ${deadlineMs / 1000} s and was given up`;
        const timer = setTimeout(() => fail(`${late}; look for a very large map or many aliases`), deadlineMs);
        const onAbort = (): void => fail("reading was broken off", signal?.reason);
        const onError = (cause: unknown): void => fail("reading failed; this is a bug", cause);
        const onExit = (code: number): void => fail(`the reading thread ended early (code ${code})`);
        signal?.addEventListener("abort", onAbort, { signal: ending.signal });
        worker.on("message", resolve).on("error", onError).on("exit", onExit);
        ending.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          worker.off("message", resolve).off("error", onError).off("exit", onExit);
        });
        worker.postMessage(task);
      });
    } catch (cause) {
      await this[Symbol.asyncDispose]();
      throw cause;
    } finally {
      ending.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
