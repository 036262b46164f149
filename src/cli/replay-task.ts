import type { MessagePort } from "node:worker_threads";
import type { EngineLimits } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { Failure } from "../threads/failure.ts";
import type { Replay } from "./replay.ts";

/** What a thread is given at its start that reads recorded events under other rules. */
export interface ReplayTask {
  readonly rules: RuleSet;
  readonly limits?: Partial<EngineLimits> | undefined;
  /** By which it gets the decoded events. */
  readonly port: MessagePort;
}

/** What it answers with, once. */
export type ReplayAnswer = Pick<Replay, "stories" | "ended"> | { readonly failure: Failure };
