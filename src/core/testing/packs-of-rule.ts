import { compileGlob } from "../expression/glob.ts";
import type { Rule, RulePack, RuleSet } from "../model/rule.ts";

/** The packs without which a rule cannot tell: its own, and those that tell the stories its steps are about. */
export function packsOfRule(rule: Rule, rules: RuleSet): RulePack[] {
  const needed = new Set<Rule>([rule]);
  for (const one of needed) {
    const stories = one.steps.flatMap(({ types = [] }) => types).filter((type) => type.startsWith("story."));
    for (const matches of stories.map(compileGlob))
      for (const other of rules.rules) if (matches(`story.${other.id}`)) needed.add(other);
  }
  const names = new Set([...needed].map(({ pack }) => pack));
  return rules.packs.filter(({ name }) => names.has(name));
}
