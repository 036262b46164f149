import { renderDiagnostic } from "../../src/core/language/diagnostic.ts";
import { readPacks } from "../../src/core/language/read-packs.ts";
import { SourceText } from "../../src/core/language/source-text.ts";
import { keepResults, rounded, say } from "../measure.ts";

const RULES = 1_000;
const PACKS = 10;
const TARGET_MS = 2_000;
const FILE_CHARACTERS = 256 * 1024;

interface Workload {
  readonly name: string;
  readonly sources: readonly SourceText[];
}

type RuleText = (at: number) => string;

const STORY = `    story: { summary: "{{ a.entity.name }} fails", detail: "{{ b.time | since: a.time }} later {{ b.count }} of {{ b.entity.name }}" }\n`;

function head(at: number): string {
  return `  - id: rule-${at}\n    title: Rule ${at}\n    category: resource-pressure\n    severity: error\n    priority: ${at % 100}\n`;
}

/** Each rule has types of its own, a join, an absence and conditions. */
const rich: RuleText = (at) =>
  `${head(at)}    within: 30m
    join: [ { as: pod, keys: { a: [entity.namespace, entity.name], b: [entity.namespace, "related[role=mounts].name"] } } ]
    steps:
      - { as: a, type: x.kind${at}.failed, role: cause, where: { entity.namespace: { exists: true, notIn: $system }, message: { matches: "code [0-9]+" } } }
      - { as: b, type: x.kind${at}.gone, role: impact, after: a, within: 5m, count: { atLeast: 2, distinct: entity.name } }
    absent: [ { as: back, type: x.kind${at}.back, from: a, to: a + 2m } ]
    conditions: { all: [ { fact: b, path: entity.namespace, operator: equal, value: { fact: a, path: entity.namespace } } ] }
${STORY}`;

/** All rules are about the same two types, so that every one may hide every other. */
const alike: RuleText = (at) =>
  `${head(at)}    steps:
      - { as: a, type: k8s.pod.failed, where: { attributes.code: ${at} } }
      - { as: b, type: k8s.pod.*, after: a }
${STORY}`;

/** A row of stories of stories, and rules that supersede each other's neighbours. */
const chained: RuleText = (at) =>
  `${head(at)}${at === 0 ? "" : `    supersedes: [${Array.from({ length: Math.min(at, 20) }, (_, by) => `p${Math.floor((at - by - 1) / (RULES / PACKS))}/rule-${at - by - 1}`).join(", ")}]\n`}    steps:
      - { as: a, type: ${at % 3 === 0 ? "k8s.pod.failed" : `story.rule-${at - 1}`} }
      - { as: b, type: k8s.pod.gone, after: a }
${STORY}`;

function packs(name: string, rule: RuleText): Workload {
  const size = RULES / PACKS;
  const sources = Array.from({ length: PACKS }, (_, pack) => {
    const rules = Array.from({ length: size }, (__, at) => rule(pack * size + at)).join("");
    const top = `apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: p${pack}, version: 1.0.0 }\nlists: { system: [kube-system] }\nrules:\n`;
    return new SourceText(`p${pack}.yaml`, top + rules);
  });
  return { name, sources };
}

function filled(name: string, part: string, start = ""): Workload {
  const text = (start + part.repeat(Math.ceil(FILE_CHARACTERS / part.length))).slice(0, FILE_CHARACTERS);
  return { name, sources: [new SourceText("worst.yaml", text)] };
}

const keys = Array.from({ length: 26_000 }, (_, at) => `k${at}: 1`).join("\n");
const anchors = Array.from({ length: 9_000 }, (_, at) => `- &a${at} {b: 1, <<: *a${Math.max(0, at - 1)}}`).join("\n");

const workloads: readonly Workload[] = [
  packs("1,000 rules, rich", rich),
  packs("1,000 rules, alike", alike),
  packs("1,000 rules, chained", chained),
  filled("256 KiB of keys", `\n# `, keys.slice(0, FILE_CHARACTERS - 100)),
  filled("256 KiB of anchors", "\n# ", anchors.slice(0, FILE_CHARACTERS - 100)),
  filled("256 KiB of [", "["),
  filled("256 KiB of {a: ", "{a: "),
  filled("256 KiB of &a ", "&a "),
  filled("256 KiB of a:\\n ", "a:\n "),
  filled("256 KiB of !!x ", "!!x "),
  filled("256 KiB of one line", "a ", "a: "),
  filled("256 KiB of tabs", "\ta: b\n"),
  filled("256 KiB of quotes", `"a\\u0041`, "a: "),
  filled("256 KiB of blocks", " x\n", "a: |\n"),
];

const ROUNDS = 3;

/**
 * Measures how long 1,000 rules take to be read and checked, in packs of several shapes, and the costliest
 * texts of 256 KiB. Every figure is processor time in this process: of the first round, and of the best.
 */
export async function benchLint(): Promise<void> {
  const longest = Math.max(...workloads.map(({ name }) => name.length));
  const rows = [];
  for (const { name, sources } of workloads) {
    const rounds = Array.from({ length: ROUNDS }, () => lintOnce(sources));
    const [firstMs, bestMs] = [rounds[0]?.ms ?? 0, Math.min(...rounds.map(({ ms }) => ms))];
    rows.push({ name, firstMs: rounded(firstMs), bestMs: rounded(bestMs), findings: rounds[0]?.findings });
    const [first, best] = [firstMs, bestMs].map((ms) => `${ms.toFixed(0)} ms`.padStart(8));
    const held = firstMs <= TARGET_MS ? "ok" : `SLOWER THAN ${TARGET_MS} ms`;
    say(`${name.padEnd(longest)}  first ${first}  best ${best}  ${rounds[0]?.findings} findings  ${held}`);
  }
  await keepResults("lint", { targetMs: TARGET_MS, rows });
}

function lintOnce(sources: readonly SourceText[]): { readonly ms: number; readonly findings: number } {
  const start = process.cpuUsage();
  const { diagnostics } = readPacks(sources);
  for (const diagnostic of diagnostics) renderDiagnostic(diagnostic);
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, findings: diagnostics.length };
}
