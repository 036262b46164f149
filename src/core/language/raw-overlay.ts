import type { Severity } from "../model/event.ts";
import type { RawScalar, RawWhere } from "./raw-pack.ts";

/** New values of one rule; what is left out stays as its pack has it. */
export interface RawSet {
  readonly severity?: Severity;
  readonly priority?: number;
  readonly within?: string;
  readonly skew?: string;
  readonly settle?: string;
  readonly mode?: "active" | "shadow";
  readonly minConfidence?: number;
  readonly minEvents?: number;
  readonly steps?: Readonly<Record<string, RawStepSet>>;
  readonly absent?: Readonly<Record<string, RawAbsenceSet>>;
}

export interface RawStepSet {
  readonly within?: string;
  readonly count?: { readonly atLeast: number };
}

export interface RawAbsenceSet {
  readonly from?: string;
  readonly to?: string;
}

/** Events that don't count for a rule, and until when. */
export interface RawException {
  readonly step?: string | readonly string[];
  readonly where: RawWhere;
  readonly until: string;
  readonly why: string;
}

export interface RawPatch {
  readonly rule: string;
  readonly set?: RawSet;
  readonly disable?: true;
  readonly except?: readonly RawException[];
  readonly why?: string;
}

/** A rule overlay as written, after its shape was found right (schemas/ruleoverlay.schema.json). */
export interface RawOverlay {
  readonly apiVersion: "tapio.dev/v1";
  readonly kind: "RuleOverlay";
  readonly metadata: { readonly name: string; readonly owner: string; readonly description?: string };
  readonly lists?: Readonly<Record<string, readonly RawScalar[]>>;
  readonly patches: readonly RawPatch[];
}
