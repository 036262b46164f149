import { createHash } from "node:crypto";
import { SCRIPT, STYLE } from "./backtest-html-assets.ts";
import { differenceHtml } from "./backtest-html-stories.ts";
import { type BacktestReport, COSTS_SHOWN, headlineOf, talliesOf } from "./backtest-report.ts";
import { escaped, htmlTable } from "./html-text.ts";

/**
 * The report as a page that needs nothing else, and asks nobody for anything: its own script, which searches
 * it, is the only one that it lets run.
 */
export function backtestHtml(report: BacktestReport): string {
  const { against } = report;
  const parts = [
    `<h1>Backtest</h1>\n<p>${escaped(headlineOf(report))}</p>`,
    against === undefined ? "" : differenceHtml(against),
    rulesHtml(report),
    costsHtml(report),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>Tapio backtest</title><style>${STYLE}
</style></head><body><main>
${parts.filter((part) => part !== "").join("\n")}
</main></body></html>
`;
}

function policy(): string {
  const digest = createHash("sha256").update(SCRIPT).digest("base64");
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'`;
}

function rulesHtml({ rules }: BacktestReport): string {
  if (rules.length === 0) return "";
  const { head, rows } = talliesOf(rules);
  return `<h2>Stories by rule and day</h2>\n${htmlTable(head, rows)}`;
}

function costsHtml({ costs }: BacktestReport): string {
  if (costs.length === 0) return "";
  const rows = costs
    .slice(0, COSTS_SHOWN)
    .map(({ rule, windows, msPerThousand }) => [rule, `${windows}`, msPerThousand.toFixed(2)]);
  return `<h2>Slowest rules</h2>\n${htmlTable(["rule", "windows", "ms per 1,000"], rows)}`;
}
