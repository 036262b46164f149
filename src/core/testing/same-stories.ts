import type { Span } from "../language/source-text.ts";
import { canonicalJson } from "../model/hash.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { type Difference, type Problem, problem } from "./problem.ts";

/** Compares what is told of some events in other orders of arrival with what was told in one: it must be the same stories. */
export function sameStoriesAs(inTime: readonly Story[], span: Span): (shuffled: readonly Story[]) => Problem[] {
  const wanted = comparables(inTime);
  return (shuffled) => {
    const got = comparables(shuffled);
    const problems: Problem[] = [];
    for (let at = 0; at < Math.max(wanted.length, got.length); at++) {
      const [a, b] = [wanted[at], got[at]];
      if (a === undefined || b === undefined) {
        const which = a === undefined ? "tells one story more" : "tells one story less";
        problems.push(problem(span, `another order of arrival ${which}: ${(a ?? b)?.content.rule}`));
      } else if (a.text !== b.text && canonicalJson(a.content) !== canonicalJson(b.content)) {
        const message = `another order of arrival tells another story of ${a.content.rule}`;
        problems.push({ span, message, differences: fieldsThatDiffer(a.content, b.content) });
      }
    }
    return problems;
  };
}

interface Comparable {
  readonly content: ReturnType<typeof contentOf>;
  readonly text: string;
}

function comparables(stories: readonly Story[]): Comparable[] {
  return stories
    .filter(({ status }) => status !== "retracted")
    .map(contentOf)
    .sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1))
    .map((content) => ({ content, text: JSON.stringify(content) }));
}

/** What of a story must not depend on arrival: everything but when it was told, and of which window. */
function contentOf(story: Story) {
  return {
    rule: ruleKeyOf(story),
    summary: story.summary,
    detail: story.detail,
    severity: story.severity,
    confidence: story.confidence,
    rootCause: story.rootCause,
    bound: story.bound,
    chain: story.chain,
    impact: story.impact,
    superseded: story.superseded.map(({ rule }) => rule).sort(),
    actions: story.actions,
  };
}

function orderKey({ rule, rootCause }: { rule: string; rootCause: Story["rootCause"] }): string {
  return `${rule} ${rootCause.time} ${rootCause.event}`;
}

function fieldsThatDiffer(a: Record<string, unknown>, b: Record<string, unknown>): Difference[] {
  return Object.keys(a).flatMap((path) => {
    const [expected, got] = [canonicalJson(a[path]), canonicalJson(b[path])];
    return expected === got ? [] : [{ path, expected, got }];
  });
}
