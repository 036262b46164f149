import type { Story } from "../core/model/story.ts";
import type { ChangedStory, RunDifference } from "../core/testing/compare-runs.ts";
import type { ChangedRule } from "./changed-rules.ts";

/** How the stories of some rules differ from those of others. */
export interface ComparedRules extends RunDifference {
  /** The others, as they were named. */
  readonly rules: string;
  /** The rules that are not as they were, whether any story shows it or not. */
  readonly changedRules: readonly ChangedRule[];
}

/** A story in the few words that a comparison needs. */
export interface StoryInBrief {
  readonly rule: string;
  readonly summary: string;
  readonly severity: Story["severity"];
  readonly entity: string;
  readonly time: string;
  readonly id: string;
}

/** Whether a story is told anew, no more, or otherwise. */
export type ShiftMark = "added" | "removed" | "changed";

/** One story that differs. */
export interface DifferingStory {
  readonly story: StoryInBrief;
  /** How it changed, where both tell it. */
  readonly differences: ChangedStory["differences"];
}

/** The stories of one rule that differ in one way, in the order of time. */
export interface DifferingStories {
  readonly rule: string;
  readonly mark: ShiftMark;
  readonly stories: readonly DifferingStory[];
}

/** In the order in which they are shown. */
export const MARKS: readonly ShiftMark[] = ["added", "removed", "changed"];

/** All that differs, by the rule that tells it, or that told it where it is told no more; the busiest rule first. */
export function differingStories({ added, removed, changed, byRule }: ComparedRules): DifferingStories[] {
  const lists: Readonly<Record<ShiftMark, readonly DifferingStory[]>> = {
    added: added.map((story) => ({ story: inBrief(story), differences: [] })),
    removed: removed.map((story) => ({ story: inBrief(story), differences: [] })),
    changed: changed.map(({ after, differences }) => ({ story: inBrief(after), differences })),
  };
  const grouped = new Map(MARKS.map((mark) => [mark, Map.groupBy(lists[mark], ({ story }) => story.rule)]));
  return byRule.flatMap(({ rule }) =>
    MARKS.flatMap((mark) => {
      const stories = grouped.get(mark)?.get(rule);
      return stories === undefined ? [] : [{ rule, mark, stories }];
    }),
  );
}

/** The numbers of the rules that differ, in the order of {@link SHIFT_HEAD}. */
export function shiftRows({ byRule }: ComparedRules): string[][] {
  return byRule
    .filter((shift) => 0 < shift.added + shift.removed + shift.changed + shift.passedOn)
    .map(({ rule, before, after, added, removed, changed, passedOn }) => [
      rule,
      ...[before, after, added, removed, changed, passedOn].map(String),
    ]);
}

/** Names of the columns of {@link shiftRows}. */
export const SHIFT_HEAD: readonly string[] = [
  "differing rules",
  "before",
  "after",
  "added",
  "removed",
  "changed",
  "passed on",
];

/** `66 added, 21 removed, 30 changed, 40 the same` */
export function totalsOf({ added, removed, changed, same }: ComparedRules): string {
  return `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same`;
}

/** A story, in brief. */
export function inBrief({ id, rule, summary, severity, rootCause }: Story): StoryInBrief {
  const { kind, namespace, name } = rootCause.entity;
  const entity = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  return { rule: `${rule.pack}/${rule.id}`, summary, severity, entity, time: rootCause.time, id };
}
