import { expect, test } from "vitest";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

// A sound pack, and the mistakes that people make in it: what is changed, where the finding must point, and
// the words that tell a tired person what to do.
const SOUND = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: demo, version: 1.0.0 }
lists:
  system: [kube-system, kube-public]
patterns:
  killed: { type: k8s.pod.oomkilled }
rules:
  - id: oom-disruption
    title: Service disruption
    category: resource-pressure
    severity: critical
    within: 15m
    steps:
      - as: oom
        use: killed
        role: cause
        where:
          entity.namespace: { notIn: $system, exists: true }
      - as: gone
        type: network.endpoint.removed
        role: impact
        after: oom
        within: 5m
        count: { atLeast: 2 }
    story:
      summary: "{{ gone.entity.name }} is disrupted"
`;

interface Mistake {
  readonly name: string;
  /** A text of the sound pack, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  readonly code: string;
  readonly line: number;
  /** What the finding must say, message or hint. */
  readonly says: RegExp;
}

const mistakes: readonly Mistake[] = [
  { name: "a tab", from: "    title:", to: "\ttitle:", code: "TAP003", line: 10, says: /tab.*\n.*spaces/ },
  {
    name: "one space too few",
    from: "    severity:",
    to: "   severity:",
    code: "TAP003",
    line: 12,
    says: /line up.*\n.*indent/,
  },
  {
    name: "one space too many",
    from: "    severity:",
    to: "     severity:",
    code: "TAP003",
    line: 12,
    says: /indented|line up|indent/,
  },
  {
    name: "no dash before a step",
    from: "      - as: gone",
    to: "        as: gone",
    code: "TAP004",
    line: 20,
    says: /already given on line 15.*\n.*`- `/,
  },
  {
    name: "no dash before the first step",
    from: "      - as: oom",
    to: "        as: oom",
    code: "TAP003",
    line: 20,
    says: /`- `|line up/,
  },
  {
    name: "no dash before the rule",
    from: "  - id: oom",
    to: "    id: oom",
    code: "TAP103",
    line: 8,
    says: /takes a list.*\n.*`- `/,
  },
  {
    name: "no space after the colon",
    from: "title: Service",
    to: "title:Service",
    code: "TAP003",
    line: 10,
    says: /space after/,
  },
  {
    name: "no space after the dash",
    from: "- as: gone",
    to: "-as: gone",
    code: "TAP003",
    line: 20,
    says: /space after/,
  },
  {
    name: "a quote that is not closed",
    from: `"{{ gone.entity.name }} is disrupted"`,
    to: `"{{ gone.entity.name }} is disrupted`,
    code: "TAP003",
    line: 27,
    says: /quote is never closed/,
  },
  {
    name: "a template without quotes",
    from: `"{{ gone.entity.name }} is disrupted"`,
    to: "{{ gone.entity.name }} is disrupted",
    code: "TAP003",
    line: 27,
    says: /quotes/,
  },
  {
    name: "a value with a colon",
    from: "title: Service disruption",
    to: "title: Service: disruption",
    code: "TAP003",
    line: 10,
    says: /quotes/,
  },
  {
    name: "curly quotes",
    from: `"{{ gone.entity.name }} is disrupted"`,
    to: "“{{ gone.name }}”",
    code: "TAP242",
    line: 27,
    says: /no field `name`/,
  },
  {
    name: "a template alone without quotes",
    from: `"{{ gone.entity.name }} is disrupted"`,
    to: "{{ gone.entity.name }}",
    code: "TAP008",
    line: 27,
    says: /quotes/,
  },
  {
    name: "a filter that is not there",
    from: "gone.entity.name }}",
    to: "gone.time | date }}",
    code: "TAP241",
    line: 27,
    says: /`clock`/,
  },
  {
    name: "a glob without quotes",
    from: "type: network.endpoint.removed",
    to: "type: *.removed",
    code: "TAP006",
    line: 21,
    says: /quotes/,
  },
  {
    name: "a flow map that is not closed",
    from: "{ atLeast: 2 }",
    to: "{ atLeast: 2",
    code: "TAP003",
    line: 25,
    says: /`}`/,
  },
  {
    name: "a flow list that is not closed",
    from: "[kube-system, kube-public]",
    to: "[kube-system, kube-public",
    code: "TAP003",
    line: 5,
    says: /`]`/,
  },
  {
    name: "a misspelt key",
    from: "severity:",
    to: "sevrity:",
    code: "TAP101",
    line: 12,
    says: /did you mean `severity`/,
  },
  {
    name: "a key of another tool",
    from: "severity:",
    to: "level:",
    code: "TAP101",
    line: 12,
    says: /there is .*`severity`/,
  },
  {
    name: "a capital letter",
    from: "kind: RulePack",
    to: "kind: Rulepack",
    code: "TAP104",
    line: 2,
    says: /did you mean `RulePack`/,
  },
  {
    name: "the kind of another file",
    from: "kind: RulePack",
    to: "kind: RuleTest",
    code: "TAP104",
    line: 2,
    says: /\*\.test\.yaml/,
  },
  {
    name: "an old version of the format",
    from: "tapio.dev/v1",
    to: "tapio.dev/v1beta1",
    code: "TAP104",
    line: 1,
    says: /tapio\.dev\/v1`/,
  },
  { name: "a severity that is none", from: "critical", to: "high", code: "TAP104", line: 12, says: /`critical`/ },
  {
    name: "a category that is none",
    from: "resource-pressure",
    to: "memory",
    code: "TAP104",
    line: 11,
    says: /`resource-pressure`/,
  },
  {
    name: "yes for true",
    from: "role: impact",
    to: "optional: yes",
    code: "TAP103",
    line: 22,
    says: /write `true` or `false`/,
  },
  {
    name: "a number in quotes",
    from: "atLeast: 2",
    to: `atLeast: "2"`,
    code: "TAP103",
    line: 25,
    says: /whole number.*\n.*without (the )?quotes/,
  },
  {
    name: "a number for a count",
    from: "{ atLeast: 2 }",
    to: "2",
    code: "TAP103",
    line: 25,
    says: /takes a map.*\n.*atLeast/,
  },
  {
    name: "a duration without a unit",
    from: "within: 5m",
    to: "within: 300",
    code: "TAP103",
    line: 24,
    says: /`300s`/,
  },
  {
    name: "a duration with a long unit",
    from: "within: 5m",
    to: "within: 5min",
    code: "TAP201",
    line: 24,
    says: /`5m`/,
  },
  { name: "a duration with a space", from: "within: 5m", to: "within: 5 m", code: "TAP201", line: 24, says: /`5m`/ },
  {
    name: "an operator of the mathematicians",
    from: "notIn: $system",
    to: `"!=": kube-system`,
    code: "TAP101",
    line: 19,
    says: /did you mean `notEqual`/,
  },
  {
    name: "an operator in snake case",
    from: "notIn: $system",
    to: "not_in: $system",
    code: "TAP101",
    line: 19,
    says: /did you mean `notIn`/,
  },
  {
    name: "a short operator",
    from: "notIn: $system",
    to: "gt: 5",
    code: "TAP101",
    line: 19,
    says: /did you mean `greaterThan`/,
  },
  {
    name: "a list that is not there",
    from: "$system",
    to: "$sytem",
    code: "TAP205",
    line: 19,
    says: /did you mean `system`/,
  },
  {
    name: "a pattern that is not there",
    from: "use: killed",
    to: "use: oom",
    code: "TAP206",
    line: 16,
    says: /`killed`/,
  },
  {
    name: "a list for a map",
    from: "entity.namespace: {",
    to: "- entity.namespace: {",
    code: "TAP103",
    line: 18,
    says: /takes a map.*\n.*without the `- `/,
  },
  {
    name: "a nested path",
    from: "entity.namespace: { notIn: $system, exists: true }",
    to: "entity: { namespace: shop }",
    code: "TAP101",
    line: 19,
    says: /`entity\.namespace`/,
  },
  {
    name: "a field that is not there",
    from: "entity.namespace: {",
    to: "namespace: {",
    code: "TAP242",
    line: 19,
    says: /`entity\.namespace`/,
  },
  {
    name: "a step that is not there",
    from: "after: oom",
    to: "after: omm",
    code: "TAP212",
    line: 23,
    says: /did you mean `oom`/,
  },
  {
    name: "a template of another step",
    from: "gone.entity.name",
    to: "pod.entity.name",
    code: "TAP212",
    line: 27,
    says: /`oom` and `gone`/,
  },
  {
    name: "a Kubernetes reason as type",
    from: "network.endpoint.removed",
    to: "OOMKilled",
    code: "TAP204",
    line: 21,
    says: /where: { reason: OOMKilled }/,
  },
  {
    name: "an id with spaces",
    from: "id: oom-disruption",
    to: "id: OOM disruption",
    code: "TAP105",
    line: 9,
    says: /joined by `-`/,
  },
  {
    name: "a step name with a dash",
    from: "as: gone",
    to: "as: gone-away",
    code: "TAP105",
    line: 20,
    says: /letters, digits and `_`/,
  },
  {
    name: "no story",
    from: "    story:\n      summary:",
    to: "    description:",
    code: "TAP102",
    line: 9,
    says: /needs `story`/,
  },
  {
    name: "a value that is missing",
    from: "role: impact",
    to: "role:",
    code: "TAP103",
    line: 22,
    says: /no value|remove/,
  },
  { name: "two packs in one file", from: "rules:", to: "---\nrules:", code: "TAP007", line: 8, says: /one document/ },
  { name: "a template that is not closed", from: "name }} is", to: "name is", code: "TAP241", line: 27, says: /}}/ },
];

test("there are at least 40 of them", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(40);
  expect(readPacks([new SourceText("sound.yaml", SOUND)]).diagnostics).toEqual([]);
});

test.for(mistakes)("$name: $code on line $line", ({ from, to, code, line, says }) => {
  expect(SOUND.split(from).length).toBeGreaterThan(1);
  const text = SOUND.replace(from, () => to);
  const { diagnostics, packs } = readPacks([new SourceText("broken.yaml", text)]);
  const told = diagnostics.map(({ source, span, ...finding }) => ({
    code: finding.code as string,
    line: source.positionAt(span.start).line,
    text: `${finding.message}\n${finding.hint ?? ""}`,
  }));
  const found = told.find((one) => one.code === code && one.line === line);
  expect(found?.text, JSON.stringify(told)).toMatch(says);
  expect(packs).toEqual([]);
});

const together: readonly {
  readonly name: string;
  readonly changes: Readonly<Record<string, string>>;
  readonly codes: string;
}[] = [
  {
    name: "shape and meaning of several rules' parts",
    changes: {
      "severity:": "severty:",
      "use: killed": "use: killd",
      "within: 5m": "within: soon",
      "{{ gone.": "{{ gon.",
    },
    codes: "12 TAP101, 16 TAP206, 24 TAP201, 27 TAP212",
  },
  {
    name: "the head, a list, and a bound",
    changes: { "version: 1.0.0": "owner: me", $system: "$sytem", "atLeast: 2": "atLeast: none" },
    codes: "3 TAP102, 19 TAP205, 25 TAP103",
  },
  {
    name: "a misspelt field still counts",
    changes: { "after: oom": "afer: omm", "    type: net": "    tpe: Net" },
    codes: "21 TAP101, 21 TAP204, 23 TAP101, 23 TAP212",
  },
  {
    name: "a step without a usable name: nothing is said of names",
    changes: { "- as: oom": "- as: [oom]", "severity:": "severty:" },
    codes: "12 TAP101, 15 TAP103",
  },
];

test.for(together)("all at once: $name", ({ changes, codes }) => {
  let text = SOUND;
  for (const [from, to] of Object.entries(changes)) text = text.replace(from, () => to);
  const { diagnostics, packs } = readPacks([new SourceText("broken.yaml", text)]);
  const told = diagnostics.map(({ source, span, code }) => `${source.positionAt(span.start).line} ${code}`);
  expect([...new Set(told)].join(", ")).toBe(codes);
  expect(packs).toEqual([]);
});

test.for([
  ["oom-disruptoin", ["TAP223"]],
  ["demo/nothing-like-it", ["TAP223"]],
  ["demmo/oom-disruption", ["TAP223"]],
  ["elsewhere/some-rule", []],
] as [string, string[]][])("supersedes %s: %j, for what is loaded elsewhere can't be known here", ([key, codes]) => {
  const text = SOUND.replace("    story:", () => `    supersedes: [${key}]\n    story:`);
  const { diagnostics } = readPacks([new SourceText("a.yaml", text)]);
  expect(diagnostics.map(({ code }) => code)).toEqual(codes);
});
