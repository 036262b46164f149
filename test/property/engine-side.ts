import { Engine } from "../../src/core/engine/engine.ts";
import type { EngineLimits } from "../../src/core/model/limits.ts";
import type { Rule } from "../../src/core/model/rule.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import type { ExpectedStory } from "../oracle/stories.ts";
import type { Entry } from "../oracle/words.ts";
import { ruleSet } from "../support/engine-kit.ts";

/** Runs a log through the engine to its end; `afterEach` may look at it after each entry. */
export async function runEngine(
  rules: readonly Rule[],
  log: readonly Entry[],
  limits: Partial<EngineLimits>,
  afterEach: (engine: Engine, entry: Entry) => void | Promise<void> = () => undefined,
): Promise<Engine> {
  const engine = new Engine({ rules: ruleSet(...rules), limits });
  for (const entry of log) {
    await engine.accept(entry.event, entry);
    await afterEach(engine, entry);
  }
  await engine.end();
  return engine;
}

/** The last revision of each story, in the order in which they were first told. */
export function lastRevisions(changes: readonly StoryChange[]): Story[] {
  return [...new Map(changes.map(({ story }) => [story.id, story])).values()];
}

/** What the engine told, in the oracle's words. */
export function asExpected(story: Story): ExpectedStory {
  const keys = (others: readonly { readonly rule: string }[]): string[] => others.map(({ rule }) => rule).sort();
  return {
    rule: `${story.rule.pack}/${story.rule.id}`,
    group: Object.values(story.group)[0] ?? "",
    traceId: story.traceId,
    root: plainId(story.rootCause.event),
    bound: Object.fromEntries(Object.entries(story.bound).map(([step, ids]) => [step, ids.map(plainId)])),
    counts: Object.fromEntries(story.chain.map(({ step, count }) => [step, count])),
    inferred: story.chain.filter(({ inferred }) => inferred).map(({ step }) => step),
    confidence: story.confidence,
    truncated: story.truncated === true,
    shadow: story.shadow === true,
    superseded: keys(story.superseded),
    alsoMatched: keys(story.alsoMatched),
    either: [],
    overWindows: false,
  };
}

/** A story event's id without the key of its rule's groups and its log position, which the oracle doesn't know. */
function plainId(id: string): string {
  return id.replace(/^story:([^:]*):(?:\1\|)?(.*):\d+$/, "story:$1:$2");
}

/** Stories as texts that compare: order that means nothing is sorted away. */
export function comparable(stories: readonly ExpectedStory[]): string[] {
  return stories.map((story) => JSON.stringify(sortKeys(sorted(story)))).sort();
}

function sorted(story: ExpectedStory): object {
  const bound = Object.fromEntries(Object.entries(story.bound).map(([step, ids]) => [step, [...ids].sort()]));
  const sure = (keys: readonly string[]): string[] => keys.filter((key) => !story.either.includes(key));
  const others = { superseded: sure(story.superseded), alsoMatched: sure(story.alsoMatched) };
  const same = { ...story, ...others, bound, inferred: [...story.inferred].sort() };
  if (!story.overWindows) return same;
  // Which of its windows gives a story its root cause and its confidence is not said anywhere.
  return { ...same, root: undefined, traceId: undefined, confidence: undefined, inferred: undefined };
}

function sortKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
