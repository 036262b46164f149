import type { Story } from "../core/model/story.ts";
import type { RunDifference } from "../core/testing/compare-runs.ts";
import type { RuleTally } from "../core/testing/tally-stories.ts";
import type { Paint } from "./paint.ts";
import type { RuleCost } from "./rule-costs.ts";
import { counted } from "./story-text.ts";
import { printable, table } from "./text-layout.ts";

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
  readonly against?: RunDifference & { readonly rules: string };
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

const RULES_SHOWN = 10;

/** A story, in brief. */
export function inBrief({ id, rule, summary, severity, rootCause }: Story): StoryInBrief {
  const { kind, namespace, name } = rootCause.entity;
  const entity = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  return { rule: `${rule.pack}/${rule.id}`, summary, severity, entity, time: rootCause.time, id };
}

/** The report for programs. */
export function backtestJson(report: BacktestReport): string {
  const { against, ...own } = report;
  const compared =
    against === undefined
      ? {}
      : {
          against: {
            rules: against.rules,
            same: against.same,
            added: against.added.map(inBrief),
            removed: against.removed.map(inBrief),
            changed: against.changed.map(({ after, differences }) => ({ ...inBrief(after), differences })),
          },
        };
  return `${JSON.stringify({ ...own, ...compared }, undefined, 2)}\n`;
}

/** The report for people. */
export function backtestText(report: BacktestReport, paint: Paint): string {
  const { events, stories, eventsPerStory, rules, costs, against } = report;
  const ratio = eventsPerStory === null ? "" : `, ${Math.round(eventsPerStory)} events to a story`;
  const days = daysOf(rules);
  const head = ["RULE", "STORIES", "REPEATED", ...days];
  const rows = rules.map((rule) => [
    `${rule.rule}${rule.shadow ? " (shadow)" : ""}`,
    `${rule.stories}`,
    `${Math.round(rule.noise * 100)} %`,
    ...days.map((day) => `${rule.perDay[day] ?? 0}`),
  ]);
  const costRows = costs
    .slice(0, RULES_SHOWN)
    .map(({ rule, windows, msPerThousand }) => [rule, `${windows}`, msPerThousand.toFixed(2)]);
  return [
    `${counted(events, "event")} → ${counted(stories, "story")}${ratio}\n`,
    ...(rows.length === 0 ? [] : [table([head, ...rows])]),
    ...(costRows.length === 0 ? [] : [table([["SLOWEST RULES", "WINDOWS", "MS PER 1,000"], ...costRows])]),
    ...(against === undefined ? [] : [differenceText(against, paint)]),
  ].join("\n");
}

/** The days on which something was told, in order. */
export function daysOf(rules: readonly RuleTally[]): string[] {
  return [...new Set(rules.flatMap(({ perDay }) => Object.keys(perDay)))].sort();
}

function differenceText(against: NonNullable<BacktestReport["against"]>, paint: Paint): string {
  const { added, removed, changed, same, rules } = against;
  const line = (mark: string, story: Story): string => {
    const { rule, summary, entity, time } = inBrief(story);
    return printable(`${mark} ${time}  ${rule}  ${entity}  ${summary}`);
  };
  const lines = [
    `against ${rules}: ${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same`,
    ...added.map((story) => paint("green", line("+", story))),
    ...removed.map((story) => paint("red", line("-", story))),
    ...changed.flatMap(({ after, differences }) => [
      paint("yellow", line("~", after)),
      ...differences.map(({ path, expected, got }) => printable(`    ${path}: ${expected} → ${got}`)),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}
