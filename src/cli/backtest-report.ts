import { counted } from "../core/expression/counted.ts";
import type { RuleTally } from "../core/testing/tally-stories.ts";
import { differenceText } from "./backtest-difference-text.ts";
import { type ComparedRules, inBrief } from "./compared-rules.ts";
import type { Paint } from "./paint.ts";
import type { RuleCost } from "./rule-costs.ts";
import { table } from "./text-layout.ts";

/** What some rules would have told of a recording. */
export interface BacktestReport {
  readonly events: number;
  readonly stories: number;
  /** How many events there are to a story; `null` where there is no story. */
  readonly eventsPerStory: number | null;
  readonly rules: readonly RuleTally[];
  /** The costliest first. */
  readonly costs: readonly RuleCost[];
  /** Against other rules, where some were named. */
  readonly against?: ComparedRules;
}

/** Rules whose cost is shown to people. */
export const COSTS_SHOWN = 10;
/** Days that have a column of their own; more would be wider than any page. */
const DAYS_SHOWN = 7;

/** The report for programs. */
export function backtestJson(report: BacktestReport): string {
  const { against, ...own } = report;
  if (against === undefined) return `${JSON.stringify(own, undefined, 2)}\n`;
  const { rules, changedRules, same, byRule, added, removed, changed } = against;
  const compared = {
    rules,
    changedRules,
    same,
    byRule,
    added: added.map(inBrief),
    removed: removed.map(inBrief),
    changed: changed.map(({ after, differences }) => ({ ...inBrief(after), differences })),
  };
  return `${JSON.stringify({ ...own, against: compared }, undefined, 2)}\n`;
}

/** The report for people. */
export function backtestText(report: BacktestReport, paint: Paint): string {
  const { rules, costs, against } = report;
  const { head, rows } = talliesOf(rules);
  const costRows = costs
    .slice(0, COSTS_SHOWN)
    .map(({ rule, windows, msPerThousand }) => [rule, `${windows}`, msPerThousand.toFixed(2)]);
  return [
    `${headlineOf(report)}\n`,
    ...(rows.length === 0 ? [] : [table([head.map((name) => name.toUpperCase()), ...rows])]),
    ...(costRows.length === 0 ? [] : [table([["SLOWEST RULES", "WINDOWS", "MS PER 1,000"], ...costRows])]),
    ...(against === undefined ? [] : [differenceText(against, paint)]),
  ].join("\n");
}

/** `19226 events → 136 stories, 141 events to a story` */
export function headlineOf({ events, stories, eventsPerStory }: BacktestReport): string {
  const ratio = eventsPerStory === null ? "" : `, ${Math.round(eventsPerStory)} events to a story`;
  return `${counted(events, "event")} → ${counted(stories, "story")}${ratio}`;
}

/** What each rule told, as a table: by day where there are few, else on the average day and on the busiest. */
export function talliesOf(rules: readonly RuleTally[]): { readonly head: string[]; readonly rows: string[][] } {
  const days = [...new Set(rules.flatMap(({ perDay }) => Object.keys(perDay)))].sort();
  const isWide = DAYS_SHOWN < days.length;
  const head = ["rule", "stories", "repeated", ...(isWide ? ["on a day", "most on a day"] : days)];
  const rows = rules.map(({ rule, shadow, stories, noise, perDay }) => [
    `${rule}${shadow ? " (shadow)" : ""}`,
    `${stories}`,
    `${Math.round(noise * 100)} %`,
    ...(isWide ? [(stories / spanOf(days)).toFixed(1), busiestOf(perDay)] : days.map((day) => `${perDay[day] ?? 0}`)),
  ]);
  return { head, rows };
}

/** Days from the first to the last one, those on which nothing was told among them. */
function spanOf(days: readonly string[]): number {
  const [first = "", last = ""] = [days[0], days.at(-1)];
  return Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000) + 1;
}

function busiestOf(perDay: RuleTally["perDay"]): string {
  const [[day, count] = ["", 0]] = Object.entries(perDay).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return `${count} (${day})`;
}
