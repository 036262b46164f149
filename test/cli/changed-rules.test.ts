import { expect, test } from "vitest";
import { changedRuleRows, changedRules, ruleChangeText } from "../../src/cli/changed-rules.ts";
import { readPacks } from "../../src/core/language/read-packs.ts";
import { SourceText } from "../../src/core/language/source-text.ts";
import type { Rule } from "../../src/core/model/rule.ts";

const HEAD = "apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: p, version: 1.0.0 }\nrules:\n";

function ruleOf(id: string, { type = "a.b", more = "", summary = "s" } = {}): string {
  const story = `story: { summary: ${summary}, actions: [x] }`;
  return `  - { id: ${id}, title: T, category: security, severity: error, ${more} steps: [ { as: a, type: ${type} } ], ${story} }\n`;
}

function rulesOf(...rules: readonly string[]): readonly Rule[] {
  const { rules: read, diagnostics } = readPacks([new SourceText("p.yaml", HEAD + rules.join(""))]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return read.rules;
}

const NO_SHIFT = { before: 0, after: 0, added: 0, removed: 0, changed: 0, passedOn: 0 };

test("those that more stories show come first, what only says something else last, what is the same nowhere", () => {
  const before = rulesOf(
    ruleOf("same"),
    ruleOf("worded"),
    ruleOf("louder"),
    ruleOf("gone", { type: "x.gone" }),
    ruleOf("old-name", { type: "x.named" }),
    ruleOf("unseen"),
  );
  const after = rulesOf(
    ruleOf("same"),
    ruleOf("worded", { summary: "t" }),
    ruleOf("louder", { more: "settle: 5s, priority: 90, minConfidence: 0.5," }),
    ruleOf("new", { type: "x.new" }),
    ruleOf("new-name", { type: "x.named" }),
    ruleOf("unseen", { type: "a.c" }),
  );
  const shifts = [
    { ...NO_SHIFT, rule: "p/louder", changed: 1, passedOn: 2 },
    { ...NO_SHIFT, rule: "p/gone", removed: 2 },
    { ...NO_SHIFT, rule: "p/new", added: 1 },
    { ...NO_SHIFT, rule: "p/worded", changed: 9 },
  ];
  expect(changedRuleRows(changedRules(before, after, shifts))).toEqual([
    ["p/louder", "3", "priority: 50 → 90; settle: 0s → 5s; 1 more"],
    ["p/gone", "2", "gone"],
    ["p/new", "1", "new"],
    ["p/new-name", "none", "new name of p/old-name"],
    ["p/unseen", "none", "steps.a.types: a.b → a.c"],
    ["p/worded", "9", "words: story.summary: s → t"],
  ]);
});

test("a change of a list is what comes and goes, one of a time is said as a time", () => {
  expect(ruleChangeText({ path: "supersedes", before: '["p/a","p/b"]', after: '["p/b","p/c"]' })).toBe(
    "supersedes: p/a → p/c",
  );
  expect(ruleChangeText({ path: "withinMs", before: undefined, after: "90500" })).toBe("within: nothing → 1m30s500ms");
});
