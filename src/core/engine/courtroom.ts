import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EpochMs } from "../model/time.ts";
import { Announcer } from "./announcer.ts";
import { arbitrate, Claims } from "./arbitrate.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { countRule } from "./counters.ts";
import type { CourtroomParts, Job } from "./courtroom-parts.ts";
import { type Finding, type JudgeContext, type Judging, judge } from "./judge.ts";
import type { LogPlace } from "./log-place.ts";
import { isIsolated, type Match, saysTheSame } from "./match.ts";
import type { TypeEntry } from "./rule-index.ts";
import { endsStory, type StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** Judges rules in windows, weighs what holds, and has the headlines told. */
export class Courtroom implements JudgeContext {
  readonly limits: EngineLimits;
  readonly #parts: CourtroomParts;
  readonly claims = new Claims();
  readonly announcer: Announcer;

  constructor(parts: CourtroomParts) {
    this.#parts = parts;
    this.limits = parts.limits;
    this.announcer = new Announcer(parts);
  }

  get nowMs(): EpochMs {
    return this.#parts.now();
  }

  heard(source: string): EpochMs {
    return this.#parts.sources.heard(source);
  }

  traceEvents(traceId: string, window: Window): readonly Event[] {
    const open = this.#parts.windows.get(traceId)?.events ?? [];
    const kept = window.joinRule === undefined ? [] : this.#parts.groups.keptEvents(window, traceId);
    return kept.length === 0 ? open : [...kept, ...open];
  }

  memberOf(event: Event): Match | undefined {
    return this.announcer.memberOf(event);
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
  joinGroups(entry: TypeEntry, event: Event, at: LogPlace, before?: Event): Job[] {
    const { groups } = this.#parts;
    const touched = new Set(
      before === undefined ? [] : groups.remove(before, this.#parts.index().entry(before.type).joins),
    );
    for (const { rule, mask, absences } of entry.joins) {
      for (const group of groups.add(rule, mask, event, at)) touched.add(group);
      if (rule.hasUnkeyed && (mask !== 0 || absences)) {
        for (const group of groups.withTrace(event.traceId)) if (group.joinRule === rule) touched.add(group);
      }
    }
    return [...touched].flatMap((window) =>
      window.joinRule === undefined ? [] : [{ window, rules: [window.joinRule] }],
    );
  }

  *judge(jobs: readonly Job[]): Judging<void> {
    const touched = new Set<string>();
    for (const { window, rules } of jobs) {
      for (const trace of window.record?.last?.traces ?? []) touched.add(trace);
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
    for (const window of windows) window.closedBy = because;
    const jobs = windows.flatMap((window) => (isIdle(window) ? [] : [this.wholeJob(window)]));
    const busy = jobs.filter(({ window, rules }) => 0 < rules.length || 0 < window.matches.size);
    this.#parts.book.closing = new Set(windows);
    if (0 < busy.length) yield* this.judge(busy);
    this.#parts.book.closing = NONE;
    for (const window of windows) this.#detach(window);
    for (const { key, joinRule } of windows) if (joinRule === undefined) this.claims.release(key, this.#isOpen);
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
      for (const match of window.matches.values()) this.claims.remove(match);
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
    const hub = window.joinRule !== undefined && this.#parts.groups.isHub(window);
    countRule(this.#parts.counters.fanOut, hub, rule);
    const refused = hub || window.total < (rule.rule.minEvents ?? 1);
    const finding: Finding = refused ? { kind: "fails", truncated: false } : yield* judge(rule, window, this);
    const before = window.matches.get(rule.index);
    if (before !== undefined) this.claims.remove(before);
    window.matches.delete(rule.index);
    if (finding.kind === "holds") {
      countRule(this.#parts.counters.truncated, finding.match.truncated, rule);
      const match = before !== undefined && saysTheSame(before, finding.match) ? before : finding.match;
      window.hold(rule.index, match, this.nowMs);
      if (!isIsolated(match)) this.claims.add(match);
      if (match !== before) yield* this.#judgeOther(this.announcer.announce(match));
      return;
    }
    window.heldSinceMs.delete(rule.index);
    if (finding.kind === "fails") countRule(this.#parts.counters.truncated, finding.truncated, rule);
    else this.#postpone(finding, window);
    if (before === undefined) return;
    this.#parts.book.undo(before, this.nowMs);
    yield* this.#judgeOther(this.announcer.withdraw(before));
  }

  *#judgeOther(jobs: readonly Job[]): Judging<void> {
    if (0 < jobs.length) yield* this.judge(jobs);
  }

  /** Has the window judged again when its absences can be decided. */
  #postpone({ atMs, source }: Extract<Finding, { kind: "pending" }>, window: Window): void {
    if (atMs !== undefined) this.#parts.plan(window, atMs);
    if (source !== undefined) this.#parts.sources.waitFor(source, window);
  }

  /** Has the headlines told among all matches that hang together with these traces. */
  #weigh(traces: Set<string>, jobs: readonly Job[]): void {
    const now = this.nowMs;
    const together = this.claims.component(traces);
    const isolated = jobs.flatMap(({ window }) => [...window.matches.values()].filter(isIsolated));
    const windows = new Set([...jobs.map(({ window }) => window), ...[...together].map(({ window }) => window)]);
    const ripe = new Set([...together].filter((match) => this.#isRipe(match, now)));
    const unripe = [...together].filter((match) => !ripe.has(match));
    for (const headline of arbitrate(ripe, unripe)) this.#parts.book.tell(headline, this.#totalOf(headline.match), now);
    for (const match of isolated) {
      if (this.#isRipe(match, now)) this.#parts.book.tell({ match, demoted: [] }, this.#totalOf(match), now);
    }
    for (const { record } of windows) {
      if (record?.last !== undefined && windows.has(record.last.window) && !isHeld(record.last)) {
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
    this.#parts.observe?.(window, this);
    this.#parts.counters.windowsClosed++;
    this.#parts.counters.eventsDropped += window.dropped;
    if (window.joinRule === undefined) {
      this.#parts.groups.keepTrace(window);
      this.#parts.windows.close(window);
    } else this.#parts.groups.close(window);
  }

  /** Lets go of a closed window's matches, but for those that claim traces whose windows are open. */
  #retire(window: Window): void {
    for (const match of window.matches.values()) {
      if (!isIsolated(match) && [...match.traces].some(this.#isOpen)) this.claims.park(match);
      else {
        this.claims.remove(match);
        window.matches.delete(match.rule.index);
      }
    }
    window.slim();
  }

  readonly #isOpen = (traceId: string): boolean => {
    const window = this.#parts.windows.get(traceId);
    return window !== undefined && window.closedBy === undefined;
  };
}

const NONE: ReadonlySet<Window> = new Set();

/** Most windows: no rule ever had reason to look into them. */
function isIdle({ armed, matches, joinRule }: Window): boolean {
  return armed.length === 0 && matches.size === 0 && joinRule === undefined;
}

/** Whether a match is what its window found last. */
function isHeld(match: Match): boolean {
  return match.window.matches.get(match.rule.index) === match;
}
