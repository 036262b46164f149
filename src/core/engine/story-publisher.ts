import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters, Story, StoryChange, StoryStatus } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { LogGaps } from "./log-gaps.ts";
import type { Match } from "./match.ts";
import { contentOf, shapeOf } from "./story-digest.ts";
import { headlineOf, mayReviseAt, type StoryRecord } from "./story-record.ts";
import { rivalsOf } from "./story-rivals.ts";
import { sayMatch, tellStory } from "./storyteller.ts";

/** What is asked of the engine's clock of deadlines. */
export interface BookDeadlines {
  /** Look at the record again at this log time. */
  plan(record: StoryRecord, at: EpochMs): void;
}

/** Makes stories of records, and holds the changes until they are taken. */
export class StoryPublisher {
  readonly changes: StoryChange[] = [];
  readonly #limits: EngineLimits;
  readonly #counters: EngineCounters;
  readonly #deadlines: BookDeadlines;
  readonly #gaps: LogGaps;

  constructor(limits: EngineLimits, counters: EngineCounters, deadlines: BookDeadlines, gaps: LogGaps) {
    this.#limits = limits;
    this.#counters = counters;
    this.#deadlines = deadlines;
    this.#gaps = gaps;
  }

  /** Tells what a record says now, if that is worth telling; `force`: whatever was told a moment ago. */
  publish(record: StoryRecord, totalEvents: number, now: EpochMs, force: boolean): void {
    const match = headlineOf(record);
    if (match === undefined) return;
    const reopened = record.resolvedLogMs !== undefined;
    if (reopened && record.resolvedSignature === match.signature) return;
    const total = record.earlierEvents + totalEvents;
    // More events that no rule binds are worth a revision only when the window closes.
    const isMore = force && (record.toldTotal !== total || record.toldExtent !== extentOf(match));
    const isSame = record.earlier === undefined && record.told === match && record.toldOthers === record.others;
    if (!reopened && !isMore && isSame && record.reviseAtMs === undefined) return;
    const kind = record.told === undefined ? "told" : reopened ? "reopened" : "revised";
    const status: StoryStatus = reopened || record.status === "reopened" ? "reopened" : "open";
    const story = this.#tell(record, match, status, total);
    const isSaid = isSame && saidWith(record, story);
    const content = isSaid ? record.content : contentOf(story);
    if (kind === "revised" && !isMore && !this.#isWorthTelling(record, { story, content }, now, force)) return;
    record.resolvedLogMs = undefined;
    record.toldOthers = record.others;
    record.toldTotal = total;
    record.toldExtent = extentOf(match);
    record.content = content;
    record.shape = isSaid ? record.shape : shapeOf(story);
    record.told = match;
    this.#count(record, kind, now);
    this.#change(record, kind, story, now);
  }

  /** Counts what is told; a story that begins is looked at again when it may be over. */
  #count(record: StoryRecord, kind: StoryChange["kind"], now: EpochMs): void {
    if (kind === "told") this.#counters.storiesTold++;
    else this.#counters.storiesRevised++;
    if (kind !== "revised") this.#deadlines.plan(record, now + this.#limits.resolveAfterMs);
  }

  /** Whether a revision says something new, and now is the time to say it. */
  #isWorthTelling(
    record: StoryRecord,
    { story, content }: { readonly story: Story; readonly content: string },
    now: EpochMs,
    force: boolean,
  ): boolean {
    if (record.content === content) return false;
    return force || record.shape !== shapeOf(story) || !this.#tooSoon(record, now);
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

  /** Ends a story for now. */
  resolve(record: StoryRecord, match: Match, reason: string, now: EpochMs): void {
    this.#counters.storiesResolved++;
    this.#change(record, "resolved", this.#tell(record, match, "resolved", match.window.total, reason), now);
  }

  /** Takes back what was told. */
  retract(record: StoryRecord, told: Match, reason: string, now: EpochMs): void {
    this.#counters.storiesRetracted++;
    this.#change(record, "retracted", this.#tell(record, told, "retracted", 0, reason), now);
    record.resolvedLogMs = now;
    record.resolvedSignature = undefined;
  }

  #tell(record: StoryRecord, match: Match, status: StoryStatus, total: number, statusReason?: string): Story {
    const telling = {
      id: record.id,
      revision: record.revision + 1,
      status,
      statusReason,
      total,
      gap: this.#gaps.touch(match.window),
      ...rivalsOf(record, match),
    };
    const said = sayMatch(match, record.said);
    this.#counters.templatesMissing += said.missing;
    this.#counters.templatesFailed += said.failed;
    // A window that is over is seldom told again, and thousands of stories are remembered.
    record.said = match.window.closedBy === undefined ? said : undefined;
    return tellStory(said, telling);
  }

  #change(record: StoryRecord, kind: StoryChange["kind"], story: Story, now: EpochMs): void {
    record.revision++;
    record.status = story.status;
    record.lastToldLogMs = now;
    this.changes.push({ kind, story });
  }
}

/** Changes with every newer version of an event that a match's window holds; story events may move as a whole. */
function extentOf({ window: { events, firstEventMs } }: Match): number {
  return events.reduce(
    (sum, { count, timeMs, lastMs }) => sum + count + 2 * (lastMs - firstEventMs) - (timeMs - firstEventMs),
    0,
  );
}

/** Whether a story of the same match says what its record said last, but for its time line and its numbers. */
function saidWith({ content, status }: StoryRecord, story: Story): boolean {
  return content !== "" && status === story.status && story.gap !== true;
}
