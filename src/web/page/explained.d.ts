import type { Actor, EntityRef } from "../../core/model/event.ts";
import type { Role } from "../../core/model/rule.ts";

// As much of the engine's explanations as the page shows; `tapio explain -o json` has all of it.

/** One event as `/api/v1/stories/<id>/events` has it. */
export interface NativeEvent {
  readonly id: string;
  readonly time: string;
  readonly source: string;
  readonly type: string;
  readonly entity: EntityRef;
  readonly message?: string;
  readonly count?: number;
  readonly actor?: Actor;
}

/** Why a story was told. */
export interface StoryExplanation {
  /** Of the story that was explained, which may be older than what is shown. */
  readonly revision: number;
  /** Absent where the windows it was told from are no longer there. */
  readonly scope?: Scope;
  readonly steps: readonly ExplainedStep[];
}

/** One step of a story's rule. */
export interface ExplainedStep {
  readonly step: string;
  readonly role: Role;
  readonly optional: boolean;
  /** The event it chose first, and those it took along. */
  readonly events: readonly {
    readonly id: string;
    readonly time: string;
    readonly type: string;
    readonly entity: EntityRef;
  }[];
  readonly why: string;
  readonly passedOver: readonly { readonly event: string; readonly why: string }[];
}

/** How far a rule came. */
export interface Explanation extends Partial<HalfMatch> {
  readonly rule: string;
  /** Ids of the stories that it told. */
  readonly told: readonly string[];
  readonly reached: readonly ReachedStep[];
  readonly halfMatched: readonly HalfMatch[];
}

/** A window in which some steps of a rule found their events. */
export interface HalfMatch {
  readonly scope: Scope;
  readonly reached: readonly ReachedStep[];
  readonly failed: Failure;
}

/** A window: of a trace, or of a join's group. */
export interface Scope {
  readonly group: Readonly<Record<string, string>>;
  readonly start: string;
  readonly end: string;
  readonly closedBy?: string;
}

/** A step with the ids of its events. */
export interface ReachedStep {
  readonly step: string;
  readonly events: readonly string[];
}

/** What a rule failed at. */
export interface Failure {
  readonly step?: string;
  readonly join?: string;
  readonly because: string;
  readonly detail: string;
}
