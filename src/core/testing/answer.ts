import { compileRule } from "../engine/compiled-rule.ts";
import { listed, nearest } from "../language/nearest.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { type Evidence, explainRule, type WindowSearch } from "./explain-rule.ts";
import { explainStory, type StoryExplanation } from "./explain-story.ts";
import type { Explanation } from "./explanation.ts";

/** What is explained at once: stories, or rules that told none. */
export interface Answer {
  readonly stories: readonly StoryExplanation[];
  readonly rules: readonly Explanation[];
}

/** The rules shown where nothing was told: those that came furthest. */
const NEAR_RULES_MAX = 5;

/** Explains stories; where there are none, the rules that came furthest. */
export async function explainStories(stories: readonly Story[], rules: RuleSet, evidence: Evidence): Promise<Answer> {
  const explained: StoryExplanation[] = [];
  for (const story of stories) {
    const index = rules.rules.findIndex(({ key }) => key === ruleKeyOf(story));
    const rule = rules.rules[index];
    if (rule !== undefined) explained.push(await explainStory(story, compileRule(rule, index), evidence));
  }
  if (0 < stories.length) return { stories: explained, rules: [] };
  const near: Explanation[] = [];
  for (const [index, rule] of rules.rules.entries()) near.push(await explainRule(compileRule(rule, index), evidence));
  const reached = near.filter((each) => 0 < each.reached.length).sort((a, b) => b.reached.length - a.reached.length);
  return { stories: [], rules: reached.slice(0, NEAR_RULES_MAX) };
}

/** Explains how far one rule came. */
export async function explainOneRule(
  key: string,
  rules: RuleSet,
  evidence: Evidence,
  search: WindowSearch = {},
): Promise<Answer> {
  const index = rules.rules.findIndex((each) => each.key === key);
  const rule = rules.rules[index];
  return {
    stories: [],
    rules: rule === undefined ? [] : [await explainRule(compileRule(rule, index), evidence, search)],
  };
}

/** So many rules are named where none is near to what was written. */
const FEW = 8;

/** The key of the rule that somebody means, by `pack/id` or id; or why it cannot be said. */
export function findRuleKey(
  written: string,
  { rules }: RuleSet,
): { readonly key: string } | { readonly problem: string } {
  const keys = rules.filter(({ key, id }) => key === written || id === written).map(({ key }) => key);
  const [only, other] = keys;
  if (only !== undefined && other === undefined) return { key: only };
  if (only !== undefined) return { problem: `the rule ${written} may be ${keys.join(" or ")}` };
  const near = nearest(written, new Set(rules.flatMap(({ key, id }) => [key, id])));
  if (near !== undefined) return { problem: `there is no rule ${written}; did you mean \`${near}\`?` };
  const alike = rules.map(({ key }) => key).filter((key) => rules.length <= FEW || key.includes(written));
  const hint = alike.length === 0 ? "`tapio pack list -o json` names all" : `there is ${listed(alike.slice(0, FEW))}`;
  return { problem: `there is no rule ${written}; ${hint}` };
}
