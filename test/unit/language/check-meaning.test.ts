import { describe, expect, test } from "vitest";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

/** The codes of what is said of some rules, each written without its head. */
function codesOf(...rules: readonly string[]): readonly string[] {
  const text = rules
    .map((rule, at) => {
      const head = `  - id: r${at}\n    title: R\n    category: security\n    severity: error\n    story: { summary: R }\n`;
      return `${head}${rule.replaceAll(/^/gm, "    ")}\n`;
    })
    .join("");
  const pack = `apiVersion: tapio.dev/v1\nkind: RulePack\nmetadata: { name: demo, version: 1.0.0 }\nrules:\n${text}`;
  return readPacks([new SourceText("demo.yaml", pack)]).diagnostics.map(({ code }) => code);
}

const where = (test: string): string => `steps: [ { as: a, type: k8s.pod.killing, where: ${test} } ]`;

describe("tests that contradict each other", () => {
  test.for([
    "{ reason: { equal: A, notEqual: A } }",
    "{ reason: { in: [A, B], startsWith: C } }",
    "{ reason: A, all: [ { reason: B } ] }",
    "{ reason: A, any: [ { reason: B }, { all: [ { reason: { exists: false } } ] } ] }",
    "{ count: { greaterThan: 3, lessThanInclusive: 3 } }",
    "{ count: { equal: 2, greaterThan: 3 } }",
    '{ reason: { in: [abc, abd], matches: "^x" } }',
    "{ type: [k8s.pod.started, k8s.node.ready] }",
  ])("%s", (test) => {
    expect(codesOf(where(test))).toContain("TAP219");
  });
  test.for([
    "{ reason: { in: [A, B], startsWith: A } }",
    "{ reason: { in: [A, B], notEqual: A } }",
    "{ count: { greaterThanInclusive: 3, lessThanInclusive: 3 } }",
    '{ "related[*].name": A, all: [ { "related[*].name": B } ] }',
    "{ reason: A, any: [ { reason: B }, { message: B } ] }",
    "{ type: k8s.pod.killing }",
    "{ reason: { exists: true, equal: A } }",
    "{ not: { reason: A }, reason: B }",
  ])("not: %s", (test) => {
    expect(codesOf(where(test))).not.toContain("TAP219");
  });
});

describe("rules that another hides", () => {
  const wide = "priority: 80\nsteps: [ { as: a, type: k8s.pod.killing } ]";
  const hidden = "steps: [ { as: b, type: k8s.pod.killing, where: { reason: A } }, { as: c, type: x.y, after: b } ]";
  test.for([
    [wide, hidden],
    [wide.replace("k8s.pod.killing", '"k8s.*"'), hidden],
    [wide.replace("type: k8s.pod.killing", "where: { reason: A }"), hidden],
    ["priority: 80\nsteps: [ { as: a, where: { reason: A } }, { as: z, type: x.y, after: a } ]", hidden],
    [`${wide.slice(0, -2)}, { as: more, type: q.r, optional: true } ]`, hidden],
  ] as const)("%j hides %j", ([one, other]) => {
    expect(codesOf(one, other)).toEqual(["TAP227"]);
  });
  test.for([
    ["a lower priority", wide.replace("80", "20"), hidden],
    ["one that has a story of its own", wide, `standalone: true\n${hidden}`],
    ["one that claims nothing", `standalone: true\n${wide}`, hidden],
    ["a shadow", `mode: shadow\n${wide}`, hidden],
    ["another type", wide.replace("killing", "started"), hidden],
    ["a test of its own", wide.replace("}", ", where: { reason: B } }"), hidden],
    ["an absence", `${wide}\nabsent: [ { as: n, type: x.z, from: a } ]`, hidden],
    [
      "an order of its own",
      "priority: 80\nsteps: [ { as: z, type: x.y }, { as: a, type: k8s.pod.killing, after: z } ]",
      hidden,
    ],
    [
      "a shorter gap",
      "priority: 80\nsteps: [ { as: a, where: { reason: A } }, { as: z, type: x.y, after: a, within: 1m } ]",
      hidden,
    ],
    ["a later telling", `settle: 1m\n${wide}`, hidden],
    ["a count", wide.replace("}", ", count: { atLeast: 2 } }"), hidden],
  ] as const)("not with %s", ([, one, other]) => {
    expect(codesOf(one, other)).toEqual([]);
  });
});

test("a rule over stories of another is not hidden by it", () => {
  const stories = "steps: [ { as: b, type: story.r0 }, { as: c, type: k8s.pod.killing } ]";
  expect(codesOf("priority: 80\nsteps: [ { as: a, type: k8s.pod.killing } ]", stories)).toEqual(["TAP238"]);
});

describe("negative conditions", () => {
  const rule = (path: string, operator: string, more = "", join = ""): string =>
    `${join}steps: [ { as: a, type: x.y${more} } ]
conditions: { all: [ { fact: a, path: ${path}, operator: ${operator}, value: v } ] }`;
  const onNamespace = "join: [ { as: j, keys: { a: [entity.namespace] } } ]\n";
  test.for([
    [["TAP209"], rule("reason", "notEqual")],
    [["TAP209"], rule("last.reason", "notEqual")],
    [[], rule("reason", "equal")],
    [[], rule("type", "notEqual")],
    [[], rule("reason", "notEqual", ", where: { reason: { startsWith: F } }")],
    [["TAP209"], rule("reason", "notEqual", ", where: { message: { startsWith: F } }")],
    [["TAP209"], rule("reason", "notEqual", ", where: { reason: { exists: false } }")],
    [[], rule("entity.namespace", "notEqual", "", onNamespace)],
    [["TAP209"], rule("entity.node", "notEqual", "", onNamespace)],
  ] as const)("%j: %s", ([codes, text]) => {
    expect(codesOf(text)).toEqual(codes);
  });
});

describe("the rest", () => {
  test.for([
    ["TAP218", "minEvents: 1\nsteps: [ { as: a, type: x.y } ]"],
    [undefined, "minEvents: 2\nsteps: [ { as: a, type: x.y } ]"],
    [undefined, "steps: [ { as: a, type: x.y, count: { atLeast: 1, distinct: entity.name } } ]"],
    [undefined, "steps: [ { as: a, type: x.y, pick: last, count: { atLeast: 1 } } ]"],
    ["TAP218", 'steps: [ { as: a, type: ["x.*", "x.y.*"] } ]'],
    ["TAP218", "steps: [ { as: a, type: [x.y, x.y] } ]"],
    [undefined, 'steps: [ { as: a, type: ["x.*", "y.*"] } ]'],
    ["TAP220", 'steps: [ { as: a, type: "k8s.clusterrolebinding.*", where: { entity.namespace: shop } } ]'],
    [undefined, 'steps: [ { as: a, type: "k8s.rolebinding.*", where: { entity.namespace: shop } } ]'],
    [undefined, 'steps: [ { as: a, type: "k8s.node.*", where: { entity.namespace: { exists: false } } } ]'],
    ["TAP237", "steps: [ { as: a, type: x.y } ]\nresolve: [ { type: x.y } ]"],
    [undefined, "steps: [ { as: a, type: x.y } ]\nresolve: [ { type: x.y, where: { severity: info } } ]"],
    ["TAP235", "join: node\nsteps: [ { as: a, type: story.nobody } ]"],
    [undefined, 'join: node\nsteps: [ { as: a, type: "story.*" } ]'],
    ["TAP238", 'steps: [ { as: a, type: "story.*" } ]'],
    ["TAP238", 'steps: [ { as: a, type: x.y, optional: true }, { as: b, type: "story.*" } ]'],
    ["TAP238", 'join: node\nsteps: [ { as: a, type: x.y } ]\nresolve: [ { type: "story.*" } ]'],
    ["TAP236", "join: node\nsteps: [ { as: a, type: story.r0 } ]"],
  ] as const)("%s: %s", ([code, rule]) => {
    expect(codesOf(rule)).toEqual(code === undefined ? [] : [code]);
  });

  test("three levels of stories are allowed", () => {
    const over = (below: number): string => `join: node\nsteps: [ { as: a, type: story.r${below} } ]`;
    expect(codesOf("steps: [ { as: a, type: x.y } ]", over(0), over(1))).toEqual([]);
    expect(codesOf("steps: [ { as: a, type: x.y } ]", over(0), over(1), over(2))).toEqual(["TAP236"]);
  });

  test("a long row of rules that supersede each other is no circle, and one step back makes it one", () => {
    const row = (at: number, more: string): string =>
      `supersedes: [r${at + 1}${more}]\nsteps: [ { as: a, type: x.y${at} } ]`;
    const last = "steps: [ { as: a, type: x.z } ]";
    const rows = Array.from({ length: 200 }, (_, at) => row(at, ""));
    expect(codesOf(...rows, last)).toEqual([]);
    const circle = codesOf(...rows.with(150, row(150, ", r100")), last);
    expect(circle).toEqual(Array.from({ length: 51 }, () => "TAP224"));
  });
});
