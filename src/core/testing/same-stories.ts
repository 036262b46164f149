import type { Span } from "../language/source-text.ts";
import { canonicalJson } from "../model/hash.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";
import { type Difference, type Problem, problem } from "./problem.ts";

/** Compares what was told of the same events in two orders of arrival: it must be the same stories. */
export function compareOrders(inTime: readonly Story[], shuffled: readonly Story[], span: Span): Problem[] {
  const [wanted, got] = [contents(inTime), contents(shuffled)];
  const problems: Problem[] = [];
  for (let at = 0; at < Math.max(wanted.length, got.length); at++) {
    const [a, b] = [wanted[at], got[at]];
    if (a === undefined || b === undefined) {
      const which = a === undefined ? "tells one story more" : "tells one story less";
      problems.push(problem(span, `another order of arrival ${which}: ${String((a ?? b)?.["rule"])}`));
    } else if (JSON.stringify(a) !== JSON.stringify(b) && canonicalJson(a) !== canonicalJson(b)) {
      const message = `another order of arrival tells another story of ${String(a["rule"])}`;
      problems.push({ span, message, differences: fieldsThatDiffer(a, b) });
    }
  }
  return problems;
}

/** What of a story must not depend on arrival: everything but when it was told, and of which window. */
function contents(stories: readonly Story[]): Record<string, unknown>[] {
  return stories
    .filter(({ status }) => status !== "retracted")
    .map((story) => ({
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
    }))
    .sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
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
