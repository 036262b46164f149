import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { RuleMeaning } from "../model/snapshot.ts";
import type { EpochMs } from "../model/time.ts";
import { Announcer } from "./announcer.ts";
import { arbitrate, Claims } from "./arbitrate.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { countRule } from "./counters.ts";
import type { CourtroomParts, Job } from "./courtroom-parts.ts";
import { Docket } from "./docket.ts";
import { type Finding, type JudgeContext, type Judging, judge } from "./judge.ts";
import { byRule, isHeld, isIsolated, type Match, saysTheSame } from "./match.ts";
import { renewRules } from "./renew-rules.ts";
import { endsStory } from "./story-record.ts";
import type { Window } from "./window.ts";
import type { DueWindow } from "./window-list.ts";

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
    const open = this.#parts.windows.get(traceId);
    return this.#parts.groups.byTrace.eventsBeside(window, traceId, open);
  }

  memberOf(event: Event): Match | undefined {
    return this.announcer.memberOf(event);
  }

  /** All rules that could hold in the window. */
  wholeJob(window: Window): Job {
    if (window.joinRule !== undefined) return { window, rules: [window.joinRule] };
    return { window, rules: window.total < this.limits.minEvents ? [] : window.ready };
  }

  /** Judges these, and all that their stories bring about; then weighs what holds, once. */
  *judge(jobs: readonly Job[]): Judging<void> {
    yield* this.#sit(new Docket(jobs));
  }

  /** Judges in a window, as was planned, what was put off until now and what must be absent. */
  *judgePlanned(window: Window): Judging<void> {
    const { rules } = this.wholeJob(window);
    // In a window that has closed all that holds claims its trace anew.
    const undecided = window.closedBy === undefined ? window.takePutOff(rules) : rules;
    // One that was judged already counts as judged again: it would be found to say the same.
    window.judgements += rules.length - undecided.length;
    yield* this.judge([{ window, rules: undecided }]);
    if (window.closedBy !== undefined && window.joinRule !== undefined && !window.pending) this.#decided(window);
  }

  *#sit(docket: Docket): Judging<void> {
    for (let job = docket.next(); job !== undefined; job = docket.next()) {
      for (const rule of job.rules) docket.add(yield* this.#judgeRule(rule, job.window, docket));
    }
    this.#weigh(docket);
    for (const window of docket.windows) if (window.closedBy !== undefined) this.#retire(window);
  }

  /** Closes a window that needs no last look, as most. */
  closeIdle({ window, because }: DueWindow): void {
    window.closedBy = because;
    this.#detach(window);
    if (window.joinRule === undefined) this.#release([window.key]);
  }

  /** Closes windows at one moment: they are judged for the last time, and weighed together. */
  *close(windows: readonly Window[], because: string): Judging<void> {
    for (const window of windows) window.closedBy = because;
    const jobs = windows.map((window) => ({
      window,
      rules: this.wholeJob(window).rules.filter((rule) => window.isUndecided(rule)),
    }));
    const busy = jobs.filter(({ window, rules }) => 0 < rules.length || 0 < window.matches.length);
    if (0 < busy.length) {
      // At the end of input stories may open groups, which end with all others.
      const docket = new Docket(busy, because === "end" ? because : undefined);
      yield* this.#sit(docket);
      const known = new Set(windows);
      if (because === "end") for (const window of docket.windows) if (!known.has(window)) this.#detach(window);
    }
    for (const window of windows) this.#detach(window);
    for (const { key, joinRule } of windows) if (joinRule === undefined) this.#release([key]);
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

  /** Other rules are in force: what means the same stays, the rest is judged anew. */
  *renew(before: readonly RuleMeaning[]): Judging<void> {
    const { windows, groups, book } = this.#parts;
    const index = this.#parts.index();
    const { claims, announcer, nowMs } = this;
    const { jobs, lost } = renewRules({ before, index, windows, groups, book, claims, announcer, nowMs });
    const told = [...book.records].flatMap(({ last }) => last?.window ?? []);
    for (const window of [...book.windows, ...told]) if (window.closedBy !== undefined) window.renewClosed(index);
    const docket = new Docket(jobs);
    for (const match of lost) {
      docket.lose(match);
      docket.add(announcer.withdraw(match));
    }
    yield* this.#sit(docket);
  }

  *#judgeRule(rule: CompiledRule, window: Window, docket: Docket): Judging<readonly Job[]> {
    window.judgements++;
    const hub = window.joinRule !== undefined && this.#parts.groups.isHub(window);
    const refused = hub || window.lacksSteps || window.total < (rule.rule.minEvents ?? 1);
    countRule(this.#parts.counters.fanOut, hub, rule);
    const finding: Finding = refused ? { kind: "fails", truncated: false } : yield* judge(rule, window, this);
    window.pending = finding.kind === "pending";
    const before = window.matchOf(rule);
    if (before !== undefined) this.#drop(before, docket);
    if (finding.kind === "holds") {
      countRule(this.#parts.counters.truncated, finding.match.truncated, rule);
      const match = before !== undefined && saysTheSame(before, finding.match) ? before : finding.match;
      window.hold(match, this.nowMs);
      if (!isIsolated(match)) this.claims.add(match);
      return match === before ? [] : this.announcer.announce(match);
    }
    window.heldSinceMs.delete(rule.rule.key);
    if (finding.kind === "fails") countRule(this.#parts.counters.truncated, finding.truncated, rule);
    else this.#postpone(finding, window);
    return before === undefined ? [] : this.announcer.withdraw(before);
  }

  #drop(match: Match, docket: Docket): void {
    docket.lose(match);
    this.claims.remove(match);
    match.window.drop(match);
  }

  /** Has the window judged again when its absences can be decided. */
  #postpone({ atMs, source }: Extract<Finding, { kind: "pending" }>, window: Window): void {
    if (atMs !== undefined) this.#parts.plan(window, atMs);
    if (source !== undefined) this.#parts.sources.waitFor(source, window);
  }

  /** Has the headlines told among all matches that hang together with what was judged. */
  #weigh(docket: Docket): void {
    if (docket.foundNothing) return;
    const { windows: judged, lost } = docket;
    const [now, { book, windows }] = [this.nowMs, this.#parts];
    const only = docket.onlyMatch;
    if (only !== undefined && this.claims.isAlone(only) && this.#isRipe(only, now)) {
      book.settle([{ match: only, demoted: [] }], judged, (match) => windows.totalOf(match), now);
      return;
    }
    const held = [...judged].flatMap(({ matches }) => matches);
    const heads = [...judged].flatMap(({ record }) => record?.last ?? []);
    for (const match of lost) if (match.window.matchOf(match.rule) === undefined) book.undo(match, now);
    const together = this.claims.component([...held, ...heads, ...lost]);
    for (const head of heads) if (isHeld(head)) together.add(head);
    const weighed = new Set([...judged, ...[...together].map(({ window }) => window)]);
    const ripe = new Set([...together].filter((match) => this.#isRipe(match, now)));
    const unripe = [...together].filter((match) => !ripe.has(match));
    // In the order of the packs, for which of them was found last hangs on when they were judged.
    const alone = [...judged].flatMap(({ matches }) =>
      matches.filter((match) => isIsolated(match) && this.#isRipe(match, now)).sort(byRule),
    );
    const headlines = [...arbitrate(ripe, unripe), ...alone.map((match) => ({ match, demoted: [] }))];
    book.settle(headlines, weighed, (match) => windows.totalOf(match), now);
  }

  #isRipe(match: Match, now: EpochMs): boolean {
    if (match.window.closedBy !== undefined) return true;
    const at = (match.window.heldSinceMs.get(match.rule.rule.key) ?? now) + match.rule.rule.settleMs;
    if (at <= now) return true;
    this.#parts.plan(match.window, at);
    return false;
  }

  #detach(window: Window): void {
    this.#parts.observe?.(window, this);
    this.#parts.counters.windowsClosed++;
    this.#parts.counters.eventsDropped += window.dropped;
    const { windows, groups } = this.#parts;
    if (window.joinRule === undefined) {
      groups.byTrace.keep(window);
      windows.close(window);
      return;
    }
    if (window.pending) groups.byTrace.keepOpen(window, (traceId) => windows.get(traceId));
    else this.#decided(window);
    groups.close(window);
  }

  /** Nothing that comes can change any more what was found in a join group. */
  #decided(window: Window): void {
    this.#parts.groups.byTrace.release(window);
    this.#parts.sources.forget(window);
    window.judgeAtMs = undefined;
  }

  /** A closed window's claims stay while what they compete with can still change. */
  #retire(window: Window): void {
    const claims = window.matches.filter((match) => !isIsolated(match));
    for (const match of claims) this.claims.park(match);
    this.#release(new Set(claims.flatMap(({ traces }) => traces)));
    window.slim();
  }

  #release(traces: Iterable<string>): void {
    for (const match of this.claims.release(traces, this.#isNeeded)) this.#parts.book.keepRival(match);
  }

  /** Whether a parked match competes with one in a window that is open, or can come up there. */
  readonly #isNeeded = ({ window: { lastLogMs }, traces }: Match): boolean => {
    const closedMs = lastLogMs + this.limits.correlationWindowMs;
    const wasThere = (window: Window | undefined): boolean =>
      window !== undefined && window.closedBy === undefined && window.openedLogMs <= closedMs;
    for (const trace of traces) {
      if (wasThere(this.#parts.windows.get(trace))) return true;
      for (const { window } of this.claims.of(trace)) if (wasThere(window)) return true;
    }
    return false;
  };
}
