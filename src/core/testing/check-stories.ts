import { unknownNames } from "../language/check-test-names.ts";
import type { Expectation, ExpectedStory } from "../language/rule-test-file.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Story } from "../model/story.ts";
import { type Comparison, differencesOf, ruleKeyOf } from "./compare-story.ts";
import { pairUp } from "./pair-up.ts";
import { type Problem, problem } from "./problem.ts";

/** Everything in which some told stories are not what a case expects. */
export function checkStories(expectation: Expectation, told: readonly Story[], comparison: Comparison): Problem[] {
  const standing = told.filter(({ status }) => status !== "retracted");
  const { stories, notStories } = expectation;
  return [
    ...(stories === undefined ? [] : checkExact({ stories, told, standing, expectation, comparison })),
    ...notStories.flatMap(({ rule, span }) => {
      const unwanted = standing.find((story) => ruleKeyOf(story) === rule);
      return unwanted === undefined
        ? []
        : [problem(span, `${rule} must tell no story, and told: ${inBrief(unwanted)}`)];
    }),
  ];
}

interface Check {
  readonly stories: readonly ExpectedStory[];
  readonly told: readonly Story[];
  readonly standing: readonly Story[];
  readonly expectation: Expectation;
  readonly comparison: Comparison;
}

function checkExact({ stories, told, standing, expectation, comparison }: Check): Problem[] {
  const fits = (wanted: number, at: number): boolean => {
    const [expected, story] = [stories[wanted], told[at]];
    if (expected === undefined || story === undefined) return false;
    if (story.status === "retracted" && expected.status !== "retracted") return false;
    return differencesOf(expected, story, comparison).length === 0;
  };
  const pairs = pairUp(stories.length, told.length, fits);
  const left = new Set(standing.filter((story) => !pairs.includes(told.indexOf(story))));
  const problems = stories.flatMap((expected, at) => {
    if (pairs[at] !== undefined) return [];
    const near = nearestStory(expected, [...left], comparison);
    if (near === undefined) return [missing(expected, standing)];
    left.delete(near);
    const message = `the story of ${expected.rule} is not as expected`;
    return [{ span: expected.span, message, differences: differencesOf(expected, near, comparison) }];
  });
  for (const story of left) problems.push(problem(expectation.span, `a story too many: ${inBrief(story)}`));
  return problems;
}

/** Of the stories that the expected rule told and nobody else expects, the one with the fewest differences. */
function nearestStory(expected: ExpectedStory, left: readonly Story[], comparison: Comparison): Story | undefined {
  const counted = left
    .filter((story) => ruleKeyOf(story) === expected.rule)
    .map((story) => ({ story, count: differencesOf(expected, story, comparison).length }));
  return counted.sort((a, b) => a.count - b.count)[0]?.story;
}

function missing(expected: ExpectedStory, standing: readonly Story[]): Problem {
  const instead = standing.length === 0 ? "nothing was told" : `told: ${standing.map(inBrief).join("; ")}`;
  return problem(expected.span, `${expected.rule} told no such story; ${instead}`);
}

/** Rules and steps that an expectation names and no pack has: such a case would prove nothing. */
export function checkNames(expectation: Expectation, { rules }: RuleSet): Problem[] {
  return unknownNames(expectation, rules).map(({ span, message, hint }) =>
    problem(span, `${message}${hint === undefined ? "" : `; ${hint}`}`),
  );
}

/** `shop/oom "Pod api-7f9 was killed" (oom: e1; gone: e2)` */
function inBrief(story: Story): string {
  const bound = Object.entries(story.bound).map(([step, ids]) => `${step}: ${ids.slice(0, IDS_SHOWN).join(" ")}`);
  return `${ruleKeyOf(story)} ${JSON.stringify(story.summary)} (${bound.join("; ")})`;
}

const IDS_SHOWN = 4;
