import type { Event } from "./event.ts";
import type { ConfidencePart, LostMatch, StoryStatus } from "./story.ts";
import type { EpochMs } from "./time.ts";

/**
 * What an engine knows beside the log, at one position of it: plain data, to be kept as JSON. It
 * holds no events of open windows; those are read from the log again, from `since` on. What it
 * holds of stories is whole: their windows may have closed long ago.
 */
export interface EngineSnapshot {
  readonly format: 2;
  /** Log time; `null` before the first event. */
  readonly nowMs: EpochMs | null;
  /** The rules in force, with what each meant: a digest. */
  readonly rules: readonly RuleMeaning[];
  /** Every event up to here has been taken. */
  readonly position: number;
  /** The log must be read again from this position on; behind `position` where no window is open. */
  readonly since: number;
  /** Where the open windows of traces were opened: the first one, and of each next one how much further on. */
  readonly opened: readonly number[];
  /** Events that came into closed windows since `since`, in the same way. */
  readonly late: readonly number[];
  /** The open join groups, the one idle longest first. */
  readonly groups: readonly GroupData[];
  /** Open windows of traces in which rules were judged and nothing was found: how far on in `opened`, and how often. */
  readonly judged: readonly number[];
  /** Open windows of which more is known than their events. */
  readonly states: readonly StateData[];
  /** Matches of closed windows that still claim open traces. */
  readonly parked: readonly UnitNumber[];
  /** Windows to be judged at a log time, with the order among what is due at one time. */
  readonly judgements: readonly (readonly [at: EpochMs, order: number, window: WindowRef])[];
  /** Stories to be looked at, three numbers each: the time, and by how much order and story differ from those before. */
  readonly looks: readonly number[];
  /** The stories that are remembered, the oldest first. */
  readonly stories: readonly UnitNumber[];
  /** The windows that late evidence goes to. */
  readonly remembered: readonly WindowRef[];
  readonly heard: readonly (readonly [source: string, lastMs: EpochMs])[];
  readonly waiting: readonly (readonly [source: string, window: WindowRef])[];
  /** Where the log had lost entries before they could be read. */
  readonly gaps?: readonly LogGap[];
  /** Stories, matches and closed windows; of a later one of several snapshots, those that have changed. */
  readonly units: readonly UnitData[];
  /** Number of this snapshot among those of one ledger. */
  readonly piece: number;
  /** Earlier snapshots whose units belong to this one as well. */
  readonly pieces: readonly number[];
}

/** A stretch of log time of which entries are missing: from the last one before it to the first one behind it. */
export interface LogGap {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** A rule by its key, and the digest of what it means. */
export type RuleMeaning = readonly [key: string, meaning: string];

/** Names a story, a match or a closed window: the same in every snapshot that one ledger saw. */
export type UnitNumber = number;

/** What is written once and named by its number everywhere else. Of several versions the last one counts. */
export type UnitData =
  | readonly ["story", UnitNumber, RecordData]
  | readonly ["match", UnitNumber, MatchData]
  | readonly ["window", UnitNumber, WindowData];

/**
 * Names a window: a closed one by its number, an open one by `trace:` or `group:` and its key, or where its
 * trace was found to be telling, by -1 less its index in `opened`: never in a unit, which outlives this snapshot.
 */
export type WindowRef = string | number;

/** A join group: the events of the log come into it again, those of stories are here. */
export interface GroupData {
  readonly name: string;
  readonly rule: string;
  readonly group: Readonly<Record<string, string>>;
  readonly openedPosition: number;
  /** Where the first window of a trace opened that was open when the group did. */
  readonly reach?: number;
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
    readonly match: UnitNumber | undefined;
  }[];
}

/** What was found in a window so far. */
export interface StateData {
  readonly window: WindowRef;
  readonly matches: readonly UnitNumber[];
  /** By rule key. */
  readonly heldSinceMs: readonly (readonly [rule: string, ms: EpochMs])[];
  readonly judgeAtMs: EpochMs | undefined;
  readonly judgements: number;
  readonly record: UnitNumber | undefined;
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
  /** Windows of its traces that are kept for a judgement to come; of join groups. */
  readonly kept?: readonly WindowRef[];
  readonly state: Omit<StateData, "window">;
}

/** A match. */
export interface MatchData {
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
  readonly members: readonly UnitNumber[];
  readonly level: number;
  readonly signature: string;
  /** The story that it lost against. */
  readonly rival: UnitNumber | undefined;
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
  readonly told: UnitNumber | undefined;
  readonly earlier: UnitNumber | undefined;
  readonly last: UnitNumber | undefined;
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
