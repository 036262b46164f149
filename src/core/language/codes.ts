import { BESIDE_CODES } from "./codes-beside.ts";
import { MEANING_CODES } from "./codes-meaning.ts";
import { SHAPE_CODES } from "./codes-shape.ts";

/** What one code stands for. A code is never given to anything else, not even after it is gone. */
export interface CodeEntry {
  readonly severity: "error" | "warning";
  /** A short name in lower case, without a full stop. */
  readonly title: string;
  /** Why it is so and what to do, in whole sentences; docs/diagnostics.md says the same. */
  readonly explanation: string;
}

/**
 * Every finding of the language: TAP0xx text and YAML, TAP1xx shape, TAP2xx meaning (TAP25x overlays), TAP3xx rule tests.
 * Errors stop a pack from loading; warnings don't.
 */
export const CODES = { ...SHAPE_CODES, ...MEANING_CODES, ...BESIDE_CODES } as const satisfies Readonly<
  Record<string, CodeEntry>
>;

/** A code of {@link CODES}, such as `TAP012`. */
export type DiagnosticCode = keyof typeof CODES;

/** Whether a text is a code that this version knows. */
export function isDiagnosticCode(text: string): text is DiagnosticCode {
  return Object.hasOwn(CODES, text);
}
