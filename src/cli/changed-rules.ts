import type { Rule } from "../core/model/rule.ts";
import { compareRules, type RuleChange, type RuleDifference } from "../core/testing/compare-rules.ts";
import type { RuleShift } from "../core/testing/compare-runs.ts";
import { exactDuration } from "../core/testing/event-words.ts";
import { changeText, clipped, shownChange } from "./shown-change.ts";

/** A rule that is not as it was, and how many stories show it. */
export interface ChangedRule extends RuleDifference {
  /** Stories that it tells, told or no longer tells otherwise than before; 0 where nobody would see that it changed. */
  readonly stories: number;
}

/** The rules that differ: those that more stories show first, those that only say something else last. */
export function changedRules(
  before: readonly Rule[],
  after: readonly Rule[],
  byRule: readonly RuleShift[],
): ChangedRule[] {
  const shifts = new Map(byRule.map((shift) => [shift.rule, shift]));
  const changed = compareRules(before, after).map((each): ChangedRule => {
    const { added = 0, removed = 0, changed: otherwise = 0, passedOn = 0 } = shifts.get(each.rule) ?? {};
    return { ...each, stories: added + removed + otherwise + passedOn };
  });
  const isWords = ({ kind }: ChangedRule): number => (kind === "words" ? 1 : 0);
  return changed.sort((a, b) => isWords(a) - isWords(b) || b.stories - a.stories || (a.rule < b.rule ? -1 : 1));
}

/** Names of the columns of {@link changedRuleRows}. */
export const CHANGED_HEAD: readonly string[] = ["changed rules", "stories differ", "what changed"];

const CHANGES_SHOWN = 2;
const CHANGE_LENGTH_MAX = 160;

/** The rules that differ, each with how many stories show it and what changed, in short. */
export function changedRuleRows(rules: readonly ChangedRule[]): string[][] {
  return rules.map((each) => [each.rule, each.stories === 0 ? "none" : `${each.stories}`, whatChanged(each)]);
}

function whatChanged({ kind, changes, renamedFrom }: ChangedRule): string {
  if (kind === "added") return renamedFrom === undefined ? "new" : `new name of ${renamedFrom}`;
  if (kind === "removed") return "gone";
  const shown = changes.slice(0, CHANGES_SHOWN).map((change) => clipped(ruleChangeText(change), CHANGE_LENGTH_MAX));
  const more = changes.length - shown.length;
  return `${kind === "words" ? "words: " : ""}${shown.join("; ")}${more === 0 ? "" : `; ${more} more`}`;
}

/** `steps.gone.within: 5m → 10m`; of lists what comes and goes. */
export function ruleChangeText({ path, before, after }: RuleChange): string {
  const isDuration = path.endsWith("Ms");
  const value = (json: string | undefined): unknown => {
    const given: unknown = json === undefined ? "nothing" : JSON.parse(json);
    return isDuration && typeof given === "number" ? exactDuration(given) : given;
  };
  const name = isDuration ? path.slice(0, -"Ms".length) : path;
  return changeText(shownChange({ path: name, before: value(before), after: value(after) }));
}
