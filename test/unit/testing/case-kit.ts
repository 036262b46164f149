import { expect } from "vitest";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import type { CaseOfPacks } from "../../../src/core/testing/mutation.ts";
import { type CaseResult, type ReadyCase, runCase } from "../../../src/core/testing/run-case.ts";
import { nativeDecoder } from "./native-decoder.ts";

/** A pack `p` of these rules, each as one line of YAML flow. */
function packOf(rules: readonly string[]): string {
  const head = "apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: p, version: 1.0.0 }\nrules:\n";
  return head + rules.map((rule) => `  - ${rule}\n`).join("");
}

/** A test of one case, with the templates `oom` and `gone`, `lines` beside its name. */
function testOf(lines: readonly string[]): string {
  return `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [p.yaml]
start: 2026-03-01T10:00:00Z
templates:
  oom: { source: x, type: x.oom, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-1, node: n1 } }
  gone: { source: x, type: x.gone, traceId: t1, entity: { kind: Service, namespace: shop, name: api, node: n1 } }
cases:
  - name: case
${lines.map((line) => `    ${line}\n`).join("")}`;
}

/** Runs one case of these lines against these rules, and keeps it as it was decoded. */
export async function runLines(
  rules: readonly string[],
  lines: readonly string[],
): Promise<CaseOfPacks & { readonly result: CaseResult }> {
  const read = readPacks([new SourceText("p.yaml", packOf(rules))]);
  const { test: file, diagnostics } = readRuleTests(new SourceText("p.test.yaml", testOf(lines)));
  const errors = [...read.diagnostics, ...diagnostics].filter(({ severity }) => severity === "error");
  expect(errors.map(({ message }) => message)).toEqual([]);
  const [one] = file?.cases ?? [];
  if (one === undefined) throw new Error("no case was read");
  let kept: ReadyCase | undefined;
  const keep = (ready: ReadyCase): void => {
    kept = ready;
  };
  const result = await runCase(one, { rules: read.rules, newDecoder: nativeDecoder, fixture: undefined, keep });
  if (kept === undefined) throw new Error("the case was not kept");
  return { ready: kept, rules: read.rules, result };
}

const HEAD = "{ title: T, category: security, severity: error, story: { summary: s }, ";

/** The rule `p/r` over `x.oom` and `x.gone`; `more` goes into it, `gone` into its second step. */
export function chain(more = "", gone = "after: oom"): string {
  return `${HEAD} id: r, ${more} steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone, ${gone} } ] }`;
}

/** A rule of other steps; `body` says its id and the rest. */
export function ruleOf(body: string): string {
  return `${HEAD} ${body} }`;
}
