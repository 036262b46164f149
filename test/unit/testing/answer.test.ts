import { expect, test } from "vitest";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import { findRuleKey } from "../../../src/core/testing/answer.ts";

const rulesNamed = (pack: string, ...ids: readonly string[]) => {
  const rules = ids.map(
    (id) => `
  - { id: ${id}, title: T, category: security, severity: info, steps: [ { as: a, type: x.${id} } ], story: { summary: S } }`,
  );
  const text = `apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: ${pack}, version: 1.0.0 }\nrules:${rules.join("")}\n`;
  return readPacks([new SourceText("a.yaml", text)]).rules;
};
const FEW = rulesNamed("shop", "pod-oom", "node-lost");
const MANY = rulesNamed("shop", "pod-oom", "node-oom", ...Array.from({ length: 20 }, (_, at) => `other-${at}`));

test.for([
  [FEW, "pod-oom", "shop/pod-oom"],
  [FEW, "shop/pod-oom", "shop/pod-oom"],
  [FEW, "pod-omo", "there is no rule pod-omo; did you mean `pod-oom`?"],
  [FEW, "x", "there is no rule x; there is `shop/node-lost` and `shop/pod-oom`"],
  [MANY, "oom", "there is no rule oom; there is `shop/node-oom` and `shop/pod-oom`"],
  [MANY, "zzz", "there is no rule zzz; `tapio pack list -o json` names all"],
] as const)("%#", ([rules, written, answer]) => {
  const found = findRuleKey(written, rules);
  expect("key" in found ? found.key : found.problem).toBe(answer);
});
