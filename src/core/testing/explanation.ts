import type { Because } from "../language/rule-test-file.ts";
import type { DurationMs } from "../model/time.ts";

/** Why a rule told no story, and how far it came; or that it told one. */
export interface Explanation {
  /** Its key, `pack/id`. */
  readonly rule: string;
  /** Ids of the stories that it told and that stand. */
  readonly told: readonly string[];
  /** Where it told none in the trace that was asked about: those that it told in others. */
  readonly toldElsewhere?: readonly string[];
  /** Where it came furthest; `undefined` where no window holds anything that it wants. */
  readonly scope: Scope | undefined;
  /** The steps that found their events there, in file order. */
  readonly reached: readonly ReachedStep[];
  /** `undefined` where it told a story. */
  readonly failed: Failure | undefined;
  /** Other windows in which some of its steps found events. */
  readonly halfMatched: readonly HalfMatch[];
}

/** A window: of a trace, or of a join's group. */
export interface Scope {
  /** `{ traceId: t1 }`, or the key by the name of the join. */
  readonly group: Readonly<Record<string, string>>;
  /** RFC 3339: event time of its first and last event. */
  readonly start: string;
  readonly end: string;
  /** Absent while it is open. */
  readonly closedBy?: string;
}

/** A step with the ids of its events. */
export interface ReachedStep {
  readonly step: string;
  readonly events: readonly string[];
}

/** What a rule failed at. */
export interface Failure {
  /** The step or absence; absent where it is the rule as a whole. */
  readonly step?: string;
  /** The other step of an order or a gap that does not hold. */
  readonly beside?: string;
  /** The join, where one is to blame. */
  readonly join?: string;
  readonly because: Because;
  /** One sentence without a full stop: what stands, and by how much it fails. */
  readonly detail: string;
  /** By how much a limit in time was missed. */
  readonly byMs?: DurationMs;
  /** What other events that could fill the step failed at, the closest first. */
  readonly passedOver?: readonly string[];
}

/** A window in which some steps of a rule found their events. */
export interface HalfMatch {
  readonly scope: Scope;
  readonly reached: readonly ReachedStep[];
  readonly failed: Failure;
}
