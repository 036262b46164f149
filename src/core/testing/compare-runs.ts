import { canonicalJson } from "../model/hash.ts";
import type { Story } from "../model/story.ts";
import { ruleKeyOf } from "./compare-story.ts";

/** How the stories of two rule sets over one log differ; each list in the order of time. */
export interface RunDifference {
  readonly added: readonly Story[];
  readonly removed: readonly Story[];
  readonly changed: readonly ChangedStory[];
  /** Stories that both tell, word by word. */
  readonly same: number;
  /** Each rule that told something before or tells something now, those that differ most first. */
  readonly byRule: readonly RuleShift[];
}

/** A story that both tell, not by the same rule, not in the same words, or not from the same events. */
export interface ChangedStory {
  readonly before: Story;
  readonly after: Story;
  readonly differences: readonly FieldChange[];
}

/** One field of a story that is not as it was. */
export interface FieldChange {
  readonly path: ComparedField;
  readonly before: unknown;
  readonly after: unknown;
}

/** What one rule told before and tells now. */
export interface RuleShift {
  readonly rule: string;
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  /** Told before as well, by this rule or by another one, and not as it is now. */
  readonly changed: number;
  /** Told by another rule now. */
  readonly passedOn: number;
}

/** What is compared where one rule tells both, the most important first. */
const COMPARED = [
  "rule",
  "rootCause",
  "severity",
  "category",
  "summary",
  "detail",
  "shadow",
  "status",
  "confidence",
  "bound",
  "impact",
  "superseded",
  "actions",
  "runbook",
  "truncated",
] as const;

/** A field that is compared. */
export type ComparedField = (typeof COMPARED)[number];

/** The rest is another rule's own, and differs with it. */
const COMPARED_OVER_RULES: readonly ComparedField[] = [
  "rule",
  "rootCause",
  "severity",
  "category",
  "summary",
  "shadow",
];

/** What makes two stories one, the surest first. */
const IDENTITIES: readonly ((story: Story) => string)[] = [
  (story) => JSON.stringify([story.id, ruleKeyOf(story), causeOf(story)]),
  (story) => JSON.stringify([ruleKeyOf(story), causeOf(story)]),
  ({ id }) => id,
  (story) => causeOf(story),
];

/**
 * Compares stories by rule, entity of the root cause, and its time. What is left over then is told by another
 * rule, or of another cause: by the story's id, and by its root cause, it is still the same story.
 */
export function compareRuns(before: readonly Story[], after: readonly Story[]): RunDifference {
  const changed: ChangedStory[] = [];
  let same = 0;
  let [removed, added] = [before, after];
  for (const identity of IDENTITIES) {
    const { pairs, ...left } = pairBy(identity, removed, added);
    [removed, added] = [left.before, left.after];
    for (const pair of pairs) {
      const differences = differencesOf(pair.before, pair.after);
      if (differences.length === 0) same++;
      else changed.push({ ...pair, differences });
    }
  }
  changed.sort((a, b) => byTime(a.after, b.after));
  const difference = { added: [...added].sort(byTime), removed: [...removed].sort(byTime), changed };
  return { ...difference, same, byRule: shiftsOf(before, after, difference) };
}

interface Paired {
  readonly pairs: readonly { readonly before: Story; readonly after: Story }[];
  /** Those without a partner. */
  readonly before: readonly Story[];
  readonly after: readonly Story[];
}

function pairBy(identity: (story: Story) => string, before: readonly Story[], after: readonly Story[]): Paired {
  const waiting = Map.groupBy(before, identity);
  const pairs: { before: Story; after: Story }[] = [];
  const unpaired: Story[] = [];
  for (const story of after) {
    const partner = waiting.get(identity(story))?.shift();
    if (partner === undefined) unpaired.push(story);
    else pairs.push({ before: partner, after: story });
  }
  return { pairs, before: [...waiting.values()].flat(), after: unpaired };
}

function causeOf({ rootCause }: Story): string {
  const { kind, namespace = "", name, cluster = "" } = rootCause.entity;
  return JSON.stringify([cluster, kind, namespace, name, rootCause.time]);
}

function byTime(a: Story, b: Story): number {
  const [left, right] = [[a.rootCause.time, a.id] as const, [b.rootCause.time, b.id] as const];
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  return left[1] < right[1] ? -1 : 1;
}

function differencesOf(before: Story, after: Story): FieldChange[] {
  const fields = ruleKeyOf(before) === ruleKeyOf(after) ? COMPARED : COMPARED_OVER_RULES;
  return fields.flatMap((path) => {
    const [was, is] = [comparedOf(before, path), comparedOf(after, path)];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ path, before: was, after: is }];
  });
}

function comparedOf(story: Story, field: ComparedField): unknown {
  if (field === "rule") return ruleKeyOf(story);
  if (field === "rootCause") return { entity: story.rootCause.entity, time: story.rootCause.time };
  // Their titles and reasons follow from which they are.
  if (field === "superseded") return story.superseded.map(({ rule }) => rule);
  // Nobody is notified of what is told in shadow mode.
  if (field === "shadow") return story.shadow ?? false;
  return story[field];
}

type Shifts = { -readonly [Field in keyof RuleShift]: RuleShift[Field] };

function shiftsOf(
  before: readonly Story[],
  after: readonly Story[],
  { added, removed, changed }: Pick<RunDifference, "added" | "removed" | "changed">,
): RuleShift[] {
  const shifts = new Map<string, Shifts>();
  const count = (story: Story, what: Exclude<keyof RuleShift, "rule">): void => {
    const rule = ruleKeyOf(story);
    const none = { rule, before: 0, after: 0, added: 0, removed: 0, changed: 0, passedOn: 0 };
    const shift = shifts.get(rule) ?? none;
    shift[what]++;
    shifts.set(rule, shift);
  };
  for (const story of before) count(story, "before");
  for (const story of after) count(story, "after");
  for (const story of added) count(story, "added");
  for (const story of removed) count(story, "removed");
  for (const pair of changed) {
    count(pair.after, "changed");
    if (ruleKeyOf(pair.before) !== ruleKeyOf(pair.after)) count(pair.before, "passedOn");
  }
  const weight = (shift: RuleShift): number => shift.added + shift.removed + shift.changed + shift.passedOn;
  return [...shifts.values()].sort((a, b) => weight(b) - weight(a) || (a.rule < b.rule ? -1 : 1));
}
