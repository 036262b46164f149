import { Worker } from "node:worker_threads";
import type { RuleTestFile } from "../../core/language/rule-test-file.ts";
import { type LoadedPacks, type PackFinding, PackSourceError } from "../../ports/pack-source.ts";
import type { PackFile } from "./find-packs.ts";

/** What the thread is given: packs, or one rule test. */
export type LanguageTask = PackTask | TestTask;

/** Packs that belong together. */
export interface PackTask {
  readonly packs: readonly PackFile[];
  /** The day on which exceptions of overlays are looked at. */
  readonly today: string;
}

/** The text of a `*.test.yaml`. */
export interface TestTask {
  readonly test: PackFile;
}

/** Packs as read. */
export type ReadPacks = Pick<LoadedPacks, "rules" | "findings">;

/** A rule test as read, without its text, which the asker has; no test where anything in it is an error. */
export interface ReadTest {
  readonly test: Omit<RuleTestFile, "source"> | undefined;
  readonly findings: readonly PackFinding[];
}

/** How long a reading may take. */
export interface ReadingBounds {
  /** Of the processor's time from its turn on, so that a busy machine makes no good rules late; 10 s by default. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What this process has used of the processor's time so far; as the system tells it by default. */
  readonly processorMs?: (() => number) | undefined;
}

const DEADLINE_MS = 10_000;

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./language-worker.ts" : "./language-worker.js",
  import.meta.url,
);

/**
 * Reads the rule language in a thread of its own, because a small file can take a YAML parser very
 * long. The thread is kept for the next reading, which finds it warm; it takes one after the other.
 */
export class LanguageThread implements AsyncDisposable {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Starts the thread already: it need not be waited for then. */
  start(): void {
    this.#worker ??= new Worker(WORKER);
  }

  /**
   * Throws {@link PackSourceError} after the deadline, or when the signal aborts; the thread is ended then.
   * Where the signal has aborted before its turn, throws the signal's reason.
   */
  readPacks(task: PackTask, bounds: ReadingBounds): Promise<ReadPacks> {
    return this.#inTurn(task, `reading ${task.packs.length} files`, bounds);
  }

  /** Throws as {@link readPacks} does. */
  readTest(test: PackFile, bounds: ReadingBounds): Promise<ReadTest> {
    return this.#inTurn({ test }, `reading ${test.path}`, bounds);
  }

  #inTurn<Answer>(task: LanguageTask, what: string, bounds: ReadingBounds): Promise<Answer> {
    const read = (): Promise<Answer> => this.#read(task, what, bounds);
    const answer = this.#last.then(read, read);
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #read<Answer>(task: LanguageTask, what: string, bounds: ReadingBounds): Promise<Answer> {
    const { signal, deadlineMs: boundMs = DEADLINE_MS, processorMs = usedByProcess } = bounds;
    signal?.throwIfAborted();
    this.start();
    const worker = this.#worker as Worker;
    const ending = new AbortController();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const fail = (message: string, cause?: unknown): void =>
          reject(new PackSourceError(`rules: ${message}`, { cause }));
        const late = `${what} took more than ${boundMs / 1000} s of the processor's time and was given up`;
        const before = processorMs();
        const judge = (): void => {
          const leftMs = boundMs - (processorMs() - before);
          if (leftMs <= 0) fail(`${late}; look for a very large map or many aliases`);
          else timer = setTimeout(judge, leftMs);
        };
        let timer = setTimeout(judge, boundMs);
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

function usedByProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
