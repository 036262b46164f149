import { describe, expect, test } from "vitest";
import { compilePredicate } from "../../../src/core/expression/predicate.ts";
import { renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { unless } from "../../../src/core/language/except.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import { parsePath } from "../../../src/core/model/path.ts";
import type { Operator, Predicate, Rule, Scalar } from "../../../src/core/model/rule.ts";

const PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: demo, version: 1.0.0 }
rules:
  - id: storm
    title: Storm
    category: resource-pressure
    severity: error
    within: 10m
    steps:
      - { as: change, type: config.changed }
      - { as: crash, type: k8s.pod.error, after: change, within: 5m, count: { atLeast: 2, distinct: entity.name } }
    absent: [ { as: back, type: k8s.pod.started, from: crash, to: crash + 1m } ]
    story: { summary: Storm }
  - id: oom
    title: Out of memory
    category: resource-pressure
    severity: error
    steps: [ { as: oom, type: k8s.pod.oomkilled } ]
    story: { summary: Out of memory }
`;

function overlay(patches: string, name = "shop"): SourceText {
  const head = `apiVersion: tapio.dev/v1\nkind: RuleOverlay\nmetadata: { name: ${name}, owner: team-shop }\n`;
  return new SourceText(`${name}.yaml`, `${head}lists: { batch: [nightly, reports] }\npatches:\n${patches}\n`);
}

function read(...overlays: readonly SourceText[]) {
  const today = "2026-03-01";
  const { rules, packs, diagnostics } = readPacks([new SourceText("demo.yaml", PACK), ...overlays], { today });
  const told = diagnostics.filter(({ code }) => code !== "TAP207").map(renderDiagnostic);
  const ruleOf = (id: string): Rule | undefined => rules.rules.find((rule) => rule.id === id);
  return { rules, packs, told, ruleOf };
}

const plain = read();

describe("values", () => {
  const { told, ruleOf } = read(
    overlay(`  - rule: demo/storm
    set:
      { severity: info, priority: 7, within: 20m, skew: 3s, settle: 30s, mode: shadow, minConfidence: 0.5, minEvents: 9,
        steps: { crash: { within: 8m, count: { atLeast: 4 } } }, absent: { back: { from: crash + 10s, to: crash + 2m } } }
    why: deploys are slow here`),
  );
  test("all that can be tuned is, and nothing else changes", () => {
    expect(told).toEqual([]);
    const [before, after] = [plain.ruleOf("storm"), ruleOf("storm")];
    expect(after).toEqual({
      ...before,
      packDigest: after?.packDigest,
      meaningDigest: after?.meaningDigest,
      severity: "info",
      priority: 7,
      withinMs: 1_200_000,
      skewMs: 3_000,
      settleMs: 30_000,
      mode: "shadow",
      minConfidence: 0.5,
      minEvents: 9,
      steps: [
        before?.steps[0],
        {
          ...before?.steps[1],
          withinMs: 480_000,
          count: { atLeast: 4, distinct: before?.steps[1]?.count?.distinct },
        },
      ],
      absent: [
        {
          ...before?.absent[0],
          from: { kind: "step", step: "crash", offsetMs: 10_000 },
          to: { kind: "step", step: "crash", offsetMs: 120_000 },
        },
      ],
    });
  });

  test("a rule that is switched off is gone, and its neighbour stays as it is", () => {
    const off = read(overlay("  - { rule: demo/oom, disable: true, why: another tool tells it }"));
    expect(off.told).toEqual([]);
    expect(off.rules.rules.map(({ key }) => key)).toEqual(["demo/storm"]);
    expect(off.ruleOf("storm")?.meaningDigest).toBe(plain.ruleOf("storm")?.meaningDigest);
  });

  test("several overlays add up, whatever their order", () => {
    const first = overlay("  - { rule: demo/oom, set: { severity: info }, why: x }", "a");
    const second = overlay("  - { rule: demo/oom, set: { priority: 9 }, why: x }", "b");
    expect(read(first, second).ruleOf("oom")).toMatchObject({ severity: "info", priority: 9 });
    expect(read(first, second).rules.digest).toBe(read(second, first).rules.digest);
  });

  test("one with an error changes nothing, and keeps no pack away", () => {
    const { rules, told } = read(
      overlay(
        "  - { rule: demo/oom, set: { severity: info }, why: x }\n  - { rule: demo/nope, disable: true, why: x }",
      ),
    );
    expect(told).toHaveLength(1);
    expect(rules).toEqual(plain.rules);
  });

  test("a pack that can't be read is not said to lack the rule", () => {
    const broken = new SourceText("broken.yaml", "a: [");
    const { diagnostics } = readPacks([broken, overlay("  - { rule: demo/oom, disable: true, why: x }")]);
    expect(diagnostics.map(({ code }) => code)).not.toContain("TAP252");
  });
});

describe("digests", () => {
  const digests = (...overlays: readonly SourceText[]): readonly unknown[] => {
    const { rules, packs, ruleOf } = read(...overlays);
    return [rules.digest, packs[0]?.digest, ruleOf("oom")?.packDigest, ruleOf("oom")?.meaningDigest];
  };
  test.for(["settle: 10s", "severity: info"])("a change of meaning changes them all: %s", (change) => {
    const changed = digests(overlay(`  - { rule: demo/oom, set: { ${change} }, why: x }`));
    changed.forEach((digest, at) => {
      expect(digest).not.toBe(digests()[at]);
    });
  });
  test("an exception that is over changes none", () => {
    const over = "  - { rule: demo/oom, except: [ { where: { entity.namespace: x }, until: 2026-02-28, why: x } ] }";
    expect(digests(overlay(over))).toEqual(digests());
    expect(digests(overlay(over.replace("02-28", "03-01")))).not.toEqual(digests());
    expect(digests(overlay(over.replace("2026-02-28", "never")))).not.toEqual(digests());
  });
});

describe("exceptions", () => {
  const pod = (namespace: string | undefined): unknown => ({ type: "k8s.pod.error", entity: { namespace } });
  const passes = (rule: Rule | undefined, step: number, event: unknown): boolean => {
    const where = rule?.steps[step]?.where;
    return where === undefined || compilePredicate(where)(event);
  };
  test("events that pass it don't count, and those without the field do", () => {
    const { told, ruleOf } = read(
      overlay("  - { rule: demo/storm, except: [ { where: { entity.namespace: $batch }, until: never, why: x } ] }"),
    );
    expect(told).toEqual([]);
    for (const step of [0, 1]) {
      expect(["nightly", "shop", undefined].map((each) => passes(ruleOf("storm"), step, pod(each)))).toEqual([
        false,
        true,
        true,
      ]);
    }
  });
  test("one of a step leaves the others alone", () => {
    const { ruleOf } = read(
      overlay(
        "  - { rule: demo/storm, except: [ { step: crash, where: { entity.namespace: shop }, until: never, why: x } ] }",
      ),
    );
    expect([0, 1].map((step) => passes(ruleOf("storm"), step, pod("shop")))).toEqual([true, false]);
  });
});

describe("unless is true exactly where its test is not", () => {
  const a = (operator: Operator, value: Scalar | readonly Scalar[], text = "a"): Predicate => {
    const path = parsePath(text);
    if (path === undefined) throw new Error(text);
    return { kind: "test", path, operator, value };
  };
  const [isOne, isMissing, other] = [a("equal", 1), a("exists", false), a("notIn", [1, 2], "b[*].c")];
  const predicates: readonly Predicate[] = [
    isOne,
    isMissing,
    other,
    { kind: "not", of: isOne },
    { kind: "not", of: { kind: "not", of: other } },
    { kind: "all", of: [isOne, other] },
    { kind: "any", of: [isOne, other] },
    { kind: "not", of: { kind: "all", of: [isOne, other] } },
    { kind: "not", of: { kind: "any", of: [isOne, { kind: "not", of: other }] } },
    {
      kind: "any",
      of: [
        { kind: "not", of: isMissing },
        { kind: "all", of: [other, { kind: "not", of: isOne }] },
      ],
    },
  ];
  const events = [{}, { a: 1 }, { a: 2 }].flatMap((one) =>
    [undefined, [], [{ c: 1 }], [{ c: 3 }], [{ c: 1 }, { c: 3 }], [{}]].map((b) => ({ ...one, b })),
  );
  test.for(predicates.map((predicate, at) => [at, predicate] as const))("%i", ([, predicate]) => {
    for (const event of events)
      expect(compilePredicate(unless(predicate))(event), JSON.stringify(event)).toBe(
        !compilePredicate(predicate)(event),
      );
  });
});
