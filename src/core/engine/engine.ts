import { sums } from "../model/differences.ts";
import { DEFAULT_LIMITS, type EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { EngineSnapshot, LogGap, RuleMeaning } from "../model/snapshot.ts";
import type { EngineCounters, StoryChange } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { HeldEvent } from "../model/unopened-event.ts";
import { Agenda } from "./agenda.ts";
import { emptyCounters } from "./counters.ts";
import { Courtroom } from "./courtroom.ts";
import type { Job, WindowObserver } from "./courtroom-parts.ts";
import { DueWindows } from "./due-windows.ts";
import type { EngineOptions } from "./engine-options.ts";
import { HeardSources } from "./heard-sources.ts";
import { JoinGroups } from "./join-groups.ts";
import type { Judging } from "./judge.ts";
import { LogGaps } from "./log-gaps.ts";
import type { LogPlace } from "./log-place.ts";
import { Placement } from "./placement.ts";
import { Restore } from "./restore.ts";
import { RuleIndex } from "./rule-index.ts";
import { runJudging } from "./run-judging.ts";
import { SnapshotLedger } from "./snapshot-ledger.ts";
import { StoryBook } from "./story-book.ts";
import type { StoryRecord } from "./story-record.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import type { Task } from "./task.ts";
import { WindowTable } from "./window-table.ts";

/**
 * The correlation engine: events in, story changes out. A deterministic state machine without a
 * clock of its own; log time moves only by `accept` and `advance`. Calls must not overlap: where a
 * call returns a promise (some rule's conditions have to be judged), await it before the next one.
 */
export class Engine {
  readonly limits: EngineLimits;
  readonly counters: EngineCounters = emptyCounters();
  #index: RuleIndex;
  readonly #windows: WindowTable;
  readonly #groups: JoinGroups;
  readonly #due: DueWindows;
  readonly #agenda = new Agenda();
  readonly #book: StoryBook;
  readonly #court: Courtroom;
  readonly #sources: HeardSources;
  readonly #gaps: LogGaps;
  readonly #placement: Placement;
  #nowMs: EpochMs = Number.NEGATIVE_INFINITY;
  #restore: Restore | undefined;
  /** The rules of a snapshot that has just been restored, until those in force are compared with them. */
  #rulesBefore: readonly RuleMeaning[] | undefined;

  constructor(options: EngineOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#index = options.index ?? new RuleIndex(options.rules);
    this.#windows = new WindowTable(this.limits.correlationWindowMs, this.limits.maxWindowMs);
    this.#groups = new JoinGroups(this.limits, this.counters, this.#windows);
    this.#sources = new HeardSources(this.limits, this.counters);
    this.#due = new DueWindows(this.#windows, this.#groups.table);
    this.#gaps = new LogGaps(this.limits.correlationWindowMs);
    const deadlines = { plan: (record: StoryRecord, at: EpochMs) => this.#agenda.planLook(record, at) };
    this.#book = new StoryBook(this.limits, this.counters, deadlines, this.#gaps);
    this.#court = new Courtroom({
      limits: this.limits,
      counters: this.counters,
      windows: this.#windows,
      groups: this.#groups,
      book: this.#book,
      index: () => this.#index,
      now: () => this.#nowMs,
      position: () => this.#placement.position,
      sources: this.#sources,
      plan: (window, at) => this.#agenda.planJudgement(window, at),
      mind: (at) => this.#agenda.mind(at),
      observe: options.observe,
    });
    this.#placement = new Placement({
      limits: this.limits,
      counters: this.counters,
      windows: this.#windows,
      groups: this.#groups,
      book: this.#book,
      court: this.#court,
      sources: this.#sources,
      agenda: this.#agenda,
      index: () => this.#index,
    });
  }

  /** Shows all windows that are open now. */
  showOpen(observe: WindowObserver): void {
    for (const window of [...this.#windows.all(), ...this.#groups.table.all()]) observe(window, this.#court);
  }

  /** Windows that are open now, of traces and of join groups, and what they hold of an endless log. */
  get openWindows(): { readonly traces: number; readonly groups: number; readonly bytes: number } {
    return { traces: this.#windows.size, groups: this.#groups.table.size, bytes: this.#windows.bytes };
  }

  /** Takes one event. Returns a promise only where conditions must be judged. */
  accept(event: HeldEvent, at: LogPlace): Promise<void> | undefined {
    if (this.#restore !== undefined && this.#wasTaken(event, at, this.#restore)) return undefined;
    if (this.#agenda.dueMs <= at.logTimeMs && !this.#closeIdle(at.logTimeMs))
      return runJudging(this.#acceptLate(event, at));
    if (this.#nowMs < at.logTimeMs) this.#nowMs = at.logTimeMs;
    const jobs = this.#placement.place(event, at, this.#nowMs);
    return jobs === undefined && this.#nowMs < this.#agenda.dueMs ? undefined : runJudging(this.#judgeNow(jobs));
  }

  /** Log time moved on without an event. */
  advance(logTimeMs: EpochMs): Promise<void> | undefined {
    this.endRestore();
    if (logTimeMs < this.#agenda.dueMs) {
      if (this.#nowMs < logTimeMs) this.#nowMs = logTimeMs;
      return undefined;
    }
    return runJudging(this.#catchUp(logTimeMs));
  }

  /** End of input: every window closes, in the order in which they opened. */
  end(): Promise<void> | undefined {
    this.endRestore();
    return runJudging(this.#endAll());
  }

  /** Swaps the rules; open windows are judged under the new ones. */
  swapRules(rules: RuleSet): Promise<void> | undefined {
    this.endRestore();
    const before = this.#index.meanings;
    this.#index = new RuleIndex(rules);
    return runJudging(this.#court.renew(before));
  }

  /**
   * What it knows beside the log, as plain data; of stories, what the ledger has not seen yet. To be taken between
   * events, with no changes left to take. `position` is the last one of the log that has been read.
   */
  snapshot(position: number, ledger: SnapshotLedger = new SnapshotLedger()): EngineSnapshot {
    this.endRestore();
    const { late } = this.#placement;
    const [rules, deadlines, gaps] = [this.#index.meanings, this.#agenda.all, this.#gaps.all];
    const more = { nowMs: this.#nowMs, rules, position, late, deadlines, gaps, ledger };
    const snapshot = takeSnapshot({ ...this.#parts(), ...more });
    this.#placement.late = late.filter((at) => snapshot.since <= at);
    return snapshot;
  }

  /**
   * Goes on from a snapshot, in a fresh engine: the log must come again from `since` on, and what it
   * tells begins behind the snapshot's position. Rules that have changed meanwhile count as swapped then.
   */
  restore(snapshot: EngineSnapshot): void {
    this.#gaps.add(...(snapshot.gaps ?? []));
    this.#restore = new Restore(snapshot, { ...this.#parts(), index: this.#index, limits: this.limits });
  }

  /** The log had lost entries before they could be read: stories that they may have been evidence of say so. */
  noteGap(gap: LogGap): void {
    this.#gaps.add(gap);
  }

  /** The changes since the last call, in order. */
  take(): StoryChange[] {
    return this.#book.changes.splice(0);
  }

  #parts() {
    const [windows, groups, book, sources] = [this.#windows, this.#groups, this.#book, this.#sources];
    return { windows, groups, book, sources, claims: this.#court.claims, announcer: this.#court.announcer };
  }

  /** Lets an event in that was taken before the snapshot; the first one behind it ends the restoring. */
  #wasTaken(event: HeldEvent, at: LogPlace, restore: Restore): boolean {
    const isKnown = Math.floor(at.position) <= restore.snapshot.position;
    if (isKnown) restore.place(event, at);
    else this.endRestore();
    return isKnown;
  }

  /** The log has come again, or will not come as it was: goes on with what has been built. */
  endRestore(): void {
    const restore = this.#restore;
    if (restore === undefined) return;
    this.#restore = undefined;
    restore.finish();
    this.#nowMs = restore.snapshot.nowMs ?? Number.NEGATIVE_INFINITY;
    this.#placement.position = restore.snapshot.position;
    this.#placement.late = sums(restore.snapshot.late);
    this.#agenda.recall(restore.deadlines);
    const { rules } = restore.snapshot;
    if (JSON.stringify(rules) !== JSON.stringify(this.#index.meanings)) this.#rulesBefore = rules;
  }

  *#acceptLate(event: HeldEvent, at: LogPlace): Judging<void> {
    yield* this.#catchUp(at.logTimeMs);
    yield* this.#judgeNow(this.#placement.place(event, at, this.#nowMs));
  }

  /** Judges these, and does what fell due meanwhile: nothing is left over for the next call. */
  *#judgeNow(jobs: readonly Job[] | undefined): Judging<void> {
    if (jobs !== undefined) yield* this.#court.judge(jobs);
    if (this.#agenda.dueMs <= this.#nowMs) yield* this.#catchUp(this.#nowMs);
  }

  /** Does what falls due up to a log time, in order of time. */
  *#catchUp(toMs: EpochMs): Judging<void> {
    const before = this.#rulesBefore;
    this.#rulesBefore = undefined;
    if (before !== undefined) yield* this.#court.renew(before);
    while (!this.#closeIdle(toMs)) {
      const nextAt = Math.min(this.#due.atMs, this.#agenda.next);
      if (this.#nowMs < nextAt) this.#nowMs = nextAt;
      const due = this.#due.atMs <= this.#agenda.next ? this.#due.next() : undefined;
      if (due !== undefined) yield* this.#court.close([due.window], due.because);
      else {
        const deadline = this.#agenda.takeDue(nextAt);
        if (deadline !== undefined) yield* this.#perform(deadline.task, deadline.at);
      }
    }
    if (this.#nowMs < toMs) this.#nowMs = toMs;
  }

  /**
   * Closes what falls due up to a log time and has nothing left to say, as most windows. Answers
   * whether that was all: if not, something has to be judged first.
   */
  #closeIdle(toMs: EpochMs): boolean {
    if (this.#rulesBefore !== undefined) return false;
    this.#due.closeIdle(Math.min(toMs, this.#agenda.next), (due, atMs) => {
      this.#nowMs = Math.max(this.#nowMs, atMs);
      this.#court.closeIdle(due);
    });
    this.#agenda.dueMs = Math.min(this.#due.atMs, this.#agenda.next);
    return toMs < this.#agenda.dueMs || this.#agenda.dueMs === Number.POSITIVE_INFINITY;
  }

  *#perform(task: Task, at: EpochMs): Judging<void> {
    if (task.kind === "look") this.#book.look(task.record, this.#windows.totalOf(task.record.last), this.#nowMs);
    else if (task.window.judgeAtMs === at) {
      task.window.judgeAtMs = undefined;
      yield* this.#court.judgePlanned(task.window);
    }
  }

  *#endAll(): Judging<void> {
    yield* this.#catchUp(this.#nowMs);
    yield* this.#court.close([...this.#windows.all(), ...this.#groups.table.all()], "end");
    yield* this.#catchUp(this.#nowMs);
  }
}
