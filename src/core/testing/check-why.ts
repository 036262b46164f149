import { compileRule } from "../engine/compiled-rule.ts";
import type { Expectation } from "../language/rule-test-file.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { EpochMs } from "../model/time.ts";
import type { Arrival } from "./case-log.ts";
import { explainRule } from "./explain-rule.ts";
import type { Explanation } from "./explanation.ts";
import { type Problem, problem } from "./problem.ts";
import { tell, tellUntil } from "./tell.ts";
import { WindowLog } from "./window-log.ts";

/** What the reasons of a case are checked against. */
export interface WhyRun {
  readonly rules: RuleSet;
  readonly limits: Partial<EngineLimits>;
  readonly arrivals: readonly Arrival[];
  /** `undefined`: at the end of the input. */
  readonly momentMs: EpochMs | undefined;
}

/** Compares why rules told nothing with what a case says. Runs the events anew, for nobody else needs the windows. */
export async function checkWhy({ why }: Expectation, run: WhyRun): Promise<Problem[]> {
  if (why.length === 0) return [];
  const log = new WindowLog();
  const { rules, momentMs } = run;
  const options = { ...run, observe: log.observe };
  const stories =
    momentMs === undefined ? (await tell({ ...options, moments: [] })).stories : await tellUntil(momentMs, options);
  const problems: Problem[] = [];
  for (const expected of why) {
    const index = rules.rules.findIndex(({ key }) => key === expected.rule);
    const rule = rules.rules[index];
    if (rule === undefined) continue;
    const explanation = await explainRule(compileRule(rule, index), { log, stories });
    problems.push(...compareWhy(expected, explanation));
  }
  return problems;
}

function compareWhy(expected: Expectation["why"][number], { rule, failed }: Explanation): Problem[] {
  const { span, step, because } = expected;
  if (failed === undefined) return [problem(span, `${rule} told a story, so there is nothing that it failed at`)];
  const differences = [];
  if (step !== undefined && step !== failed.step && step !== failed.join)
    differences.push({ path: "step", expected: step, got: failed.step ?? failed.join ?? "nothing" });
  if (because !== failed.because) differences.push({ path: "because", expected: because, got: failed.because });
  if (differences.length === 0) return [];
  return [{ span, message: `${rule} failed for another reason: ${failed.detail}`, differences }];
}
