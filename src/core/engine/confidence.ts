import type { ConfidencePart } from "../model/story.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { BoundStep } from "./match.ts";

/** Weights and qualities of contract.md §3.10. */
const WEIGHT = { required: 1, optional: 0.5, absence: 1 } as const;
const QUALITY = { seen: 1, inferred: 0.8, derived: 0.9, missing: 0 } as const;

/** The terms of the sum behind a match's confidence: one for each step and absence it declares. */
export function confidenceOf(
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

function qualityOf(rule: CompiledRule, step: BoundStep | undefined): { quality: number; because: string } {
  if (step === undefined) return { quality: QUALITY.missing, because: "missing" };
  if (step.inferred) return { quality: QUALITY.inferred, because: "order inferred" };
  if (0 < rule.joins.length) return { quality: QUALITY.derived, because: "joined by name" };
  if (step.anchor.traceOrigin === "derived") return { quality: QUALITY.derived, because: "trace derived" };
  return { quality: QUALITY.seen, because: "seen" };
}
