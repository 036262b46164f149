import type { ConditionsQuestion, Judging } from "./judge.ts";

/**
 * Runs a judgement to its end. Goes asynchronous only where it asks json-rules-engine: then the
 * promise must be awaited before the engine is called again.
 */
export function runJudging(judging: Judging<void>): Promise<void> | undefined {
  const step = judging.next();
  return step.done === true ? undefined : answer(judging, step.value);
}

async function answer(judging: Judging<void>, first: ConditionsQuestion): Promise<void> {
  let question: ConditionsQuestion | undefined = first;
  while (question !== undefined) {
    const { rule, facts }: ConditionsQuestion = question;
    const step = judging.next(rule.conditions === undefined || (await rule.conditions(facts)));
    question = step.done === true ? undefined : step.value;
  }
}
