import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { boundIn, type Story } from "../model/story.ts";
import type { Arrival } from "./case-log.ts";
import { ruleKeyOf } from "./compare-story.ts";

/** A case with one thing wrong, which must not tell the same story. */
export interface Probe {
  /** What was changed, in a few words. */
  readonly what: string;
  readonly arrivals: readonly Arrival[];
  /** The story that it must not tell. */
  readonly story: Story;
  readonly rule: CompiledRule;
  /** The steps that were set against each other: they must not all be bound as before, optional ones too. */
  readonly steps: readonly CompiledStep[];
  /** The step that was left out: the rest alone must not tell the story. */
  readonly leftOut?: CompiledStep;
}

/** Whether a story is the one that a probe must not tell: the same rule over the same events. */
export function isSameStory({ rule, story, steps, leftOut }: Probe, told: Story): boolean {
  if (told.status === "retracted" || ruleKeyOf(told) !== rule.rule.key) return false;
  return rule.steps.every((step) => {
    if (step.index === leftOut?.index || (step.step.optional && !steps.includes(step))) return true;
    const before = boundIn(story, step.step.as);
    return before === undefined || boundIn(told, step.step.as)?.some((id) => before.includes(id)) === true;
  });
}
