import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { backtestHtml } from "../../src/cli/backtest-html.ts";
import type { BacktestReport } from "../../src/cli/backtest-report.ts";
import type { ChangedRule } from "../../src/cli/changed-rules.ts";
import type { Story } from "../../src/core/model/story.ts";
import { compareRuns } from "../../src/core/testing/compare-runs.ts";
import { changeOf } from "../support/story-kit.ts";

function reportOf(
  before: readonly Story[],
  after: readonly Story[],
  changedRules: readonly ChangedRule[] = [],
): BacktestReport {
  const against = { rules: "git:main", changedRules, ...compareRuns(before, after) };
  return { events: 10, stories: after.length, eventsPerStory: null, rules: [], costs: [], against };
}

function told(id: string, more: Partial<Story> = {}): Story {
  return changeOf(id, 1, "told", more).story;
}

function pod(name: string, at = 0): Partial<Story> {
  const time = new Date(Date.UTC(2026, 2, 1, 10, 0, at)).toISOString();
  return { rootCause: { event: "e1", entity: { kind: "Pod", namespace: "shop", name }, time, statement: "" } };
}

describe("the page of a backtest", () => {
  test("names the rules that changed, also where no story shows it", () => {
    const change = { path: "steps.oom.withinMs", before: "60000", after: "300000" };
    const rule = { rule: "p/r", kind: "meaning", changes: [change], stories: 0 } as const;
    for (const stories of [[], [told("a")]]) {
      const page = backtestHtml(reportOf([], stories, [rule]));
      expect(page).toContain('<td class="n">none</td><td class="n">steps.oom.within: 1m → 5m</td>');
    }
    expect(backtestHtml(reportOf([], []))).toContain("No rule differs.");
    const many = Array.from({ length: 201 }, (_, at) => ({ ...rule, rule: `p/r${at}` }));
    expect(backtestHtml(reportOf([], [], many))).toContain("1 more are not on this page");
  });

  test("lets its own script run and no other, and loads nothing", () => {
    const page = backtestHtml(reportOf([], [told("a")]));
    const [, script = ""] = /<script>([\s\S]*)<\/script>/.exec(page) ?? [];
    const digest = createHash("sha256").update(script).digest("base64");
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'`);
    expect(page).not.toMatch(/https?:\/\/|\bsrc=|@import|url\(|\son[a-z]+="/);
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  test("what collectors wrote is text, and stays in its place", () => {
    const evil = `<script>alert("1")</script>\u202e<img src=x onerror=alert(1)>`;
    const page = backtestHtml(reportOf([told("a", pod(evil))], [told("a", { ...pod(evil), summary: evil })]));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|\u202e/);
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  });

  test("is bounded, and says what it leaves out", () => {
    const long = "long ".repeat(2_000);
    const before = Array.from({ length: 5_000 }, (_, at) => told(`${at}`, pod(`api-${at}`, at)));
    const after = before.map((story) => ({ ...story, summary: long, detail: long, actions: [long, long, long] }));
    const page = backtestHtml(reportOf(before, after));
    expect(page).toContain("<b>5000</b> changed");
    expect(page.match(/<li data-mark/g)).toHaveLength(100);
    expect(page).toContain("4900 more changed are not on this page; -o json has all");
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });

  test("is bounded over all rules too", () => {
    const rule = (at: number) => ({ id: `r${at % 50}`, pack: "memory", version: "1.0.0", digest: "sha256:00" });
    const after = Array.from({ length: 5_000 }, (_, at) => told(`${at}`, { ...pod(`api-${at}`, at), rule: rule(at) }));
    const page = backtestHtml(reportOf([], after));
    expect(page.match(/<li data-mark/g)).toHaveLength(2_000);
    expect(page.match(/<details/g)).toHaveLength(50);
  });

  test("nothing to search where nothing differs", () => {
    const page = backtestHtml(reportOf([told("a")], [told("a")]));
    expect(page).toContain("0 added, 0 removed, 0 changed, 1 the same");
    expect(page).not.toMatch(/<script|<input/);
  });
});
