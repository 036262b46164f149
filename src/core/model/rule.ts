import type { Severity } from "./event.ts";
import type { FieldPath } from "./path.ts";
import type { DurationMs } from "./time.ts";

export const CATEGORIES = [
  "pod-lifecycle",
  "service-dependencies",
  "resource-pressure",
  "configuration-changes",
  "security",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What part a step plays in the story. `evidence` is the default: it supports, and explains nothing. */
export const ROLES = ["cause", "reaction", "impact", "evidence"] as const;
export type Role = (typeof ROLES)[number];

/** The operators of `where` and of `conditions`, in json-rules-engine's words where it has one. */
export const OPERATORS = [
  "equal",
  "notEqual",
  "in",
  "notIn",
  "contains",
  "doesNotContain",
  "lessThan",
  "lessThanInclusive",
  "greaterThan",
  "greaterThanInclusive",
  "startsWith",
  "endsWith",
  "matches",
  "exists",
] as const;
export type Operator = (typeof OPERATORS)[number];

export type Scalar = string | number | boolean | null;

/** A field test as data. `$list` references are already resolved to their values. */
export type Predicate =
  | { readonly kind: "all"; readonly of: readonly Predicate[] }
  | { readonly kind: "any"; readonly of: readonly Predicate[] }
  | { readonly kind: "not"; readonly of: Predicate }
  | {
      readonly kind: "test";
      readonly path: FieldPath;
      readonly operator: Operator;
      readonly value: Scalar | readonly Scalar[];
    };

/** What one event must look like. Patterns (`use:`) are already merged in. */
export interface EventTest {
  /** Exact types and globs (`k8s.pod.*`), any of which may match; `undefined`: any type. */
  readonly types: readonly string[] | undefined;
  readonly where: Predicate | undefined;
}

/** One named slot of a rule. */
export interface Step extends EventTest {
  readonly as: string;
  readonly role: Role;
  readonly optional: boolean;
  readonly pick: "first" | "last";
  /** Names of steps that this one must follow, in event time. */
  readonly after: readonly string[];
  /** Longest gap from each step of `after` to this one. */
  readonly withinMs: DurationMs | undefined;
  /** How many occurrences are needed, or how many distinct values of a field. */
  readonly count: { readonly atLeast: number; readonly distinct: FieldPath | undefined } | undefined;
}

/** A point on the event-time axis: a step's event plus an offset, or the end of the window. */
export type Moment =
  | { readonly kind: "step"; readonly step: string; readonly offsetMs: DurationMs }
  | { readonly kind: "windowEnd" };

/** Events that must not be there between two moments. */
export interface Absence extends EventTest {
  readonly as: string;
  readonly from: Moment;
  readonly to: Moment;
  /** The absence counts only if this source was heard from after its end. */
  readonly requireSource: string | undefined;
  readonly onUnknown: "hold" | "tell" | "drop";
}

/** Values that must be equal across the traces of several steps. */
export interface Join {
  readonly as: string;
  /** By step (or absence) name; several paths make a tuple, each element of which must be equal. */
  readonly keys: Readonly<Record<string, readonly FieldPath[]>>;
  /** Globs over the joined key tuple, its values joined by `/`: such hub values join nothing. */
  readonly ignore: readonly string[];
  /** A key value with more events than this joins nothing, and is counted. */
  readonly maxFanOut: number;
}

/** The words of a story, as Liquid templates. */
export interface StoryTemplate {
  readonly summary: string;
  readonly detail: string | undefined;
  readonly actions: readonly string[];
  readonly runbook: string | undefined;
}

/** One declarative pattern, checked and with every reference resolved: plain data, no closures. */
export interface Rule {
  /** `pack/id`, unique over all loaded packs. */
  readonly key: string;
  readonly id: string;
  readonly pack: string;
  readonly packVersion: string;
  /** Digest of the pack it came from, `sha256:…`. */
  readonly packDigest: string;
  /** Digest of what it means (steps, joins, bounds, conditions; no words), `sha256:…`. */
  readonly meaningDigest: string;
  readonly commit: string | undefined;
  readonly title: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly priority: number;
  readonly withinMs: DurationMs | undefined;
  readonly skewMs: DurationMs;
  readonly settleMs: DurationMs;
  readonly mode: "active" | "shadow";
  readonly standalone: boolean;
  readonly minConfidence: number;
  /** Windows with fewer events are not evaluated for this rule; `undefined`: the engine's own bound alone. */
  readonly minEvents?: number | undefined;
  readonly steps: readonly Step[];
  readonly absent: readonly Absence[];
  readonly joins: readonly Join[];
  /** Rule keys (`pack/id`) that this one outranks in a window. */
  readonly supersedes: readonly string[];
  /** A json-rules-engine condition tree whose facts are the bound steps. */
  readonly conditions: Readonly<Record<string, unknown>> | undefined;
  /** Any of these ends the story. */
  readonly resolve: readonly EventTest[];
  readonly story: StoryTemplate;
}

/** A versioned file of rules. */
export interface RulePack {
  readonly name: string;
  readonly version: string;
  readonly owner: string | undefined;
  readonly digest: string;
  readonly file: string;
  readonly rules: readonly Rule[];
}

/** The packs in force, swapped as one immutable value. */
export interface RuleSet {
  readonly packs: readonly RulePack[];
  /** The rules of all packs, sorted by key. */
  readonly rules: readonly Rule[];
  /** Digest over the packs' digests, `sha256:…`. */
  readonly digest: string;
}
