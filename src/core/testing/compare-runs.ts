import { canonicalJson } from "../model/hash.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";
import type { Difference } from "./problem.ts";

/** How the stories of two rule sets over one log differ. */
export interface RunDifference {
  readonly added: readonly Story[];
  readonly removed: readonly Story[];
  readonly changed: readonly ChangedStory[];
  /** Stories that both tell, word by word. */
  readonly same: number;
}

/** A story that both tell, not in the same words or not from the same events. */
export interface ChangedStory {
  readonly before: Story;
  readonly after: Story;
  readonly differences: readonly Difference[];
}

/** Compares stories by rule, entity of the root cause, and its time. */
export function compareRuns(before: readonly Story[], after: readonly Story[]): RunDifference {
  const left = new Map<string, Story[]>();
  for (const story of before) {
    const key = identityOf(story);
    left.set(key, [...(left.get(key) ?? []), story]);
  }
  const added: Story[] = [];
  const changed: ChangedStory[] = [];
  let same = 0;
  for (const story of after) {
    const old = left.get(identityOf(story))?.shift();
    if (old === undefined) {
      added.push(story);
      continue;
    }
    const differences = differencesOf(old, story);
    if (differences.length === 0) same++;
    else changed.push({ before: old, after: story, differences });
  }
  return { added, removed: [...left.values()].flat(), changed, same };
}

function identityOf(story: Story): string {
  const { kind, namespace = "", name, cluster = "" } = story.rootCause.entity;
  return JSON.stringify([ruleKeyOf(story), cluster, kind, namespace, name, story.rootCause.time]);
}

const COMPARED = [
  "summary",
  "detail",
  "severity",
  "category",
  "status",
  "confidence",
  "bound",
  "impact",
  "superseded",
  "actions",
  "truncated",
] as const;

function differencesOf(before: Story, after: Story): Difference[] {
  return COMPARED.flatMap((path) => {
    const [expected, got] = [canonicalJson(before[path]), canonicalJson(after[path])];
    return expected === got ? [] : [{ path, expected, got }];
  });
}
