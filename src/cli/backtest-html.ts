import type { ChangedStory } from "../core/testing/compare-runs.ts";
import { type BacktestReport, daysOf, inBrief, type StoryInBrief } from "./backtest-report.ts";
import { counted } from "./story-text.ts";

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .25rem .75rem; text-align: left }
th { border-bottom: 2px solid } td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
li { margin: .4rem 0 } code { font-size: .9em } .added::marker { content: "+ " } .removed::marker { content: "− " }
.changed::marker { content: "~ " } .quiet { opacity: .7 }`;

/** The report as a page that needs nothing else: no scripts, no other files. */
export function backtestHtml(report: BacktestReport): string {
  const { events, stories, eventsPerStory, against } = report;
  const ratio = eventsPerStory === null ? "" : `, ${Math.round(eventsPerStory)} events to a story`;
  const parts = [
    `<h1>Backtest</h1><p>${counted(events, "event")} → ${counted(stories, "story")}${ratio}</p>`,
    against === undefined ? "" : differenceHtml(against),
    rulesHtml(report),
    costsHtml(report),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tapio backtest</title><style>${STYLE}
</style></head><body>
${parts.filter((part) => part !== "").join("\n")}
</body></html>
`;
}

function rulesHtml({ rules }: BacktestReport): string {
  if (rules.length === 0) return "";
  const days = daysOf(rules);
  const rows = rules.map(
    ({ rule, stories, noise, shadow, perDay }) =>
      `<tr><td><code>${escaped(rule)}</code>${shadow ? " (shadow)" : ""}</td>${number(stories)}` +
      `${number(`${Math.round(noise * 100)} %`)}${days.map((day) => number(perDay[day] ?? 0)).join("")}</tr>`,
  );
  const head = ["stories", "repeated", ...days].map((name) => `<th class="n">${escaped(name)}</th>`).join("");
  return `<h2>Stories by rule and day</h2><table><tr><th>rule</th>${head}</tr>\n${rows.join("\n")}</table>`;
}

function costsHtml({ costs }: BacktestReport): string {
  if (costs.length === 0) return "";
  const rows = costs
    .slice(0, 10)
    .map(
      ({ rule, windows, msPerThousand }) =>
        `<tr><td><code>${escaped(rule)}</code></td>${number(windows)}${number(msPerThousand.toFixed(2))}</tr>`,
    );
  const head = '<tr><th>rule</th><th class="n">windows</th><th class="n">ms per 1,000</th></tr>';
  return `<h2>Slowest rules</h2><table>${head}\n${rows.join("\n")}</table>`;
}

function differenceHtml({ added, removed, changed, same, rules }: NonNullable<BacktestReport["against"]>): string {
  const totals = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same`;
  const items = [
    ...added.map((story) => item("added", inBrief(story))),
    ...removed.map((story) => item("removed", inBrief(story))),
    ...changed.map((each) => item("changed", inBrief(each.after), differencesHtml(each))),
  ];
  return `<h2>Against ${escaped(rules)}</h2><p>${totals}</p><ul>\n${items.join("\n")}</ul>`;
}

function item(mark: "added" | "removed" | "changed", story: StoryInBrief, more = ""): string {
  const { rule, summary, severity, entity, time } = story;
  return (
    `<li class="${mark}"><strong>${escaped(summary)}</strong> (${mark}, ${severity})<br>` +
    `<span class="quiet">${escaped(time)} · ${escaped(entity)} · <code>${escaped(rule)}</code></span>${more}</li>`
  );
}

function differencesHtml({ differences }: ChangedStory): string {
  const rows = differences.map(
    ({ path, expected, got }) =>
      `<tr><td>${escaped(path)}</td><td>${escaped(expected)}</td><td>${escaped(got)}</td></tr>`,
  );
  return `<table><tr><th></th><th>before</th><th>after</th></tr>${rows.join("")}</table>`;
}

function number(value: number | string): string {
  return `<td class="n">${escaped(String(value))}</td>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
