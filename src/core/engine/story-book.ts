import { canonicalJson, sha256Hex } from "../model/hash.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters, Story, StoryChange, StoryStatus } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import { type Headline, outranks, whyDemoted } from "./arbitrate.ts";
import { byRank, isIsolated, isMadeOf, type Match } from "./match.ts";
import { contentOf, shapeOf } from "./story-digest.ts";
import { groupOf, headlineOf, isAbout, isOpen, mayReviseAt, openRecord, type StoryRecord } from "./story-record.ts";
import { addRival, dropRival, foldWindow, rivalsOf } from "./story-rivals.ts";
import { tellStory } from "./storyteller.ts";
import type { Window } from "./window.ts";

/** What the book asks of the engine's clock of deadlines. */
export interface BookDeadlines {
  /** Look at the record again at this log time. */
  plan(record: StoryRecord, at: EpochMs): void;
}

/** All stories that are remembered, and the changes to them that were not taken yet. */
export class StoryBook {
  readonly changes: StoryChange[] = [];
  /** Windows that close at this moment: each other's rivals, not each other's past. */
  closing: ReadonlySet<Window> = new Set();
  readonly #limits: EngineLimits;
  readonly #counters: EngineCounters;
  readonly #deadlines: BookDeadlines;
  readonly #byGroup = new Map<string, StoryRecord>();
  /** The last window of each trace that a story knows: where late evidence goes. */
  readonly #windows = new Map<string, Window>();
  readonly #records = new Set<StoryRecord>();
  /** The story that a match lost against. */
  readonly #rivals = new WeakMap<Match, StoryRecord>();

  constructor(limits: EngineLimits, counters: EngineCounters, deadlines: BookDeadlines) {
    this.#limits = limits;
    this.#counters = counters;
    this.#deadlines = deadlines;
  }

  /** The story that later windows of a trace revise. */
  ofTrace(traceId: string): StoryRecord | undefined {
    return this.#byGroup.get(`trace|${traceId}`);
  }

  /** All stories that are remembered, the oldest first. */
  get records(): Iterable<StoryRecord> {
    return this.#records;
  }

  /** The windows that late evidence goes to. */
  get windows(): Iterable<Window> {
    return this.#windows.values();
  }

  /** The story that a match lost against. */
  rivalOf(match: Match): StoryRecord | undefined {
    return this.#rivals.get(match);
  }

  /** Takes a story from a snapshot. */
  recall(record: StoryRecord): void {
    this.#records.add(record);
    for (const group of record.groups) this.#byGroup.set(group, record);
  }

  recallWindow(window: Window): void {
    this.#windows.set(window.key, window);
  }

  recallRival(match: Match, record: StoryRecord): void {
    this.#rivals.set(match, record);
  }

  /** The closed window of a trace that late evidence belongs to, where a story remembers it. */
  closedWindow(traceId: string): Window | undefined {
    const window = this.#windows.get(traceId);
    return window?.closedBy === undefined ? undefined : window;
  }

  /** Tells a headline: a new story, or a revision of the one that its group already has. */
  tell(headline: Headline, totalEvents: number, now: EpochMs): StoryRecord {
    const { match } = headline;
    const record = this.#recordFor(headline, now);
    this.#adopt(record, match);
    for (const other of headline.demoted) this.#demote(record, other, match);
    this.#absorb(record, match);
    record.lastEvidenceLogMs = now;
    this.#publish(record, totalEvents, now, match.window.closedBy !== undefined);
    return record;
  }

  /** A match no longer holds: it is nobody's rival any more, and a story of its own goes. */
  undo(match: Match, now: EpochMs): void {
    const winner = this.#rivals.get(match);
    if (winner !== undefined) dropRival(winner, match.rule.rule.key);
    const own = isIsolated(match) ? this.#byGroup.get(groupOf(match)) : undefined;
    if (own?.last === match) this.withdraw(own, "later evidence undid it", now);
  }

  /** The record's last match no longer holds, and nothing took its place. */
  withdraw(record: StoryRecord, reason: string, now: EpochMs): void {
    if (record.gone || record.told === undefined) return;
    record.last = undefined;
    if (record.earlier !== undefined) {
      this.#publish(record, 0, now, true);
      return;
    }
    this.#counters.storiesRetracted++;
    this.#change(record, "retracted", this.#tell(record, record.told, "retracted", 0, reason), now);
    this.#forget(record);
  }

  /** The time that a planned look was for has come: revise, resolve or forget. */
  look(record: StoryRecord, totalEvents: number, now: EpochMs): void {
    if (record.gone || record.told === undefined) return;
    if (record.reviseAtMs !== undefined && record.reviseAtMs <= now) {
      record.reviseAtMs = undefined;
      this.#publish(record, totalEvents, now, true);
    }
    if (record.resolvedLogMs !== undefined) {
      const forgetAt = record.resolvedLogMs + this.#limits.reopenWithinMs;
      if (forgetAt <= now) this.#forget(record);
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
    this.#counters.storiesResolved++;
    this.#change(record, "resolved", this.#tell(record, match, "resolved", match.window.total, reason), now);
    this.#deadlines.plan(record, now + this.#limits.reopenWithinMs);
  }

  #recordFor({ match, demoted }: Headline, now: EpochMs): StoryRecord {
    const group = groupOf(match);
    const own = this.#byGroup.get(group);
    if (own !== undefined) return own;
    const isolated = isIsolated(match);
    if (!isolated) {
      const rooted = match.window.joinRule === undefined ? undefined : this.#byGroup.get(`trace|${match.rootTrace}`);
      const live = [rooted, match.window.record, ...demoted.map(({ window }) => window.record)].find(
        (record) =>
          record !== undefined &&
          (record.last?.window.closedBy === undefined || isAbout(record, match)) &&
          isOpen(record),
      );
      if (live !== undefined) return live;
    }
    return this.#create(match, group, now);
  }

  #create(match: Match, group: string, now: EpochMs): StoryRecord {
    const position = match.window.openedPosition;
    const id = `st_${sha256Hex(canonicalJson([group, position])).slice(0, 24)}`;
    const record = openRecord(id, position, now);
    this.#records.add(record);
    if (this.#limits.storiesMax < this.#records.size) {
      for (const oldest of this.#records) {
        this.#counters.storiesForgotten++;
        this.#forget(oldest);
        break;
      }
    }
    return record;
  }

  #adopt(record: StoryRecord, match: Match): void {
    const isolated = isIsolated(match);
    for (const group of isolated ? [groupOf(match)] : [groupOf(match), `trace|${match.rootTrace}`]) {
      if (this.#byGroup.has(group)) continue;
      this.#byGroup.set(group, record);
      record.groups.push(group);
    }
    const { last } = record;
    const isPast = last !== undefined && last.window.closedBy !== undefined && !this.closing.has(last.window);
    if (isPast && last.window !== match.window && !isMadeOf(match, last)) foldWindow(record, last);
    if (last?.window !== match.window) record.windows++;
    record.last = match;
    this.#keepWindow(record, match.window);
    if (!isolated) match.window.record = record;
  }

  /** Stories of closed windows that the match now explains become part of its own. */
  #absorb(record: StoryRecord, match: Match): void {
    if (isIsolated(match)) return;
    for (const trace of match.traces) {
      const theirs = this.ofTrace(trace);
      if (theirs === undefined || theirs === record || theirs.last === undefined || !isOpen(theirs)) continue;
      if (!isAbout(theirs, match) || (0 < byRank(match, theirs.last) && !outranks(match, theirs.last))) continue;
      this.#demote(record, theirs.last, match);
    }
  }

  #demote(record: StoryRecord, other: Match, winner: Match): void {
    const { key, title } = other.rule.rule;
    const supersededBy = winner.rule.supersedes.has(key) || isMadeOf(winner, other);
    addRival(record, { rule: key, title, because: whyDemoted(other, winner), supersededBy });
    this.#rivals.set(other, record);
    this.#keepWindow(record, other.window);
    const theirs = other.window.record;
    if (theirs === undefined || theirs === record || theirs.gone || theirs.last?.window !== other.window) return;
    this.withdraw(theirs, `part of story ${record.id}`, record.lastEvidenceLogMs);
    other.window.record = record;
  }

  #publish(record: StoryRecord, totalEvents: number, now: EpochMs, force: boolean): void {
    const match = headlineOf(record);
    if (match === undefined) return;
    const reopened = record.resolvedLogMs !== undefined;
    if (reopened && record.resolvedSignature === match.signature) return;
    const total = record.earlierEvents + totalEvents;
    const isSame = record.told === match && record.toldOthers === record.others;
    // More events that no rule binds are worth a revision only when the window closes.
    const isMore = force && record.toldTotal !== total;
    if (!reopened && isSame && !isMore && record.reviseAtMs === undefined) return;
    const status: StoryStatus = reopened || record.status === "reopened" ? "reopened" : "open";
    const story = this.#tell(record, match, status, total);
    const content = contentOf(story);
    const before = record.told;
    if (before !== undefined && !reopened && !isMore && record.content === content) return;
    const shape = shapeOf(story);
    if (before !== undefined && !reopened && !force && record.shape === shape && this.#tooSoon(record, now)) return;
    record.resolvedLogMs = undefined;
    record.toldOthers = record.others;
    record.toldTotal = total;
    record.content = content;
    record.shape = shape;
    if (before === undefined) this.#counters.storiesTold++;
    else this.#counters.storiesRevised++;
    if (before === undefined || reopened) this.#deadlines.plan(record, now + this.#limits.resolveAfterMs);
    this.#change(record, before === undefined ? "told" : reopened ? "reopened" : "revised", story, now);
    record.told = match;
  }

  /** A story that only grows is revised ever less often, up to once a minute; the rest is planned. */
  #tooSoon(record: StoryRecord, now: EpochMs): boolean {
    const at = mayReviseAt(record, this.#limits.reviseEveryMs);
    if (at <= now) return false;
    if (record.reviseAtMs === undefined) {
      record.reviseAtMs = at;
      this.#deadlines.plan(record, at);
    }
    return true;
  }

  #tell(record: StoryRecord, match: Match, status: StoryStatus, total: number, statusReason?: string): Story {
    const telling = {
      id: record.id,
      revision: record.revision + 1,
      status,
      statusReason,
      total,
      ...rivalsOf(record, match),
    };
    return tellStory(match, telling, this.#counters);
  }

  #change(record: StoryRecord, kind: StoryChange["kind"], story: Story, now: EpochMs): void {
    record.revision++;
    record.status = story.status;
    record.lastToldLogMs = now;
    this.changes.push({ kind, story });
  }

  #keepWindow(record: StoryRecord, window: Window): void {
    if (window.joinRule !== undefined) return;
    this.#windows.set(window.key, window);
    if (!record.traces.includes(window.key)) record.traces.push(window.key);
  }

  #forget(record: StoryRecord): void {
    record.gone = true;
    this.#records.delete(record);
    for (const trace of record.traces) {
      const owner = this.#windows.get(trace)?.record;
      if (owner === undefined || owner.gone) this.#windows.delete(trace);
    }
    for (const group of record.groups) if (this.#byGroup.get(group) === record) this.#byGroup.delete(group);
  }
}
