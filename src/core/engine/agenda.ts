import type { EpochMs } from "../model/time.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import type { StoryRecord } from "./story-record.ts";
import type { Task } from "./task.ts";
import type { Window } from "./window.ts";

/** What the engine has to do at later log times. */
export class Agenda {
  /** Nothing is due before this log time, windows that close included: a lower bound, read on the hot path. */
  dueMs: EpochMs = Number.POSITIVE_INFINITY;
  readonly #deadlines = new Deadlines<Task>();
  #order = 0;

  /** Log time of the next task. */
  get next(): EpochMs {
    return this.#deadlines.next;
  }

  /** All tasks, in no order. */
  get all(): readonly Deadline<Task>[] {
    return this.#deadlines.all;
  }

  /** One judgement is planned per window at a time: the earliest asked for. */
  planJudgement(window: Window, at: EpochMs): void {
    if (window.judgeAtMs !== undefined && window.judgeAtMs <= at) return;
    window.judgeAtMs = at;
    this.#plan(at, { kind: "judge", window });
  }

  planLook(record: StoryRecord, at: EpochMs): void {
    this.#plan(at, { kind: "look", record });
  }

  /** Something may be due at this log time. */
  mind(at: EpochMs): void {
    if (at < this.dueMs) this.dueMs = at;
  }

  takeDue(nowMs: EpochMs): Deadline<Task> | undefined {
    return this.#deadlines.takeDue(nowMs);
  }

  /** Takes tasks from a snapshot, with their order. */
  recall(deadlines: readonly Deadline<Task>[]): void {
    for (const { at, order, task } of deadlines) {
      this.#deadlines.add(at, order, task);
      this.#order = Math.max(this.#order, order + 1);
    }
    this.dueMs = Number.NEGATIVE_INFINITY;
  }

  #plan(at: EpochMs, task: Task): void {
    this.#deadlines.add(at, this.#order++, task);
    this.mind(at);
  }
}
