import { parentPort, workerData } from "node:worker_threads";
import { failureOf } from "../threads/failure.ts";
import { decodedBy } from "./decoded-log.ts";
import { replay } from "./replay.ts";
import type { ReplayAnswer, ReplayTask } from "./replay-task.ts";

// Runs in a thread of its own, beside the one that reads the same events under the rules that they are compared with.
const { port, rules, limits = {} } = workerData as ReplayTask;
const silent = { isTerminal: false, say: () => {} };

async function answer(): Promise<ReplayAnswer> {
  try {
    const shell = { stderr: silent, signal: new AbortController().signal };
    const { stories, ended } = await replay({ sources: [], decoded: decodedBy(port), rules, limits, shell });
    return { stories, ended };
  } catch (cause) {
    return { failure: failureOf(cause) };
  }
}

parentPort?.postMessage(await answer());
