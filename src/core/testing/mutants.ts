import type { Place } from "../language/yaml-tree.ts";
import type { Rule } from "../model/rule.ts";
import { exactDuration } from "./event-words.ts";
import { absenceMutants, conditionMutants, joinMutants } from "./mutants-of-scope.ts";
import { stepMutants } from "./mutants-of-steps.ts";

/** A rule with one thing changed, which some case should notice. */
export interface Mutant {
  /** What was changed, in a few words. */
  readonly what: string;
  /** What case would notice. */
  readonly hint: string;
  /** Where it stands, from the rule on: `["steps", 1, "within"]`. */
  readonly place: Place;
  readonly rule: Rule;
}

/**
 * All mutants of a rule, in the order in which the rule is written. `skew`, `priority` and `maxFanOut`
 * stay: they say how sure, mean nothing without rules that hold beside it, and guard against values that
 * no case is large enough for. Rules that are not loaded can't be superseded.
 */
export function mutantsOf(rule: Rule, isLoaded: (key: string) => boolean = () => true): Mutant[] {
  return [
    ...headMutants(rule, isLoaded),
    ...joinMutants(rule),
    ...stepMutants(rule),
    ...absenceMutants(rule),
    ...conditionMutants(rule),
  ];
}

function headMutants(rule: Rule, isLoaded: (key: string) => boolean): Mutant[] {
  const { withinMs, settleMs, mode, minConfidence, standalone, supersedes, resolve } = rule;
  const mutants: Mutant[] = [];
  const add = (field: string, what: string, hint: string, change: Partial<Rule>): void => {
    mutants.push({ what, hint, place: [field], rule: { ...rule, ...change } });
  };
  if (withinMs !== undefined) {
    const hint = `a case whose events are a little more than ${exactDuration(withinMs)} apart, and which expects no story`;
    add("within", "within removed", hint, { withinMs: undefined });
    add("within", "within doubled", hint, { withinMs: withinMs * 2 });
    const apart = `a case whose events are nearly ${exactDuration(withinMs)} apart, with the story`;
    add("within", "within halved", apart, { withinMs: withinMs / 2 });
  }
  if (0 < settleMs) {
    const hint = `a case that looks \`at\` a moment before ${exactDuration(settleMs)} are over, and expects no story yet`;
    add("settle", "told without settling", hint, { settleMs: 0 });
  }
  if (mode === "active") add("mode", "told in shadow mode", "a case that expects a story of it", { mode: "shadow" });
  if (0 < minConfidence) {
    add("minConfidence", "minConfidence removed", "a case with too little evidence, and no story", {
      minConfidence: 0,
    });
  }
  if (standalone) {
    add("standalone", "standalone removed", "a case in which a better rule holds too, and both tell", {
      standalone: false,
    });
  }
  supersedes.forEach((key, at) => {
    if (!isLoaded(key)) return;
    const hint = `a case that expects ${key} among the story's \`superseded\``;
    mutants.push({
      what: `no longer supersedes ${key}`,
      hint,
      place: ["supersedes", at],
      rule: { ...rule, supersedes: supersedes.filter((other) => other !== key) },
    });
  });
  if (0 < resolve.length) {
    add("resolve", "resolve removed", "a case that expects `status: resolved`", { resolve: [] });
  }
  return mutants;
}
