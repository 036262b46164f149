import type { Event } from "../model/event.ts";
import { DEFAULT_LIMITS, type EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { EngineCounters, StoryChange } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import { emptyCounters } from "./counters.ts";
import { Courtroom } from "./courtroom.ts";
import type { Job, WindowObserver } from "./courtroom-parts.ts";
import { Deadlines } from "./deadlines.ts";
import type { EngineOptions } from "./engine-options.ts";
import { HeardSources } from "./heard-sources.ts";
import { JoinGroups } from "./join-groups.ts";
import type { Judging } from "./judge.ts";
import type { LogPlace } from "./log-place.ts";
import { Restore } from "./restore.ts";
import { RuleIndex, type TypeEntry } from "./rule-index.ts";
import { runJudging } from "./run-judging.ts";
import type { EngineSnapshot } from "./snapshot.ts";
import { StoryBook } from "./story-book.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import type { Task } from "./task.ts";
import { EAGER_JUDGEMENTS_MAX, judgeWaitMs, rulesToJudge } from "./when-to-judge.ts";
import { Window } from "./window.ts";
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
  readonly #deadlines = new Deadlines<Task>();
  readonly #book: StoryBook;
  readonly #court: Courtroom;
  readonly #sources = new HeardSources();
  #nowMs: EpochMs = Number.NEGATIVE_INFINITY;
  /** Nothing is due before this log time: a lower bound, read on the hot path. */
  #dueMs: EpochMs = Number.POSITIVE_INFINITY;
  #order = 0;
  #position = 0;
  /** Events that came into closed windows, while windows are open that were open then. */
  #late: number[] = [];
  #restore: Restore | undefined;

  constructor(options: EngineOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#index = new RuleIndex(options.rules);
    this.#windows = new WindowTable(this.limits.correlationWindowMs, this.limits.maxWindowMs);
    this.#groups = new JoinGroups(this.limits);
    this.#book = new StoryBook(this.limits, this.counters, {
      plan: (record, at) => this.#plan(at, { kind: "look", record }),
    });
    this.#court = new Courtroom({
      limits: this.limits,
      counters: this.counters,
      windows: this.#windows,
      groups: this.#groups,
      book: this.#book,
      index: () => this.#index,
      now: () => this.#nowMs,
      position: () => this.#position,
      sources: this.#sources,
      plan: (window, at) => this.#planJudgement(window, at),
      observe: options.observe,
    });
  }

  /** Shows all windows that are open now. */
  showOpen(observe: WindowObserver): void {
    for (const window of [...this.#windows.all(), ...this.#groups.table.all()]) observe(window, this.#court);
  }

  /** Windows that are open now: of traces, and of join groups. */
  get openWindows(): { readonly traces: number; readonly groups: number } {
    return { traces: this.#windows.size, groups: this.#groups.table.size };
  }

  /** Takes one event. Returns a promise only where conditions must be judged. */
  accept(event: Event, at: LogPlace): Promise<void> | undefined {
    if (this.#restore !== undefined && this.#wasTaken(event, at)) return undefined;
    if (this.#dueMs <= at.logTimeMs) return runJudging(this.#acceptLate(event, at));
    if (this.#nowMs < at.logTimeMs) this.#nowMs = at.logTimeMs;
    const jobs = this.#place(event, at);
    return jobs === undefined ? undefined : runJudging(this.#court.judge(jobs));
  }

  /** Log time moved on without an event. */
  advance(logTimeMs: EpochMs): Promise<void> | undefined {
    this.#finishRestore();
    if (logTimeMs < this.#dueMs) {
      if (this.#nowMs < logTimeMs) this.#nowMs = logTimeMs;
      return undefined;
    }
    return runJudging(this.#catchUp(logTimeMs));
  }

  /** End of input: every window closes, in the order in which they opened. */
  end(): Promise<void> | undefined {
    this.#finishRestore();
    return runJudging(this.#endAll());
  }

  /** Swaps the rules; open windows are judged under the new ones. */
  swapRules(rules: RuleSet): Promise<void> | undefined {
    this.#finishRestore();
    this.#index = new RuleIndex(rules);
    return runJudging(this.#court.rejudgeAll());
  }

  /**
   * What it knows beside the log, as plain data; to be taken between events, with no changes left to
   * take. `position` is the last one of the log that has been read.
   */
  snapshot(position: number): EngineSnapshot {
    this.#finishRestore();
    const deadlines = this.#deadlines.all;
    const snapshot = takeSnapshot({ ...this.#parts(), nowMs: this.#nowMs, position, late: this.#late, deadlines });
    this.#late = [...snapshot.late];
    return snapshot;
  }

  /**
   * Goes on from a snapshot, in a fresh engine: the log must come again from `since` on, and what it
   * tells begins behind the snapshot's position. Under other rules than the snapshot was taken with,
   * swap them in afterwards.
   */
  restore(snapshot: EngineSnapshot): void {
    const { windowEventsMax } = this.limits;
    this.#restore = new Restore(snapshot, { ...this.#parts(), index: this.#index, windowEventsMax });
  }

  /** The log will not come again as it was: goes on with what has been built. */
  endRestore(): void {
    this.#finishRestore();
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
  #wasTaken(event: Event, at: LogPlace): boolean {
    if (this.#restore === undefined) return false;
    if (Math.floor(at.position) <= this.#restore.snapshot.position) {
      this.#restore.place(event, at);
      return true;
    }
    this.#finishRestore();
    return false;
  }

  #finishRestore(): void {
    const restore = this.#restore;
    if (restore === undefined) return;
    this.#restore = undefined;
    restore.finish();
    this.#nowMs = restore.snapshot.nowMs ?? Number.NEGATIVE_INFINITY;
    this.#position = restore.snapshot.position;
    this.#late = [...restore.snapshot.late];
    for (const { at, order, task } of restore.deadlines) {
      this.#deadlines.add(at, order, task);
      this.#order = Math.max(this.#order, order + 1);
    }
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  *#acceptLate(event: Event, at: LogPlace): Judging<void> {
    yield* this.#catchUp(at.logTimeMs);
    const jobs = this.#place(event, at);
    if (jobs !== undefined) yield* this.#court.judge(jobs);
  }

  /** Puts an event where it belongs; answers what has to be judged because of it. */
  #place(event: Event, at: LogPlace): Job[] | undefined {
    this.#position = at.position;
    this.counters.events++;
    const entry = this.#index.entry(event.type);
    if (this.#index.heardSources.has(event.source)) {
      for (const waiting of this.#sources.hear(event)) this.#planJudgement(waiting, this.#nowMs);
    }
    let window = this.#windows.get(event.traceId);
    const late = window === undefined ? this.#book.closedWindow(event.traceId) : undefined;
    if (late !== undefined && event.timeMs <= late.lastEventMs) return this.#placeLate(late, event, entry);
    if (window === undefined) window = this.#open(event, at);
    const before = 0 < entry.joins.length ? window.find(event.id) : undefined;
    const outcome = window.add(event, this.limits.windowEventsMax);
    if (outcome === "same") {
      this.counters.duplicates++;
      return undefined;
    }
    if (outcome === "merged") this.counters.duplicates++;
    this.#windows.touch(window, at.logTimeMs);
    if (window.armedGeneration !== this.#index.generation) window.rearm(this.#index);
    window.noteType(entry, this.#index);
    let jobs: Job[] | undefined;
    if (0 < window.armed.length) jobs = this.#traceJobs(window, entry);
    if (entry.resolves) this.#court.resolve(window, event);
    if (0 < entry.joins.length) {
      const held = before === undefined ? event : (window.find(event.id) ?? event);
      jobs = this.#joinJobs(this.#court.joinGroups(entry, held, at, before), at, jobs);
    }
    return jobs;
  }

  #placeLate(window: Window, event: Event, entry: TypeEntry): Job[] | undefined {
    this.counters.late++;
    this.#late.push(this.#position);
    if (window.add(event, this.limits.windowEventsMax) === "same") {
      this.counters.duplicates++;
      return undefined;
    }
    window.noteType(entry, this.#index);
    window.rearm(this.#index);
    return [{ window, rules: window.armed.filter((rule) => window.hasTypesFor(rule)) }];
  }

  #traceJobs(window: Window, entry: TypeEntry): Job[] | undefined {
    const { rules, busy } = rulesToJudge(window, entry, this.limits);
    if (busy) this.#planJudgement(window, this.#nowMs + judgeWaitMs(window, this.limits));
    return rules === undefined ? undefined : [{ window, rules }];
  }

  #joinJobs(touched: readonly Job[], at: LogPlace, jobs: Job[] | undefined): Job[] | undefined {
    this.#dueMs = Math.min(this.#dueMs, at.logTimeMs + this.limits.correlationWindowMs);
    let all = jobs;
    for (const { window, rules } of touched) {
      if (window.matches.size === 0 && window.judgements <= EAGER_JUDGEMENTS_MAX)
        all = [...(all ?? []), { window, rules }];
      else this.#planJudgement(window, this.#nowMs + judgeWaitMs(window, this.limits));
    }
    return all;
  }

  #open(event: Event, at: LogPlace): Window {
    const idlest = this.#windows.idlest();
    if (this.limits.openWindowsMax <= this.#windows.size && idlest !== undefined) {
      this.counters.windowsEvicted++;
      this.#court.evict(idlest);
    }
    const window = new Window({
      key: event.traceId,
      group: { traceId: event.traceId },
      logTimeMs: at.logTimeMs,
      position: at.position,
    });
    window.armedGeneration = this.#index.generation;
    if (0 < this.#index.untyped.length) window.armed = [...this.#index.untyped];
    this.#windows.open(window);
    this.counters.windowsOpened++;
    this.#dueMs = Math.min(
      this.#dueMs,
      at.logTimeMs + Math.min(this.limits.correlationWindowMs, this.limits.maxWindowMs),
    );
    return window;
  }

  /** Does what falls due up to a log time, in order of time. */
  *#catchUp(toMs: EpochMs): Judging<void> {
    for (;;) {
      const trace = this.#windows.nextDue();
      const group = this.#groups.table.nextDue();
      const window = trace === undefined || (group !== undefined && group.at < trace.at) ? group : trace;
      const windowAt = window?.at ?? Number.POSITIVE_INFINITY;
      const nextAt = Math.min(windowAt, this.#deadlines.next);
      if (toMs < nextAt || nextAt === Number.POSITIVE_INFINITY) {
        this.#dueMs = nextAt;
        break;
      }
      if (this.#nowMs < nextAt) this.#nowMs = nextAt;
      if (window !== undefined && windowAt <= this.#deadlines.next)
        yield* this.#court.close([window.window], window.because);
      else {
        const deadline = this.#deadlines.takeDue(nextAt);
        if (deadline !== undefined) yield* this.#perform(deadline.task, deadline.at);
      }
    }
    if (this.#nowMs < toMs) this.#nowMs = toMs;
  }

  *#perform(task: Task, at: EpochMs): Judging<void> {
    if (task.kind === "look") this.#book.look(task.record, this.#court.totalOf(task.record), this.#nowMs);
    else if (task.window.judgeAtMs === at) {
      task.window.judgeAtMs = undefined;
      yield* this.#court.judge([this.#court.wholeJob(task.window)]);
    }
  }

  *#endAll(): Judging<void> {
    // Closing may tell stories that open groups.
    while (0 < this.#windows.size + this.#groups.table.size) {
      yield* this.#court.close([...this.#windows.all(), ...this.#groups.table.all()], "end");
    }
    yield* this.#catchUp(this.#nowMs);
  }

  /** One judgement is planned per window at a time: the earliest asked for. */
  #planJudgement(window: Window, at: EpochMs): void {
    if (window.judgeAtMs !== undefined && window.judgeAtMs <= at) return;
    window.judgeAtMs = at;
    this.#plan(at, { kind: "judge", window });
  }

  #plan(at: EpochMs, task: Task): void {
    this.#deadlines.add(at, this.#order++, task);
    if (at < this.#dueMs) this.#dueMs = at;
  }
}
