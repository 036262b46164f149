import { canonicalJson, sha256Hex } from "../model/hash.ts";
import type { Rule } from "../model/rule.ts";

/** Digest of a value as canonical JSON, `sha256:…`. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(value))}`;
}

/** What decides when a rule holds, which story is told and how loudly; no words, no names of people. */
export type RuleMeaning = Pick<
  Rule,
  | "severity"
  | "priority"
  | "withinMs"
  | "skewMs"
  | "settleMs"
  | "mode"
  | "standalone"
  | "minConfidence"
  | "minEvents"
  | "steps"
  | "absent"
  | "joins"
  | "supersedes"
  | "conditions"
  | "resolve"
>;

/** Digest of what a rule means, `sha256:…`. */
export function meaningDigestOf(rule: RuleMeaning): string {
  const { severity, priority, withinMs, skewMs, settleMs, mode, standalone, minConfidence, minEvents } = rule;
  const { steps, absent, joins, supersedes, conditions, resolve } = rule;
  const numbers = { severity, priority, withinMs, skewMs, settleMs, mode, standalone, minConfidence, minEvents };
  return digestOf({ ...numbers, steps, absent, joins, supersedes, conditions, resolve });
}
