import { nativeOf } from "../core/intake/write-native.ts";
import { eventAsGiven } from "../core/model/aside.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { explainOneRule, explainStories, findRuleKey } from "../core/testing/answer.ts";
import type { Evidence } from "../core/testing/explain-rule.ts";
import { belongsToStory } from "../core/testing/story-evidence.ts";
import type { Explained, Explainer } from "../web/api.ts";

/** Explains a recording that was read to its end, from the windows that were kept of it. */
export class RecordedExplainer implements Explainer {
  readonly #rules: RuleSet;
  readonly #evidence: Evidence;

  constructor(rules: RuleSet, evidence: Evidence) {
    this.#rules = rules;
    this.#evidence = evidence;
  }

  /** The whole recording is looked at, since when is of no matter. */
  async explainRule(rule: string, trace?: string): Promise<Explained> {
    const found = findRuleKey(rule, this.#rules);
    if ("problem" in found) return { outcome: "unknown", message: found.problem };
    const answer = await explainOneRule(found.key, this.#rules, this.#evidence, { trace });
    return { outcome: "answered", answer };
  }

  async explainStory(id: string): Promise<Explained> {
    const story = this.#evidence.stories.find((each) => each.id === id);
    if (story === undefined) return noStory(id);
    return { outcome: "answered", answer: await explainStories([story], this.#rules, this.#evidence) };
  }

  async eventsOf(id: string): Promise<Explained> {
    const story = this.#evidence.stories.find((each) => each.id === id);
    if (story === undefined) return noStory(id);
    const belongs = belongsToStory(story);
    const events = this.#evidence.log.traces.flatMap(({ window }) => window.events.map(eventAsGiven).filter(belongs));
    return { outcome: "answered", answer: { events: events.map(nativeOf) } };
  }
}

function noStory(id: string): Explained {
  return { outcome: "unknown", message: `there is no story ${id}` };
}
