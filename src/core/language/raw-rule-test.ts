import type { Because, ExpectedStory } from "./rule-test-file.ts";

/** Fields of an event as a test writes them. */
export type RawEventFields = Readonly<Record<string, unknown>>;

export interface RawExpectation {
  readonly stories?: readonly Omit<ExpectedStory, "span">[];
  readonly notStories?: readonly string[];
  readonly why?: Readonly<Record<string, { readonly step?: string; readonly because: Because }>>;
}

export interface RawCaseEvent {
  readonly id?: string;
  readonly at?: string;
  readonly arrives?: string;
  readonly use?: string;
  readonly time?: string;
  readonly [field: string]: unknown;
}

export interface RawCase {
  readonly name: string;
  readonly events?: readonly RawCaseEvent[];
  readonly fixture?: string;
  readonly expect?: RawExpectation;
  readonly at?: readonly (RawExpectation & { readonly time: string })[];
  readonly arrival?: { readonly shuffle: number };
  readonly probes?: "auto" | "none";
  readonly engine?: {
    readonly correlationWindow?: string;
    readonly maxWindow?: string;
    readonly minEvents?: number;
    readonly resolveAfter?: string;
    readonly reopenWithin?: string;
  };
}

/** A rule test as written, after its shape was found right (schemas/ruletest.schema.json). */
export interface RawRuleTest {
  readonly metadata?: { readonly name?: string };
  readonly packs: readonly string[];
  readonly start?: string;
  readonly templates?: Readonly<Record<string, RawEventFields>>;
  readonly cases: readonly RawCase[];
}
