import type { ConfidencePart } from "../model/story.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { BoundStep } from "./match.ts";

/** Weights and qualities of contract.md §3.10. */
const WEIGHT = { required: 1, optional: 0.5, absence: 1 } as const;
const QUALITY = { seen: 1, inferred: 0.8, derived: 0.9, missing: 0 } as const;

/** How sure a match is, from 0 to 1, and the terms of the sum behind that. */
export interface Confidence {
  readonly confidence: number;
  readonly confidenceParts: readonly ConfidencePart[];
}

/** Of one rule, sums that are kept: most of its matches share a few. */
const KEPT_MAX = 64;

const kept = new WeakMap<CompiledRule, Map<string, Confidence>>();

/** The confidence of a match; matches of one rule with the same terms share them. */
export function confidenceOf(
  rule: CompiledRule,
  bound: readonly (BoundStep | undefined)[],
  unknownAbsences: readonly string[],
): Confidence {
  let ofRule = kept.get(rule);
  if (ofRule === undefined) {
    ofRule = new Map();
    kept.set(rule, ofRule);
  }
  const words = bound.map((step) => qualityOf(rule, step).because);
  const terms = [...words, ...unknownAbsences].join();
  const known = ofRule.get(terms);
  if (known !== undefined) return known;
  const confidenceParts = partsOf(rule, bound, unknownAbsences);
  const weights = confidenceParts.reduce((sum, { weight }) => sum + weight, 0);
  const sum = confidenceParts.reduce((total, { weight, quality }) => total + weight * quality, 0);
  const made = { confidence: Math.round((sum / weights) * 10_000) / 10_000, confidenceParts };
  if (ofRule.size < KEPT_MAX) ofRule.set(terms, made);
  return made;
}

/** One term for each step and absence that the rule declares. */
function partsOf(
  rule: CompiledRule,
  bound: readonly (BoundStep | undefined)[],
  unknownAbsences: readonly string[],
): ConfidencePart[] {
  const parts: ConfidencePart[] = rule.steps.map(({ step, index }) => {
    const kind = step.optional ? "optional" : "required";
    return { name: step.as, kind, weight: WEIGHT[kind], ...qualityOf(rule, bound[index]) };
  });
  for (const { absence } of rule.absences) {
    const unknown = unknownAbsences.includes(absence.as);
    parts.push({
      name: absence.as,
      kind: "absence",
      weight: WEIGHT.absence,
      quality: unknown ? QUALITY.missing : QUALITY.seen,
      because: unknown ? "not decided" : "absent",
    });
  }
  return parts;
}

const SEEN = { quality: QUALITY.seen, because: "seen" };
const INFERRED = { quality: QUALITY.inferred, because: "order inferred" };
const JOINED = { quality: QUALITY.derived, because: "joined by name" };
const DERIVED = { quality: QUALITY.derived, because: "trace derived" };
const MISSING = { quality: QUALITY.missing, because: "missing" };

function qualityOf(rule: CompiledRule, step: BoundStep | undefined): Pick<ConfidencePart, "quality" | "because"> {
  if (step === undefined) return MISSING;
  if (step.inferred) return INFERRED;
  if (0 < rule.joins.length) return JOINED;
  return step.anchor.traceOrigin === "derived" ? DERIVED : SEEN;
}
