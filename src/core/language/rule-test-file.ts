import type { Severity } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { Category } from "../model/rule.ts";
import type { StoryStatus } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { SourceText, Span } from "./source-text.ts";

/** Why a rule told no story, as a test may ask. */
export type Because =
  | "no-event"
  | "field"
  | "order"
  | "gap"
  | "window"
  | "join"
  | "count"
  | "forbidden"
  | "undecided"
  | "conditions"
  | "confidence"
  | "superseded"
  | "minEvents"
  | "shadow"
  | "limit";

/** A rule test as it was read: templates merged in, times made absolute. Spans are places in `source`. */
export interface RuleTestFile {
  readonly source: SourceText;
  readonly name: string | undefined;
  /** Paths of the packs, as written: relative to the file. */
  readonly packs: readonly string[];
  /** Every pack and every recording that it names, with the places. */
  readonly files: readonly FileOfTest[];
  readonly startMs: EpochMs;
  readonly cases: readonly RuleTestCase[];
}

/** A file that a test names; its path is relative to the test's own. */
export interface FileOfTest {
  readonly kind: "pack" | "recording";
  readonly path: string;
  readonly span: Span;
}

export interface RuleTestCase {
  readonly name: string;
  /** Where the case's name stands. */
  readonly span: Span;
  readonly events: readonly CaseEvent[];
  /** Path of recorded events, as written: relative to the file. */
  readonly fixture: string | undefined;
  readonly expect: Expectation | undefined;
  readonly moments: readonly MomentExpectation[];
  /** How many shuffled orders of arrival must give the same stories. */
  readonly shuffle: number;
  readonly probes: "auto" | "none";
  /** Bounds of the engine that differ from its defaults for this case. */
  readonly limits: Partial<EngineLimits>;
}

/** One event of a case, as a native event that the intake can decode. */
export interface CaseEvent {
  readonly id: string;
  readonly atMs: EpochMs;
  /** Log time at which it arrives, where the case says one. */
  readonly arrivesMs: EpochMs | undefined;
  /** Name of the template it was made from. */
  readonly use: string | undefined;
  /** The event as schemas/event.schema.json has it. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly span: Span;
}

/** What must come of a case. */
export interface Expectation {
  readonly span: Span;
  /** Exactly these stories, in any order; `undefined` says nothing about them. */
  readonly stories: readonly ExpectedStory[] | undefined;
  readonly notStories: readonly { readonly rule: string; readonly span: Span }[];
  readonly why: readonly {
    readonly rule: string;
    readonly step: string | undefined;
    readonly because: Because;
    readonly span: Span;
  }[];
  /** All the rules that it names anywhere, and what it names of them. */
  readonly names: readonly NamedInTest[];
}

/** A rule that an expectation names, or a part of one: a step, or whatever a rule can fail at. */
export interface NamedInTest {
  readonly rule: string;
  readonly part?: { readonly kind: "step" | "any"; readonly name: string };
  readonly span: Span;
}

/** What must hold once log time has reached a moment. */
export interface MomentExpectation extends Expectation {
  readonly atMs: EpochMs;
}

/** Fields of an entity, any of which may be left out. */
export interface EntityFields {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly node?: string;
  readonly cluster?: string;
}

/** What a story must say; what is left out may be anything. */
export interface ExpectedStory {
  readonly span: Span;
  readonly rule: string;
  readonly summary?: string;
  readonly detail?: string;
  /** In this order. */
  readonly actions?: readonly string[];
  readonly category?: Category;
  readonly severity?: Severity;
  readonly status?: StoryStatus;
  readonly revision?: number;
  readonly confidence?: number;
  readonly traceId?: string;
  readonly rootCause?: EntityFields & { readonly event?: string };
  /** By step: exactly these event ids, in any order. */
  readonly bound?: Readonly<Record<string, readonly string[]>>;
  readonly impact?: readonly EntityFields[];
  readonly superseded?: readonly string[];
  readonly alsoMatched?: readonly string[];
  /** How many events its window held. */
  readonly events?: number;
  readonly truncated?: boolean;
  /** Whether its rule is in shadow mode; `false` where nothing is said. */
  readonly shadow?: boolean;
}
