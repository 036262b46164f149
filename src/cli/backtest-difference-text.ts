import { CHANGED_HEAD, changedRuleRows } from "./changed-rules.ts";
import {
  type ComparedRules,
  type DifferingStories,
  type DifferingStory,
  differingStories,
  SHIFT_HEAD,
  type ShiftMark,
  shiftRows,
  totalsOf,
} from "./compared-rules.ts";
import type { Colour, Paint } from "./paint.ts";
import { changeText, shownChange } from "./shown-change.ts";
import { printable, table } from "./text-layout.ts";

/** Stories of one rule shown to people, of each kind: one tells what the others are like. */
const SHOWN = 10;
const RULES_SHOWN = 20;

const SIGNS: Readonly<Record<ShiftMark, { readonly sign: string; readonly colour: Colour }>> = {
  added: { sign: "+", colour: "green" },
  removed: { sign: "-", colour: "red" },
  changed: { sign: "~", colour: "yellow" },
};

/** How the stories of two versions of rules differ, for people: in numbers by rule, then some of each. */
export function differenceText(compared: ComparedRules, paint: Paint): string {
  const groups = differingStories(compared);
  const isCut = groups.some(({ stories }) => SHOWN < stories.length);
  const rows = shiftRows(compared);
  return [
    `against ${compared.rules}: ${totalsOf(compared)}\n`,
    ...(rows.length === 0 ? [] : [`\n${table([SHIFT_HEAD.map((name) => name.toUpperCase()), ...rows])}`]),
    ...changedRulesText(compared),
    ...groups.map((group) => `\n${linesOf(group, paint).join("\n")}\n`),
    ...(isCut ? [paint("dim", "\nall of them: -o json\n")] : []),
  ].join("");
}

/** What changed in the rules, also where no story shows it. */
function changedRulesText({ changedRules }: ComparedRules): string[] {
  if (changedRules.length === 0) return ["no rule differs\n"];
  const more = changedRules.length - RULES_SHOWN;
  const rows = changedRuleRows(changedRules.slice(0, RULES_SHOWN));
  const head = CHANGED_HEAD.map((name) => name.toUpperCase());
  return [`\n${table([head, ...rows])}`, ...(0 < more ? [`… ${more} more: -o json\n`] : [])];
}

function linesOf({ rule, mark, stories }: DifferingStories, paint: Paint): string[] {
  const more = stories.length - SHOWN;
  return [
    paint("bold", `${rule}: ${stories.length} ${mark}`),
    ...stories.slice(0, SHOWN).flatMap((each) => linesOfStory(each, SIGNS[mark], paint)),
    ...(0 < more ? [paint("dim", `  … ${more} more ${mark}`)] : []),
  ];
}

function linesOfStory(
  { story, differences }: DifferingStory,
  { sign, colour }: (typeof SIGNS)[ShiftMark],
  paint: Paint,
): string[] {
  const { time, entity, severity, summary } = story;
  const changes = differences.map((change) => `      ${changeText(shownChange(change))}`);
  return [paint(colour, `  ${sign} ${printable(`${time}  ${severity}  ${entity}  ${summary}`)}`), ...changes];
}
