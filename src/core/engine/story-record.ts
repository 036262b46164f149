import { endOfAlert, isAlertEnd } from "../model/alert-end.ts";
import type { Event } from "../model/event.ts";
import type { RivalData } from "../model/snapshot.ts";
import type { StoryStatus } from "../model/story.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { byTimeThenId } from "./held-events.ts";
import type { BoundStep, Match } from "./match.ts";
import { byRank, isIsolated } from "./match.ts";
import type { Said } from "./storyteller.ts";
import type { Window } from "./window.ts";

/** A match that lost against a story's own; `kept`: it can't change any more, whoever competes later. */
export type Rival = RivalData;

/** Most stories have no rival: they share this. */
export const NO_RIVALS: ReadonlyMap<string, Rival> = new Map();

/** A story as it is remembered: what was last told, and the matches it was told from. */
export interface StoryRecord {
  readonly id: string;
  /** Log position at which its first window opened. */
  readonly openedPosition: number;
  /** Groups whose later windows revise it. */
  groups: string[];
  /** Traces whose last windows it knows. */
  traces: string[];
  revision: number;
  status: StoryStatus;
  /** The match that was told last, with its rivals, and how much its window held; `undefined` before the first time. */
  told: Match | undefined;
  toldOthers: StoryRecord["others"];
  toldTotal: number;
  toldExtent: number;
  /** What it says of its match, while more revisions are to be expected. */
  said: Said | undefined;
  /** What was told last, in brief, to compare: all that a reader sees, and what is worth telling at once. */
  content: string;
  shape: string;
  /** From windows before the last one, as one match. */
  earlier: Match | undefined;
  /** From the last window. */
  last: Match | undefined;
  /** Windows that revised it. */
  windows: number;
  /** Log positions at which those windows opened, as far as they say something. */
  earlierOpened: readonly number[];
  /** Events of the windows before the last one. */
  earlierEvents: number;
  /** Matches that lost against it, by rule key: in its last window, and in those before. */
  others: ReadonlyMap<string, Rival>;
  pastOthers: readonly Rival[];
  lastEvidenceLogMs: EpochMs;
  lastToldLogMs: EpochMs;
  resolvedLogMs: EpochMs | undefined;
  /** The evidence it had then: only more of it opens the story again. */
  resolvedSignature: string | undefined;
  /** A revision is already planned at this log time. */
  reviseAtMs: EpochMs | undefined;
  /** Retracted or forgotten: nothing goes to it any more. */
  gone: boolean;
}

const NO_POSITIONS: readonly number[] = [];
const NO_PAST: readonly Rival[] = [];

/** A record of which nothing was told yet. */
export function openRecord(id: string, openedPosition: number, now: EpochMs): StoryRecord {
  return {
    id,
    openedPosition,
    groups: [],
    traces: [],
    revision: 0,
    status: "open",
    told: undefined,
    toldOthers: NO_RIVALS,
    toldTotal: 0,
    toldExtent: 0,
    said: undefined,
    content: "",
    shape: "",
    earlier: undefined,
    last: undefined,
    windows: 0,
    earlierOpened: NO_POSITIONS,
    earlierEvents: 0,
    others: NO_RIVALS,
    pastOthers: NO_PAST,
    lastEvidenceLogMs: now,
    lastToldLogMs: Number.NEGATIVE_INFINITY,
    resolvedLogMs: undefined,
    resolvedSignature: undefined,
    reviseAtMs: undefined,
    gone: false,
  };
}

/** Events held per step of a story that goes on over many windows; counts go on beyond. */
const EVENTS_PER_STEP_MAX = 200;

/** The match that heads a record: what its windows found, together. */
export function headlineOf(record: StoryRecord): Match | undefined {
  const { earlier, last } = record;
  if (earlier === undefined || last === undefined) return last ?? earlier;
  return mergeWindows(earlier, last);
}

/** What two windows of one story found: of two rules the better one, of one rule all of its evidence. */
export function mergeWindows(a: Match, b: Match): Match {
  const [earlier, later] = b.window.openedPosition < a.window.openedPosition ? [b, a] : [a, b];
  if (earlier.rule.rule.key === later.rule.rule.key) return mergeMatches(earlier, later);
  return byRank(earlier, later) <= 0 ? earlier : later;
}

/** Whether later windows of the same group follow this one in the story, or it is one of those before the last. */
export function isPast(record: StoryRecord, { key, openedPosition }: Window): boolean {
  const { earlier, earlierOpened, last } = record;
  if (last?.window.key === key && openedPosition < last.window.openedPosition) return true;
  return earlier?.window.key === key && earlierOpened.includes(openedPosition);
}

/** Whether the evidence of a match is part of another one's already. */
export function isCovered(match: Match, by: Match): boolean {
  if (match.rule !== by.rule) return false;
  return match.bound.every((step, at) => {
    const known = new Set(by.bound[at]?.events.map(({ id }) => id));
    return step === undefined || step.events.every(({ id }) => known.has(id));
  });
}

/** The longest wait between two revisions of a story that only grows. */
const REVISE_WAIT_MAX_MS = 60_000;

/** When a story may be told again, log time: one that only grows ever less often. */
export function mayReviseAt({ lastToldLogMs, revision }: StoryRecord, everyMs: DurationMs): EpochMs {
  return lastToldLogMs + Math.min(REVISE_WAIT_MAX_MS, everyMs * 2 ** Math.min(revision, 16));
}

/** Whether a story is neither resolved nor gone. */
export function isOpen(record: StoryRecord): boolean {
  return !record.gone && record.resolvedLogMs === undefined;
}

/** What a match's story is of: its trace, or its join group; a rule's own where it stands apart. */
export function groupOf(match: Match): string {
  const scope = match.window.joinRule === undefined ? "trace" : "join";
  return `${isIsolated(match) ? `${match.rule.rule.key}|` : ""}${scope}|${match.window.key}`;
}

/** Whether a story's last match and another are about the same: a common event, or the same time. */
export function isAbout({ last }: StoryRecord, match: Match): boolean {
  if (last === undefined) return false;
  if (last.firstMs <= match.lastMs && match.firstMs <= last.lastMs) return true;
  const own = new Set(match.bound.flatMap((step) => step?.events.map(({ id }) => id) ?? []));
  return last.bound.some((step) => step?.events.some(({ id }) => own.has(id)) === true);
}

/** Whether an event ends the story: by the `resolve` tests of the rule that heads it, or as its last alert's end. */
export function endsStory(record: StoryRecord, event: Event): boolean {
  const head = headlineOf(record);
  if (head === undefined || event.timeMs < head.lastMs) return false;
  const isWord = head.rule.resolve.some((test) => test.matchesType(event.type) && test.matchesFields(event));
  return isWord || (isAlertEnd(event.type) && endsLastAlert(head, event));
}

/** Whether an alert that the story stands on ends, and all others have before. */
function endsLastAlert({ bound, window }: Match, { id: endId }: Event): boolean {
  const alerts = bound
    .flatMap((step) => step?.events ?? [])
    .filter(({ source, type }) => source === "alert" && !isAlertEnd(type))
    .map(({ id }) => endOfAlert(id));
  return alerts.includes(endId) && alerts.every((id) => id === endId || window.find(id) !== undefined);
}

/** The same rule in an earlier and a later window of one group, as one match with both counts. */
function mergeMatches(earlier: Match, later: Match): Match {
  const bound = earlier.bound.map((step, at) => mergeSteps(step, later.bound[at]));
  return {
    ...earlier,
    window: later.window,
    bound,
    root: bound[earlier.rootIndex] ?? earlier.root,
    firstMs: Math.min(earlier.firstMs, later.firstMs),
    lastMs: Math.max(earlier.lastMs, later.lastMs),
    traces: [...new Set([...earlier.traces, ...later.traces])],
    truncated: earlier.truncated || later.truncated,
    signature: `${earlier.signature}+${later.signature}`,
  };
}

function mergeSteps(earlier: BoundStep | undefined, later: BoundStep | undefined): BoundStep | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  const events = new Map(earlier.events.map((event) => [event.id, event]));
  let count = earlier.count;
  let fresh = 0;
  for (const event of later.events) {
    const held = events.get(event.id);
    if (held === undefined) fresh++;
    if (held !== undefined && event.count <= held.count) continue;
    count += event.count - (held?.count ?? 0);
    events.set(event.id, event);
  }
  const all = [...events.values()].sort(byTimeThenId);
  if (EVENTS_PER_STEP_MAX < all.length) all.splice(EVENTS_PER_STEP_MAX >> 1, all.length - EVENTS_PER_STEP_MAX);
  const distinct = Math.max(
    earlier.distinct,
    later.distinct,
    fresh === 0 ? 0 : new Set(all.map(({ entity }) => `${entity.kind}/${entity.namespace}/${entity.name}`)).size,
  );
  return { ...earlier, events: all, count, distinct };
}
