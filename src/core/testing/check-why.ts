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

/** Compares why rules told nothing with what a case says. */
export async function checkWhy({ why }: Expectation, run: WhyRun): Promise<Problem[]> {
  if (why.length === 0) return [];
  const explain = await explainer(run);
  const problems: Problem[] = [];
  for (const expected of why) {
    const explanation = await explain(expected.rule);
    if (explanation !== undefined) problems.push(...compareWhy(expected, explanation));
  }
  return problems;
}

/** Adds to each problem about an expected story that is missing what its rule failed at. */
export async function withReasons(
  problems: readonly Problem[],
  expectation: Expectation | undefined,
  run: WhyRun,
): Promise<Problem[]> {
  const missing = (expectation?.stories ?? []).filter(({ span }) => problems.some((each) => isMissing(each, span)));
  if (missing.length === 0) return [...problems];
  const explain = await explainer(run);
  const told: Problem[] = [];
  for (const each of problems) {
    const rule = missing.find(({ span }) => isMissing(each, span))?.rule;
    const failed = rule === undefined ? undefined : (await explain(rule))?.failed;
    const reason = failed === undefined ? "" : `; ${failed.because}: ${failed.detail}`;
    told.push({ ...each, message: each.message + reason });
  }
  return told;
}

function isMissing({ span, differences }: Problem, expected: Problem["span"]): boolean {
  return span === expected && differences.length === 0;
}

/** What a rule failed at in a run, in one clause: `gone: gap: …`; empty where it told a story, or is not there. */
export async function reasonOf(key: string, run: WhyRun): Promise<string> {
  const failed = (await (await explainer(run))(key))?.failed;
  if (failed === undefined) return "";
  const place = failed.step ?? failed.join;
  return `${place === undefined ? "" : `${place}: `}${failed.because}: ${failed.detail}`;
}

/** Runs the events anew, for nobody else needs the windows; explains rules of the run, `undefined` for others. */
async function explainer({
  rules,
  momentMs,
  ...run
}: WhyRun): Promise<(key: string) => Promise<Explanation | undefined>> {
  const log = new WindowLog();
  const options = { ...run, rules, observe: log.observe };
  const stories =
    momentMs === undefined ? (await tell({ ...options, moments: [] })).stories : await tellUntil(momentMs, options);
  return async (key) => {
    const index = rules.rules.findIndex((rule) => rule.key === key);
    const rule = rules.rules[index];
    return rule === undefined ? undefined : explainRule(compileRule(rule, index), { log, stories });
  };
}

function compareWhy(expected: Expectation["why"][number], { rule, failed }: Explanation): Problem[] {
  const { span, step, because } = expected;
  if (failed === undefined) return [problem(span, `${rule} told a story, so there is nothing that it failed at`)];
  const differences = [];
  // An order or a gap is between two steps, and which of them found no event is a matter of the search.
  const blamed = [failed.step, failed.beside, failed.join];
  if (step !== undefined && !blamed.includes(step))
    differences.push({ path: "step", expected: step, got: failed.step ?? failed.join ?? "nothing" });
  if (because !== failed.because) differences.push({ path: "because", expected: because, got: failed.because });
  if (differences.length === 0) return [];
  return [{ span, message: `${rule} failed for another reason: ${failed.detail}`, differences }];
}
