import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SourceError } from "../ports/source.ts";
import { failureText } from "../service/failure-text.ts";
import { errorOf } from "../threads/failure.ts";
import type { Replay } from "./replay.ts";
import type { ReplayAnswer, ReplayTask } from "./replay-task.ts";

/** Beside the sources when run as they stand, beside the compiled files when built. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./replay-worker.ts" : "./replay-worker.js", import.meta.url);

/**
 * Reads recorded events under other rules in a thread of its own; aborted where the signal came first.
 * Throws {@link SourceError} where they can't be read, or the thread died.
 */
export async function replayApart(task: ReplayTask, signal: AbortSignal): Promise<Pick<Replay, "stories" | "ended">> {
  const worker = new Worker(WORKER, { workerData: task, transferList: [task.port] });
  try {
    const [answer] = (await once(worker, "message", { signal })) as [ReplayAnswer];
    if ("failure" in answer) throw errorOf(answer.failure);
    return answer;
  } catch (cause) {
    if (signal.aborted) return { stories: [], ended: "aborted" };
    if (cause instanceof SourceError) throw cause;
    const why = `the thread that reads under the other rules ended: ${failureText(cause)}`;
    throw new SourceError(why, { cause, retryable: false });
  } finally {
    await worker.terminate();
  }
}
