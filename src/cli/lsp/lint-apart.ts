import { Worker } from "node:worker_threads";
import type { EditorFinding, LintAnswer, LintTask, RuleText } from "./lint-task.ts";

const DEADLINE_MS = 10_000;
/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./lint-worker.ts" : "./lint-worker.js", import.meta.url);

/** Finds what is wrong with rule files in a thread that is kept for the next time. */
export class LintThread implements AsyncDisposable {
  #worker: Worker | undefined;
  #lastId = 0;

  /**
   * Everything that is wrong with files that are loaded together; `undefined` where reading them took too long
   * or broke the thread, which is then begun anew.
   */
  async findings(files: readonly RuleText[], today: string): Promise<readonly EditorFinding[] | undefined> {
    this.#worker ??= new Worker(WORKER);
    const worker = this.#worker;
    this.#lastId += 1;
    const id = this.#lastId;
    const ending = new AbortController();
    try {
      return await new Promise<readonly EditorFinding[] | undefined>((resolve) => {
        const giveUp = (): void => resolve(undefined);
        const timer = setTimeout(giveUp, DEADLINE_MS);
        const onMessage = (answer: LintAnswer): void => {
          if (answer.id === id) resolve(answer.findings);
        };
        worker.on("message", onMessage).once("error", giveUp).once("exit", giveUp);
        ending.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          worker.off("message", onMessage).off("error", giveUp).off("exit", giveUp);
        });
        worker.postMessage({ id, files, today } satisfies LintTask);
      }).then(async (found) => {
        if (found === undefined) await this.#end(worker);
        return found;
      });
    } finally {
      ending.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#worker !== undefined) await this.#end(this.#worker);
  }

  async #end(worker: Worker): Promise<void> {
    if (this.#worker === worker) this.#worker = undefined;
    await worker.terminate();
  }
}
