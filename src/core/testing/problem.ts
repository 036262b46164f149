import type { Span } from "../language/source-text.ts";

/** One field of a story that is not as expected, both values as short texts. */
export interface Difference {
  /** `summary`, `bound.oom`, `rootCause.name`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** One thing that a case expected and did not get. */
export interface Problem {
  /** Where in the rule test the expectation stands. */
  readonly span: Span;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly differences: readonly Difference[];
  /** Ids of the events in the order in which they arrived, where that was not the order of time. */
  readonly arrival?: readonly string[];
}

/** A problem without differences. */
export function problem(span: Span, message: string): Problem {
  return { span, message, differences: [] };
}
