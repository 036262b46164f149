import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EpochMs } from "../model/time.ts";
import { arbitrate, Claims } from "./arbitrate.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { countRule } from "./counters.ts";
import type { CourtroomParts, Job } from "./courtroom-parts.ts";
import { type Finding, type JudgeContext, type Judging, judge } from "./judge.ts";
import type { LogPlace } from "./log-place.ts";
import { isIsolated, type Match, saysTheSame } from "./match.ts";
import type { TypeEntry } from "./rule-index.ts";
import { storyEvent, storyEventId } from "./story-events.ts";
import { endsStory, type StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** Judges rules in windows, weighs what holds, and has the headlines told. */
export class Courtroom implements JudgeContext {
  readonly limits: EngineLimits;
  readonly #parts: CourtroomParts;
  readonly #claims = new Claims();
  readonly #members = new Map<string, Match>();

  constructor(parts: CourtroomParts) {
    this.#parts = parts;
    this.limits = parts.limits;
  }

  get nowMs(): EpochMs {
    return this.#parts.now();
  }

  heard(source: string): EpochMs {
    return this.#parts.sources.heard(source);
  }

  traceEvents(traceId: string): readonly Event[] {
    return this.#parts.windows.get(traceId)?.events ?? [];
  }

  memberOf(event: Event): Match | undefined {
    return this.#members.get(event.id);
  }

  stepMask(window: Window, event: Event): number {
    return window.stepMasks.get(event.id) ?? 0;
  }

  /** All rules that could hold in the window. */
  wholeJob(window: Window): Job {
    if (window.joinRule !== undefined) return { window, rules: [window.joinRule] };
    const index = this.#parts.index();
    if (window.armedGeneration !== index.generation) window.rearm(index);
    return {
      window,
      rules: window.total < this.limits.minEvents ? [] : window.armed.filter((rule) => window.hasTypesFor(rule)),
    };
  }

  /** Puts an event into the join groups it belongs to. */
  joinGroups(entry: TypeEntry, event: Event, at: LogPlace): Job[] {
    const jobs: Job[] = [];
    for (const { rule, mask, absences } of entry.joins) {
      const touched = new Set(this.#parts.groups.add(rule, mask, event, at));
      if (rule.hasUnkeyed && (mask !== 0 || absences)) {
        for (const group of this.#parts.groups.withTrace(event.traceId))
          if (group.joinRule === rule) touched.add(group);
      }
      for (const window of touched) jobs.push({ window, rules: [rule] });
    }
    return jobs;
  }

  *judge(jobs: readonly Job[]): Judging<void> {
    const touched = new Set<string>();
    for (const { window, rules } of jobs) {
      const held = new Set(window.matches.values());
      for (const rule of rules) yield* this.#judgeRule(rule, window);
      // Story events may have made other groups hold: they were judged as they came.
      for (const match of [...held, ...window.matches.values()]) for (const trace of match.traces) touched.add(trace);
    }
    if (0 < touched.size) this.#weigh(touched, jobs);
    for (const { window } of jobs) if (window.closedBy !== undefined) this.#retire(window);
  }

  /** Closes windows at one moment: they are judged for the last time, and weighed together. */
  *close(windows: readonly Window[], because: string): Judging<void> {
    for (const window of windows) {
      window.closedBy = because;
      this.#detach(window);
    }
    const jobs = windows.flatMap((window) => (isIdle(window) ? [] : [this.wholeJob(window)]));
    const busy = jobs.filter(({ window, rules }) => 0 < rules.length || 0 < window.matches.size);
    if (0 < busy.length) yield* this.judge(busy);
    for (const { key, joinRule } of windows) if (joinRule === undefined) this.#claims.release(key, this.#isOpen);
  }

  /** Closes a window to make room: what holds by now is told, marked as incomplete. */
  evict(window: Window): void {
    window.closedBy = "evicted";
    this.#detach(window);
    this.#parts.plan(window, this.nowMs);
  }

  /** An event that ends a story by its rule's word. */
  resolve(window: Window, event: Event): void {
    const record = window.record ?? this.#parts.book.ofTrace(event.traceId);
    if (record !== undefined && endsStory(record, event)) {
      this.#parts.book.resolve(record, `${event.type} at ${event.time}`, this.nowMs);
    }
  }

  *rejudgeAll(): Judging<void> {
    const index = this.#parts.index();
    for (const window of [...this.#parts.windows.all()]) {
      for (const match of window.matches.values()) this.#drop(match);
      window.matches.clear();
      window.heldSinceMs.clear();
      window.types.splice(0);
      for (const event of window.events) window.noteType(index.entry(event.type), index);
      window.rearm(index);
      yield* this.judge([this.wholeJob(window)]);
    }
    for (const group of [...this.#parts.groups.table.all()]) {
      const rule = index.joinRules.find(
        (candidate) => candidate.rule.meaningDigest === group.joinRule?.rule.meaningDigest,
      );
      if (rule === undefined) yield* this.close([group], "rules");
    }
  }

  totalOf(record: StoryRecord): number {
    return record.last === undefined ? 0 : this.#totalOf(record.last);
  }

  *#judgeRule(rule: CompiledRule, window: Window): Judging<void> {
    window.judgements++;
    let finding: Finding;
    const hub = window.joinRule !== undefined && this.#parts.groups.isHub(window);
    countRule(this.#parts.counters.fanOut, hub, rule);
    if (hub) {
      finding = { kind: "fails", truncated: false };
    } else finding = yield* judge(rule, window, this);
    const before = window.matches.get(rule.index);
    if (before !== undefined) this.#drop(before);
    window.matches.delete(rule.index);
    if (finding.kind === "holds") {
      countRule(this.#parts.counters.truncated, finding.match.truncated, rule);
      const match = before !== undefined && saysTheSame(before, finding.match) ? before : finding.match;
      window.hold(rule.index, match, this.nowMs);
      if (!isIsolated(match)) this.#claims.add(match);
      yield* this.#announce(match, before);
      return;
    }
    window.heldSinceMs.delete(rule.index);
    if (finding.kind === "fails") countRule(this.#parts.counters.truncated, finding.truncated, rule);
    else this.#postpone(finding, window);
  }

  /** Has the window judged again when its absences can be decided. */
  #postpone({ atMs, source }: Extract<Finding, { kind: "pending" }>, window: Window): void {
    if (atMs !== undefined) this.#parts.plan(window, atMs);
    if (source !== undefined) this.#parts.sources.waitFor(source, window);
  }

  /** Lets rules over stories see the match as an event. */
  *#announce(match: Match, before: Match | undefined): Judging<void> {
    const index = this.#parts.index();
    if (!index.usesStories || match.rule.rule.mode === "shadow" || this.limits.levelsMax <= match.level + 1) return;
    const event = storyEvent(match);
    this.#members.set(event.id, match);
    if (before?.signature === match.signature) return;
    const place = { logTimeMs: this.nowMs, position: match.window.openedPosition };
    const jobs = this.joinGroups(index.entry(event.type), event, place);
    if (0 < jobs.length) yield* this.judge(jobs.filter(({ window }) => window !== match.window));
  }

  /** Has the headlines told among all matches that hang together with these traces. */
  #weigh(traces: Set<string>, jobs: readonly Job[]): void {
    const now = this.nowMs;
    const together = this.#claims.component(traces);
    const isolated = jobs.flatMap(({ window }) => [...window.matches.values()].filter(isIsolated));
    const windows = new Set([...jobs.map(({ window }) => window), ...[...together].map(({ window }) => window)]);
    const ripe = new Set([...together].filter((match) => this.#isRipe(match, now)));
    const unripe = [...together].filter((match) => !ripe.has(match));
    for (const headline of arbitrate(ripe, unripe)) this.#parts.book.tell(headline, this.#totalOf(headline.match), now);
    for (const match of isolated) {
      if (this.#isRipe(match, now)) this.#parts.book.tell({ match, demoted: [] }, this.#totalOf(match), now);
    }
    for (const window of windows) {
      const { record } = window;
      if (record?.last?.window !== window || window.matches.has(record.last.rule.index)) continue;
      if (![...window.matches.values()].some((match) => record.last === match)) {
        this.#parts.book.withdraw(record, "later evidence undid it", now);
      }
    }
  }

  #isRipe(match: Match, now: EpochMs): boolean {
    if (match.window.closedBy !== undefined) return true;
    const at = (match.window.heldSinceMs.get(match.rule.index) ?? now) + match.rule.rule.settleMs;
    if (at <= now) return true;
    this.#parts.plan(match.window, at);
    return false;
  }

  /** Events that the match's story stands for: its window's, or those of all traces it claims. */
  #totalOf(match: Match): number {
    if (match.window.joinRule === undefined) return match.window.total;
    let total = 0;
    for (const trace of match.traces) total += this.#parts.windows.get(trace)?.total ?? 0;
    return total;
  }

  #detach(window: Window): void {
    this.#parts.counters.windowsClosed++;
    this.#parts.counters.eventsDropped += window.dropped;
    if (window.joinRule === undefined) this.#parts.windows.close(window);
    else this.#parts.groups.close(window);
  }

  /** Lets go of a closed window's matches, but for those that claim traces whose windows are open. */
  #retire(window: Window): void {
    for (const match of window.matches.values()) {
      if (!isIsolated(match) && [...match.traces].some(this.#isOpen)) this.#claims.park(match);
      else {
        this.#drop(match);
        window.matches.delete(match.rule.index);
      }
    }
    window.slim();
  }

  readonly #isOpen = (traceId: string): boolean => this.#parts.windows.get(traceId) !== undefined;

  #drop(match: Match): void {
    this.#claims.remove(match);
    if (match.window.closedBy !== undefined) this.#members.delete(storyEventId(match));
  }
}

/** Most windows: no rule ever had reason to look into them. */
function isIdle({ armed, matches, joinRule }: Window): boolean {
  return armed.length === 0 && matches.size === 0 && joinRule === undefined;
}
