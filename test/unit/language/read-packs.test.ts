import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import { ENGINE_VERSION, satisfies } from "../../../src/core/language/version-range.ts";

const contract = readFileSync(new URL("../../corpus/packs/contract.yaml", import.meta.url), "utf8");

function pack(steps: string, more: { top?: string; rule?: string; name?: string; id?: string } = {}): SourceText {
  const text = [
    "apiVersion: tapio.dev/v1",
    "kind: RulePack",
    `metadata: { name: ${more.name ?? "demo"}, version: 1.0.0 }`,
    ...(more.top === undefined ? [] : [more.top]),
    "rules:",
    `  - id: ${more.id ?? "one"}`,
    "    title: One",
    "    category: security",
    "    severity: info",
    ...(more.rule === undefined ? [] : [`    ${more.rule}`]),
    "    steps:",
    ...steps.split("\n").map((line) => `      ${line}`),
    "    story: { summary: One }",
    "",
  ].join("\n");
  return new SourceText(`${more.name ?? "demo"}.yaml`, text);
}

function ruleOf(source: SourceText) {
  const { rules, diagnostics } = readPacks([source]);
  expect(diagnostics.map(renderDiagnostic)).toEqual([]);
  const [rule] = rules.rules;
  if (rule === undefined) throw new Error("no rule was read");
  return rule;
}

describe("the contract's example", () => {
  const reading = readPacks([new SourceText("contract.yaml", contract)]);

  test("compiles with the warnings that it deserves", () => {
    expect(reading.packs).toHaveLength(1);
    expect(reading.diagnostics.map(({ code }) => code)).toEqual(["TAP207", "TAP223"]);
  });

  test("means what it says", () => {
    const [config, oom] = reading.rules.rules;
    expect(reading.rules.rules.map(({ key }) => key)).toEqual([
      "resource-pressure/configmap-change-crashloop",
      "resource-pressure/oom-service-disruption",
    ]);
    expect(oom).toMatchObject({
      packVersion: "1.4.0",
      priority: 80,
      withinMs: 900_000,
      skewMs: 2_000,
      settleMs: 0,
      mode: "active",
      supersedes: ["resource-pressure/pod-oom-killed"],
      steps: [
        { as: "pressure", optional: true, role: "cause", types: ["kernel.memory.alloc_failed"] },
        { as: "oom", optional: false, types: ["k8s.pod.oomkilled"], after: [] },
        { as: "rollback", optional: true, after: ["oom"], withinMs: 600_000 },
        { as: "gone", role: "impact", after: ["oom"], withinMs: 300_000 },
      ],
    });
    expect(config).toMatchObject({
      joins: [{ as: "config", ignore: ["*/kube-root-ca.crt"], maxFanOut: 50 }],
      absent: [
        {
          as: "reverted",
          from: { kind: "step", step: "change", offsetMs: 0 },
          to: { kind: "step", step: "crash" },
          onUnknown: "hold",
        },
      ],
      steps: [{ pick: "last", types: undefined }, { count: { atLeast: 2, distinct: { text: "entity.name" } } }],
    });
    expect(config?.joins[0]?.keys["crash"]?.map(({ text }) => text)).toEqual([
      "entity.namespace",
      "related[role=mounts].name",
    ]);
  });
});

describe("compiling", () => {
  test("lists and patterns are resolved, and merged with what stands beside them", () => {
    const rule = ruleOf(
      pack("- { as: a, use: base, where: { reason: [$codes, Extra] } }\n- { as: b, use: base }", {
        top: "lists: { codes: [A, B] }\npatterns: { base: { type: [k8s.pod.killing, k8s.pod.*], where: { source: k8s } } }",
      }),
    );
    expect(rule.steps[0]).toMatchObject({
      types: ["k8s.pod.killing", "k8s.pod.*"],
      where: {
        kind: "all",
        of: [
          { operator: "equal", value: "k8s" },
          { operator: "in", value: ["A", "B", "Extra"] },
        ],
      },
    });
    expect(rule.steps[1]?.where).toMatchObject({ kind: "test", operator: "equal", value: "k8s" });
  });

  test("several operators on one field must all hold", () => {
    const rule = ruleOf(
      pack(
        "- { as: a, where: { count: { greaterThan: 1, lessThan: 9 }, any: [ { source: a }, { source: b } ], not: { source: c } } }",
      ),
    );
    expect(rule.steps[0]?.where).toMatchObject({
      kind: "all",
      of: [
        { kind: "all", of: [{ operator: "lessThan" }, { operator: "greaterThan" }] },
        { kind: "any" },
        { kind: "not" },
      ],
    });
  });

  test("`join: node` keys every step by its node, and node events by their name", () => {
    const rule = ruleOf(
      pack("- { as: bad, type: k8s.node.notready }\n- { as: pod, type: k8s.pod.evicted }", { rule: "join: node" }),
    );
    const keys = Object.entries(rule.joins[0]?.keys ?? {}).map(([name, paths]) => [
      name,
      paths.map(({ text }) => text),
    ]);
    expect(keys).toEqual([
      ["bad", ["entity.name"]],
      ["pod", ["entity.node"]],
    ]);
  });

  test("moments have offsets", () => {
    const rule = ruleOf(
      pack("- { as: a, type: k8s.pod.killing }", {
        rule: "absent: [ { as: back, from: a - 30s, to: a+5m, type: k8s.pod.started }, { as: never, from: a, type: k8s.pod.ready } ]",
      }),
    );
    expect(rule.absent).toMatchObject([
      { from: { step: "a", offsetMs: -30_000 }, to: { step: "a", offsetMs: 300_000 } },
      { from: { offsetMs: 0 }, to: { kind: "windowEnd" } },
    ]);
  });

  test("anchors and merges are followed", () => {
    const rule = ruleOf(
      pack("- &base { as: a, type: k8s.pod.killing, role: cause }\n- { <<: *base, as: b, role: impact }"),
    );
    expect(rule.steps[1]).toMatchObject({ as: "b", role: "impact", types: ["k8s.pod.killing"] });
  });
});

describe("digests", () => {
  const base = pack("- { as: a, type: k8s.pod.killing }");
  const withText = (change: (text: string) => string): ReturnType<typeof ruleOf> =>
    ruleOf(new SourceText("x.yaml", change(base.text)));
  const rule = ruleOf(base);

  test("neither comments nor layout change them", () => {
    const other = withText(
      (text) => `# hello\n${text.replace("{ as: a, type: k8s.pod.killing }", "as: a\n        type: k8s.pod.killing")}`,
    );
    expect([other.packDigest, other.meaningDigest]).toEqual([rule.packDigest, rule.meaningDigest]);
  });
  test("words change the pack's digest and not the meaning's", () => {
    const other = withText((text) => text.replace("summary: One", "summary: Two"));
    expect(other.packDigest).not.toBe(rule.packDigest);
    expect(other.meaningDigest).toBe(rule.meaningDigest);
  });
  test("meaning changes both", () => {
    const other = withText((text) => text.replace("killing", "started"));
    expect(other.packDigest).not.toBe(rule.packDigest);
    expect(other.meaningDigest).not.toBe(rule.meaningDigest);
  });
});

describe("several packs", () => {
  const good = pack("- { as: a, type: k8s.pod.killing }", { name: "good" });
  const bad = pack("- { as: a, type: k8s.Pod.Killing }", { name: "bad", id: "two" });

  test("one with an error keeps only itself out, and all findings come at once", () => {
    const { packs, rules, diagnostics } = readPacks([good, bad, new SourceText("a.yaml", "a: [")]);
    expect(packs.map(({ name }) => name)).toEqual(["good"]);
    expect(rules.rules.map(({ key }) => key)).toEqual(["good/one"]);
    expect([...new Set(diagnostics.map(({ source }) => source.file))]).toEqual(["a.yaml", "bad.yaml"]);
  });

  test("the order of files changes neither rules nor digest", () => {
    const other = pack("- { as: a, type: k8s.pod.killing }", { name: "other" });
    expect(readPacks([good, other]).rules.digest).toBe(readPacks([other, good]).rules.digest);
    expect(readPacks([other, good]).rules.rules.map(({ key }) => key)).toEqual(["good/one", "other/one"]);
  });

  test("a rule of another pack can be superseded", () => {
    const other = pack("- { as: b, type: k8s.pod.started }", {
      name: "other",
      id: "two",
      rule: "supersedes: [good/one]",
    });
    expect(readPacks([good, other]).diagnostics).toEqual([]);
  });

  test("more than 1,000 rules are refused", () => {
    const rule = (name: string, at: number): string =>
      `  - { id: ${name}${at}, title: T, category: security, severity: info, steps: [{ as: a, type: x }], story: { summary: S } }`;
    const many = (name: string, count: number): SourceText =>
      new SourceText(
        `${name}.yaml`,
        `apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: ${name}, version: 1.0.0 }\nrules:\n${Array.from({ length: count }, (_, at) => rule(name, at)).join("\n")}\n`,
      );
    const { packs, diagnostics } = readPacks([many("a", 600), many("b", 400), many("c", 1)]);
    expect(packs.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["TAP009"]);
  });
});

describe("tapio:ignore", () => {
  const steps = "- { as: a, type: k8s.pod.killing }";
  test.for([
    ["lists: { idle: [a] } # tapio:ignore TAP207 because it is next week's", []],
    ["# tapio:ignore TAP207 because it is next week's\nlists: { idle: [a] }", []],
    ["# tapio:ignore TAP207, TAP208 because it is next week's\nlists: { idle: [a] }", ["TAP010"]],
    ["# tapio:ignore TAP208 because it is next week's\nlists: { idle: [a] }", ["TAP010", "TAP207"]],
    ["# tapio:ignore TAP207 because it is far away\n\nlists: { idle: [a] }", ["TAP010", "TAP207"]],
    ["# tapio:ignore\nlists: { idle: [a] }", ["TAP010", "TAP207"]],
  ] as const)("%s", ([top, codes]) => {
    expect(readPacks([pack(steps, { top })]).diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});

describe("versions", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  test("the engine's version is the package's", () => expect(ENGINE_VERSION).toBe(version));

  test.for([
    ["0.1.0", ">=0.1 <1", true],
    ["1.0.0", ">=0.1 <1", false],
    ["0.1.0", ">0.1", false],
    ["0.1.5", "0.1", true],
    ["0.2.0", "=0.1", false],
    ["0.1.0", "<=0.1.0", true],
    ["0.1.0", "^0.1", undefined],
    ["0.1.0", "", undefined],
  ] as const)("%s in %s: %s", ([own, range, holds]) => {
    expect(satisfies(own, range)).toBe(holds);
  });
});

describe("bounds", () => {
  test("10,000 keys in one map are read, and the key given twice is found", () => {
    const keys = Array.from({ length: 10_000 }, (_, at) => `  k${at}: [a]`).join("\n");
    const { diagnostics } = readPacks([pack("- { as: a, type: x }", { top: `lists:\n${keys}\n  k9999: [b]` })]);
    expect(diagnostics.map(({ code }) => code)).toContain("TAP004");
  });

  test("aliases that multiply are stopped", () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `  l${at + 1}: &l${at + 1} [${Array.from({ length: 9 }, () => `*l${at}`).join(", ")}]`,
    );
    const { diagnostics } = readPacks([new SourceText("bomb.yaml", `a:\n  l0: &l0 [x]\n${levels.join("\n")}\n`)]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["TAP002"]);
  });

  test("an alias inside its own anchor is a finding", () => {
    const { diagnostics } = readPacks([new SourceText("loop.yaml", "a: &a [*a]\n")]);
    expect(diagnostics.map(({ code }) => code)).toContain("TAP006");
  });
});
