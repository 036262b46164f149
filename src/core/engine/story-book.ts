import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters, StoryChange } from "../model/story.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { type Headline, outranks } from "./arbitrate.ts";
import { assignStories } from "./assign-stories.ts";
import type { LogGaps } from "./log-gaps.ts";
import { byRank, isHeld, isIsolated, type Match } from "./match.ts";
import { type BookDeadlines, StoryPublisher } from "./story-publisher.ts";
import { headlineOf, isAbout, isOpen, isPast, type StoryRecord } from "./story-record.ts";
import { dropLast, dropRival, foldWindow, keepRival, markKept, setLast } from "./story-rivals.ts";
import { StoryShelf } from "./story-shelf.ts";
import type { Window } from "./window.ts";

const UNDONE = "later evidence undid it";

/** All stories that are remembered, and the changes to them that were not taken yet. */
export class StoryBook {
  readonly #limits: EngineLimits;
  readonly #deadlines: BookDeadlines;
  /** How long a story that ended is remembered: for as long as what was found in its windows may be weighed again. */
  readonly #rememberMs: DurationMs;
  readonly #publisher: StoryPublisher;
  readonly #shelf: StoryShelf;
  /** The story that a match lost against. */
  readonly #rivals = new WeakMap<Match, StoryRecord>();

  constructor(limits: EngineLimits, counters: EngineCounters, deadlines: BookDeadlines, gaps: LogGaps) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#rememberMs = Math.max(limits.reopenWithinMs, 2 * limits.maxWindowMs);
    this.#shelf = new StoryShelf(limits, counters);
    this.#publisher = new StoryPublisher(limits, counters, deadlines, gaps);
  }

  get changes(): StoryChange[] {
    return this.#publisher.changes;
  }

  /** The story that later windows of a trace revise. */
  ofTrace(traceId: string): StoryRecord | undefined {
    return this.#shelf.ofTrace(traceId);
  }

  /** The closed window of a trace that late evidence belongs to, where a story remembers it. */
  closedWindow(traceId: string): Window | undefined {
    return this.#shelf.closedWindow(traceId);
  }

  /** All stories that are remembered, the oldest first. */
  get records(): Iterable<StoryRecord> {
    return this.#shelf.records;
  }

  /** The windows that late evidence goes to. */
  get windows(): Iterable<Window> {
    return this.#shelf.windows;
  }

  /** The story that a match lost against. */
  rivalOf(match: Match): StoryRecord | undefined {
    return this.#rivals.get(match);
  }

  /** Takes a story from a snapshot. */
  recall(record: StoryRecord): void {
    this.#shelf.recall(record);
  }

  recallWindow(window: Window): void {
    this.#shelf.recallWindow(window);
  }

  recallRival(match: Match, record: StoryRecord): void {
    this.#rivals.set(match, record);
  }

  /**
   * Brings the stories in line with what holds: each headline has one, new or revised, and those that
   * were told of these windows and head nothing any more are withdrawn.
   */
  settle(
    headlines: readonly Headline[],
    weighed: ReadonlySet<Window>,
    totalOf: (match: Match) => number,
    now: EpochMs,
  ): void {
    const assigned = assignStories(headlines, weighed, now, this.#shelf);
    for (const [record, many] of assigned) {
      for (const { match } of many) this.#absorb(record, match, weighed, now);
    }
    this.#withdrawRest(assigned, weighed, now);
    for (const [record, many] of assigned) {
      this.#adopt(record, many, weighed);
      record.lastEvidenceLogMs = now;
      const match = record.last;
      const isOver = match?.window.closedBy !== undefined || match === undefined;
      this.#publisher.publish(record, match === undefined ? 0 : totalOf(match), now, isOver);
      if (isOver) record.said = undefined;
    }
  }

  /** A match no longer holds: it is nobody's rival any more, and a story of its own goes. */
  undo(match: Match, now: EpochMs): void {
    const winner = this.#rivals.get(match);
    if (winner !== undefined) dropRival(winner, match.rule.rule.key);
    const own = isIsolated(match) ? this.#shelf.of(match) : undefined;
    if (own?.last?.window === match.window) this.#withdraw(own, UNDONE, now);
  }

  /** A match that lost can't change any more. */
  keepRival(match: Match): void {
    const winner = this.#rivals.get(match);
    if (winner !== undefined) markKept(winner, match.rule.rule.key);
  }

  /** The time that a planned look was for has come: revise, resolve or forget. */
  look(record: StoryRecord, totalEvents: number, now: EpochMs): void {
    if (record.gone || record.told === undefined) return;
    if (record.reviseAtMs !== undefined && record.reviseAtMs <= now) {
      record.reviseAtMs = undefined;
      this.#publisher.publish(record, totalEvents, now, true);
    }
    if (record.resolvedLogMs !== undefined) {
      const forgetAt = record.resolvedLogMs + this.#rememberMs;
      if (forgetAt <= now) this.#shelf.forget(record);
      else this.#deadlines.plan(record, forgetAt);
    } else if (record.lastEvidenceLogMs + this.#limits.resolveAfterMs <= now) this.resolve(record, "quiet", now);
    else this.#deadlines.plan(record, record.lastEvidenceLogMs + this.#limits.resolveAfterMs);
  }

  /** Ends a story; more evidence than it has now opens it again. */
  resolve(record: StoryRecord, reason: string, now: EpochMs): void {
    const match = headlineOf(record);
    if (record.gone || record.told === undefined || match === undefined || record.resolvedLogMs !== undefined) return;
    record.resolvedLogMs = now;
    record.resolvedSignature = match.signature;
    this.#publisher.resolve(record, match, reason, now);
    this.#deadlines.plan(record, now + this.#rememberMs);
  }

  /** Takes back what was told of these windows and heads nothing any more. */
  #withdrawRest(
    assigned: ReadonlyMap<StoryRecord, readonly Headline[]>,
    weighed: ReadonlySet<Window>,
    now: EpochMs,
  ): void {
    const partOf = new Map<Match, StoryRecord>();
    for (const [record, many] of assigned)
      for (const { demoted } of many) for (const other of demoted) partOf.set(other, record);
    for (const { record } of weighed) {
      if (record?.last === undefined || assigned.has(record) || !weighed.has(record.last.window)) continue;
      const winner = partOf.get(record.last);
      this.#withdraw(record, winner === undefined ? UNDONE : `part of story ${winner.id}`, now);
    }
  }

  /** The record's last match no longer holds, or is part of another story. */
  #withdraw(record: StoryRecord, reason: string, now: EpochMs): void {
    if (record.gone || record.told === undefined) return;
    dropLast(record);
    if (record.earlier !== undefined) {
      this.#publisher.publish(record, 0, now, true);
      return;
    }
    this.#publisher.retract(record, record.told, reason, now);
    this.#shelf.takeBack(record);
    this.#deadlines.plan(record, now + this.#rememberMs);
  }

  /** Brings a record in line with the headlines that go to it: its last windows, the earliest first. */
  #adopt(record: StoryRecord, many: readonly Headline[], weighed: ReadonlySet<Window>): void {
    const told = new Set(many.map(({ match }) => match.window));
    const { last } = record;
    const isWeighed = last !== undefined && !isIsolated(last) && weighed.has(last.window);
    if (isWeighed && !told.has(last.window)) dropLast(record);
    for (const { match, demoted } of many) {
      this.#shelf.claim(record, match);
      this.#shelf.keepWindow(record, match.window);
      this.#rivals.delete(match);
      if (!isIsolated(match)) match.window.record = record;
      for (const other of demoted) this.#demote(record, other);
      if (isPast(record, match.window)) foldWindow(record, match, demoted);
      else setLast(record, match, demoted);
    }
  }

  #demote(record: StoryRecord, other: Match): void {
    this.#rivals.set(other, record);
    this.#shelf.keepWindow(record, other.window);
    other.window.record = record;
  }

  /** Stories of closed windows that a match now explains become part of its own. */
  #absorb(record: StoryRecord, match: Match, weighed: ReadonlySet<Window>, now: EpochMs): void {
    if (isIsolated(match)) return;
    for (const trace of match.traces) {
      const theirs = this.ofTrace(trace);
      const last = theirs?.last;
      if (theirs === undefined || last === undefined || theirs === record || !isOpen(theirs)) continue;
      if (weighed.has(last.window) || !isHeld(last) || !isAbout(theirs, match)) continue;
      if (0 < byRank(match, last) && !outranks(match, last)) continue;
      keepRival(record, last, match);
      this.#withdraw(theirs, `part of story ${record.id}`, now);
      this.#demote(record, last);
    }
  }
}
