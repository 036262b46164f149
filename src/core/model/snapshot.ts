import type { Event } from "./event.ts";
import type { ConfidencePart, LostMatch, StoryStatus } from "./story.ts";
import type { EpochMs } from "./time.ts";

/**
 * What an engine knows beside the log, at one position of it: plain data, to be kept as JSON. It
 * holds no events of open windows; those are read from the log again, from `since` on. What it
 * holds of stories is whole: their windows may have closed long ago.
 */
export interface EngineSnapshot {
  readonly format: 1;
  /** Log time; `null` before the first event. */
  readonly nowMs: EpochMs | null;
  /** The rules in force, with what each meant: a digest. */
  readonly rules: readonly RuleMeaning[];
  /** Every event up to here has been taken. */
  readonly position: number;
  /** The log must be read again from this position on; behind `position` where no window is open. */
  readonly since: number;
  /** Where the open windows of traces were opened, ascending. */
  readonly opened: readonly number[];
  /** Events that came into closed windows since `since`. */
  readonly late: readonly number[];
  /** The open join groups, the one idle longest first. */
  readonly groups: readonly GroupData[];
  /** Open windows of which more is known than their events. */
  readonly states: readonly StateData[];
  /** Matches of closed windows that still claim open traces. */
  readonly parked: readonly MatchData[];
  /** What is to be done at a log time, with the order among what is due at one time. */
  readonly deadlines: readonly DeadlineData[];
  readonly stories: readonly RecordData[];
  /** The windows that late evidence goes to. */
  readonly remembered: readonly WindowRef[];
  readonly heard: readonly (readonly [source: string, lastMs: EpochMs])[];
  readonly waiting: readonly (readonly [source: string, window: WindowRef])[];
  /** Where the log had lost entries before they could be read. */
  readonly gaps?: readonly LogGap[];
}

/** A stretch of log time of which entries are missing: from the last one before it to the first one behind it. */
export interface LogGap {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** A rule by its key, and the digest of what it means. */
export type RuleMeaning = readonly [key: string, meaning: string];

/** A judgement of a window, or a look at a story. */
export type DeadlineData = readonly [
  at: EpochMs,
  order: number,
  of: { readonly window: WindowRef } | { readonly story: string },
];

/** Names a window: an open one by its key, a closed one by a number that is the same wherever it is meant. */
export type WindowRef =
  | { readonly trace: string }
  | { readonly group: string }
  | { readonly closed: number; readonly data?: WindowData };

/** A join group: the events of the log come into it again, those of stories are here. */
export interface GroupData {
  readonly name: string;
  readonly rule: string;
  readonly group: Readonly<Record<string, string>>;
  readonly openedPosition: number;
  readonly openedLogMs: EpochMs;
  readonly lastLogMs: EpochMs;
  readonly firstEventMs: EpochMs;
  readonly lastEventMs: EpochMs;
  /** Its place among the open groups in the order in which they opened. */
  readonly order: number;
  /** It was a story that opened it, behind the event at `openedPosition`. */
  readonly byStory: boolean;
  /** Windows of its traces that closed before it did, for rules that look into them. */
  readonly kept: readonly WindowRef[];
  readonly stories: readonly {
    readonly event: Event;
    readonly bits: number;
    readonly match: MatchData | undefined;
  }[];
}

/** What was found in a window so far. */
export interface StateData {
  readonly window: WindowRef;
  readonly matches: readonly MatchData[];
  /** By rule key. */
  readonly heldSinceMs: readonly (readonly [rule: string, ms: EpochMs])[];
  readonly judgeAtMs: EpochMs | undefined;
  readonly judgements: number;
  readonly record: string | undefined;
}

/** A closed window, whole. */
export interface WindowData {
  readonly key: string;
  readonly rule: string | undefined;
  readonly group: Readonly<Record<string, string>>;
  readonly openedPosition: number;
  readonly openedLogMs: EpochMs;
  readonly lastLogMs: EpochMs;
  readonly firstEventMs: EpochMs;
  readonly lastEventMs: EpochMs;
  readonly closedBy: string;
  /** Late evidence came into it. */
  readonly tookLate: boolean;
  readonly total: number;
  readonly dropped: number;
  readonly events: readonly Event[];
  readonly bits: readonly (readonly [id: string, bits: number])[];
  readonly state: Omit<StateData, "window">;
}

/** A match, or only its number where it was written before. */
export interface MatchData {
  readonly id: number;
  readonly data?: {
    readonly rule: string;
    readonly window: WindowRef;
    readonly bound: readonly (BoundData | null)[];
    readonly unknownAbsences: readonly string[];
    readonly truncated: boolean;
    readonly confidence: number;
    readonly confidenceParts: readonly ConfidencePart[];
    readonly firstMs: EpochMs;
    readonly lastMs: EpochMs;
    readonly traces: readonly string[];
    readonly rootTrace: string;
    readonly rootIndex: number;
    readonly members: readonly MatchData[];
    readonly level: number;
    readonly signature: string;
    /** The story that it lost against. */
    readonly rival: string | undefined;
  };
}

export interface BoundData {
  /** Index of the anchor among the events. */
  readonly anchor: number;
  readonly events: readonly Event[];
  readonly count: number;
  readonly distinct: number;
  readonly inferred: boolean;
}

/** A match that lost, with the window that it lost in. */
export interface RivalData extends LostMatch {
  readonly kept?: boolean;
  readonly window?: number;
}

/** A remembered story. */
export interface RecordData {
  readonly id: string;
  readonly openedPosition: number;
  readonly groups: readonly string[];
  readonly traces: readonly string[];
  readonly revision: number;
  readonly status: StoryStatus;
  readonly told: MatchData | undefined;
  readonly earlier: MatchData | undefined;
  readonly last: MatchData | undefined;
  readonly others: readonly RivalData[];
  readonly pastOthers: readonly RivalData[];
  /** Whether `others` has changed since it was told. */
  readonly othersTold: boolean;
  readonly toldTotal: number;
  readonly toldExtent: number;
  readonly content: string;
  readonly shape: string;
  readonly windows: number;
  readonly earlierOpened: readonly number[];
  readonly earlierEvents: number;
  readonly lastEvidenceLogMs: EpochMs;
  readonly lastToldLogMs: EpochMs;
  readonly resolvedLogMs: EpochMs | undefined;
  readonly resolvedSignature: string | undefined;
  readonly reviseAtMs: EpochMs | undefined;
}
