import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import { type HeldEvent, opened } from "../model/unopened-event.ts";
import type { Agenda } from "./agenda.ts";
import type { Courtroom } from "./courtroom.ts";
import type { Job } from "./courtroom-parts.ts";
import type { HeardSources } from "./heard-sources.ts";
import { failsAtOnce, joinEvent, joins } from "./join-event.ts";
import type { JoinGroups } from "./join-groups.ts";
import type { LogPlace } from "./log-place.ts";
import { type News, newsOf } from "./news.ts";
import type { RuleIndex, TypeEntry } from "./rule-index.ts";
import type { StoryBook } from "./story-book.ts";
import { EAGER_JUDGEMENTS_MAX, judgeWaitMs, rulesToJudge } from "./when-to-judge.ts";
import { Window } from "./window.ts";
import type { WindowTable } from "./window-table.ts";

/** What events are put into, and who is told. */
export interface PlacementParts {
  readonly limits: EngineLimits;
  readonly counters: EngineCounters;
  readonly windows: WindowTable;
  readonly groups: JoinGroups;
  readonly book: StoryBook;
  readonly court: Courtroom;
  readonly sources: HeardSources;
  readonly agenda: Agenda;
  index(): RuleIndex;
}

/** Puts events into the windows where they belong: the engine's hot path. */
export class Placement {
  /** Position of the last event taken. */
  position = 0;
  /** Positions of events that came into closed windows. */
  late: number[] = [];
  readonly #parts: PlacementParts;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
  }

  /** Puts an event where it belongs; answers what has to be judged because of it. */
  place(event: HeldEvent, at: LogPlace, nowMs: EpochMs): Job[] | undefined {
    this.position = at.position;
    this.#parts.counters.events++;
    const index = this.#parts.index();
    const entry = index.entry(event.type);
    if (index.heardSources.has(event.source)) {
      for (const waiting of this.#parts.sources.hear(event)) this.#parts.agenda.planJudgement(waiting, nowMs);
    }
    let window = this.#parts.windows.get(event.traceId);
    const late = window === undefined ? this.#parts.book.closedWindow(event.traceId) : undefined;
    if (late !== undefined && event.timeMs <= late.lastEventMs) return this.#placeLate(late, event, entry, index);
    if (window === undefined) window = this.#open(event, at);
    const outcome = window.add(event, this.#parts.limits.windowEventsMax);
    if (outcome === "same") {
      this.#parts.counters.duplicates++;
      return undefined;
    }
    const isNew = outcome === "added";
    if (!isNew) this.#parts.counters.duplicates++;
    this.#parts.windows.touch(window, at.logTimeMs);
    if (at.chars !== undefined && isNew && window.dropped === 0) this.#weigh(window, at.chars);
    window.noteType(entry, index);
    if (entry.resolves) this.#parts.court.resolve(window, opened(event));
    if (isNew && window.ready.length === 0 && entry.joins.length === 0) return undefined;
    const news: News = isNew ? { event, entry } : newsOf(outcome, index);
    let jobs: Job[] | undefined;
    if (0 < window.ready.length) jobs = this.#traceJobs(window, news, nowMs);
    if (joins(news)) {
      const touched = joinEvent(this.#parts.groups, window, news, at);
      jobs = this.#joinJobs(touched, at, nowMs, jobs);
    }
    return jobs;
  }

  #placeLate(window: Window, event: HeldEvent, entry: TypeEntry, index: RuleIndex): Job[] | undefined {
    this.#parts.counters.late++;
    this.late.push(this.position);
    window.tookLate = true;
    if (window.add(event, this.#parts.limits.windowEventsMax) === "same") {
      this.#parts.counters.duplicates++;
      return undefined;
    }
    window.noteType(entry, index);
    return [{ window, rules: window.ready }];
  }

  #traceJobs(window: Window, news: News, nowMs: EpochMs): Job[] | undefined {
    const { rules, busy, same } = rulesToJudge(window, news, this.#parts.limits);
    if (busy) this.#parts.agenda.planJudgement(window, nowMs + judgeWaitMs(window, this.#parts.limits));
    window.judgements += same;
    if (rules !== undefined) return [{ window, rules }];
    // What was found here before is weighed again all the same: others may have been found meanwhile.
    const isTelling = 0 < window.matches.length || window.record !== undefined;
    return 0 < same && isTelling ? [{ window, rules: [] }] : undefined;
  }

  #joinJobs(touched: Iterable<Window>, at: LogPlace, nowMs: EpochMs, jobs: Job[] | undefined): Job[] | undefined {
    this.#parts.agenda.mind(at.logTimeMs + this.#parts.limits.correlationWindowMs);
    let all = jobs;
    for (const window of touched) {
      if (window.matches.length === 0 && window.judgements <= EAGER_JUDGEMENTS_MAX) {
        if (failsAtOnce(window, this.#parts.groups)) window.judgements++;
        else {
          const job = this.#parts.court.wholeJob(window);
          if (all === undefined) all = [job];
          else all.push(job);
        }
      } else this.#parts.agenda.planJudgement(window, nowMs + judgeWaitMs(window, this.#parts.limits));
    }
    return all;
  }

  #open(event: HeldEvent, at: LogPlace): Window {
    const { windows, limits, counters, agenda } = this.#parts;
    const idlest = windows.idlest();
    if (limits.openWindowsMax <= windows.size && idlest !== undefined) this.#evict(idlest);
    const window = new Window({
      key: event.traceId,
      logTimeMs: at.logTimeMs,
      position: at.position,
    });
    windows.open(window);
    counters.windowsOpened++;
    agenda.mind(at.logTimeMs + Math.min(limits.correlationWindowMs, limits.maxWindowMs));
    return window;
  }

  /** Over the bound, windows close until the others fit; never the one that was just used. */
  #weigh(window: Window, chars: number): void {
    const { windows, limits } = this.#parts;
    windows.weigh(window, chars);
    while (limits.stateBytesMax < windows.bytes) {
      const idlest = windows.idlest();
      if (idlest === undefined || idlest === window) return;
      this.#evict(idlest);
    }
  }

  #evict(idlest: Window): void {
    this.#parts.counters.windowsEvicted++;
    this.#parts.court.evict(idlest);
  }
}
