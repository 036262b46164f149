import { type Event, SEVERITIES } from "../model/event.ts";
import type { ConfidencePart } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { Window } from "./window.ts";

/** The events of one step of a match. */
export interface BoundStep {
  /** The event that was chosen; the others came along with it. */
  readonly anchor: Event;
  /** All of them by (event time, id), the anchor included. */
  readonly events: readonly Event[];
  /** Occurrences: the sum of the events' counts. */
  readonly count: number;
  /** Distinct values of the step's `count.distinct` field, or distinct entities. */
  readonly distinct: number;
  /** Its order to a step before was within the stamps' precision. */
  readonly inferred: boolean;
}

/** A rule that holds in a window. */
export interface Match {
  /** Renewed where the same rule is in force with other words: rules are swapped under open windows. */
  rule: CompiledRule;
  readonly window: Window;
  /** By step index; `undefined` for an optional step that found nothing. */
  readonly bound: readonly (BoundStep | undefined)[];
  /** Absences that could not be decided, and were told all the same. */
  readonly unknownAbsences: readonly string[];
  readonly truncated: boolean;
  readonly confidence: number;
  readonly confidenceParts: readonly ConfidencePart[];
  /** Event time of the first and the last bound event. */
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** Traces of the bound events, each once: what the match claims. */
  readonly traces: readonly string[];
  /** Trace of its root cause. */
  readonly rootTrace: string;
  readonly root: BoundStep;
  readonly rootIndex: number;
  /** The matches behind the story events that it binds. */
  readonly members: readonly Match[];
  /** Story events nest this deep in it; 0 where it binds none. */
  readonly level: number;
  /** The same for the same rule over the same events. */
  readonly signature: string;
}

/** Whether a match says the same as one found before: then that one is kept, and nothing is held twice. */
export function saysTheSame(before: Match, match: Match): boolean {
  return (
    before.rule === match.rule &&
    before.signature === match.signature &&
    before.confidence === match.confidence &&
    before.truncated === match.truncated &&
    before.unknownAbsences.join() === match.unknownAbsences.join() &&
    before.bound.every((step, at) => step?.anchor.id === match.bound[at]?.anchor.id) &&
    before.level === 0 &&
    match.level === 0
  );
}

/** Orders matches, the headline first: contract.md §3.9. */
export function byRank(a: Match, b: Match): number {
  return (
    b.rule.rule.priority - a.rule.rule.priority ||
    SEVERITIES.indexOf(b.rule.rule.severity) - SEVERITIES.indexOf(a.rule.rule.severity) ||
    b.rule.requiredCount - a.rule.requiredCount ||
    a.firstMs - b.firstMs ||
    compareText(a.rule.rule.key, b.rule.rule.key) ||
    compareText(a.window.key, b.window.key)
  );
}

/** Orders matches of one window as their rules stand in the packs. */
export function byRule(a: Match, b: Match): number {
  return a.rule.index - b.rule.index;
}

/** Whether a match binds the story of another one, or a story made of it. */
export function isMadeOf({ members }: Match, other: Match): boolean {
  return members.some(
    (member) => (member.rule === other.rule && member.window === other.window) || isMadeOf(member, other),
  );
}

/** Orders texts by code unit, whatever the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a match is what its window found last. */
export function isHeld(match: Match): boolean {
  return match.window.matches.includes(match);
}

/** Whether a match has a story of its own and claims nothing: of a standalone or a shadow rule. */
export function isIsolated({ rule }: Match): boolean {
  return rule.rule.standalone || rule.rule.mode === "shadow";
}
