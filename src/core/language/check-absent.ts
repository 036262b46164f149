import type { Absence, Join, Rule, Step } from "../model/rule.ts";
import { admitsAll } from "./compare-tests.ts";
import type { RuleContext } from "./rule-context.ts";

/** Reports absences that nothing can break, since a step takes along whatever would. */
export function checkAbsent(
  { steps, absent, joins, withinMs }: Pick<Rule, "steps" | "absent" | "joins" | "withinMs">,
  { findings, place }: RuleContext,
): void {
  for (const [at, absence] of absent.entries()) {
    const step = steps.find(
      (one) =>
        takesAllLater(one) &&
        withinMs === undefined &&
        beginsAfter(absence, one, steps) &&
        joins.every((join) => hasSameKey(join, absence, one)) &&
        admitsAll(one, absence),
    );
    if (step === undefined) continue;
    findings.atKey([...place, "absent", at], {
      code: "TAP239",
      message: `the step \`${step.as}\` takes every event of this along, so \`${absence.as}\` is never there`,
      hint:
        absence.from.kind === "step" && absence.from.step === step.as
          ? "let `where` of the two say what sets them apart"
          : `give \`${step.as}\` \`pick: last\`, or let \`where\` of the two say what sets them apart`,
    });
  }
}

/** Whether a step takes along each event after its anchor that passes its test. */
function takesAllLater({ pick, withinMs }: Step): boolean {
  return pick !== "last" && withinMs === undefined;
}

/** Whether an absence begins at a step, or at one that comes after it. */
function beginsAfter({ from }: Absence, step: Step, steps: readonly Step[]): boolean {
  const seen = new Set<string>();
  const leadsBack = (name: string): boolean => {
    if (name === step.as) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return steps.find(({ as }) => as === name)?.after.some(leadsBack) === true;
  };
  return from.kind === "step" && 0 <= from.offsetMs && leadsBack(from.step);
}

function hasSameKey({ keys }: Join, absence: Absence, step: Step): boolean {
  const keyOf = (name: string): string => (keys[name] ?? []).map(({ text }) => text).join("\n");
  return keyOf(absence.as) === keyOf(step.as);
}
