import { describe, expect, test } from "vitest";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import type { RuleSet } from "../../../src/core/model/rule.ts";
import type { FixtureEntry } from "../../../src/core/testing/case-log.ts";
import { type CaseResult, runCase } from "../../../src/core/testing/run-case.ts";
import { nativeDecoder } from "./native-decoder.ts";

const PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: shop, version: 1.0.0, owner: team-shop }
rules:
  - id: chain
    title: Chain
    category: resource-pressure
    severity: critical
    priority: 80
    steps:
      - { as: oom, type: x.oom, role: cause }
      - { as: gone, type: x.gone, role: impact, after: oom, within: 5m }
    supersedes: [single]
    story: { summary: "{{ oom.entity.name }} took {{ gone.entity.name }} along" }
  - id: single
    title: Single
    category: resource-pressure
    severity: error
    priority: 10
    steps:
      - { as: oom, type: x.oom, role: cause }
    story: { summary: "{{ oom.entity.name }} was killed" }
`;

const HEAD = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [shop.yaml]
start: 2026-03-01T10:00:00Z
templates:
  oom: { source: x, type: x.oom, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-1 } }
  gone: { source: x, type: x.gone, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
`;

const CHAIN = "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 40s, use: gone } ]";

function rules(pack = PACK): RuleSet {
  const read = readPacks([new SourceText("shop.yaml", pack)]);
  expect(read.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return read.rules;
}

interface Given {
  readonly pack?: string;
  readonly fixture?: readonly FixtureEntry[];
}

/** Runs the one case whose lines are given. */
async function run(lines: readonly string[], { pack, fixture }: Given = {}): Promise<CaseResult & { text: string }> {
  const source = new SourceText(
    "shop.test.yaml",
    `${HEAD}  - name: case\n${lines.map((line) => `    ${line}\n`).join("")}`,
  );
  const { test: file, diagnostics } = readRuleTests(source);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const [one] = file?.cases ?? [];
  if (one === undefined) throw new Error("no case was read");
  const result = await runCase(one, { rules: rules(pack), newDecoder: nativeDecoder, fixture });
  const text = result.problems
    .map(({ span, message }) => `${source.positionAt(span.start).line}: ${message}`)
    .join("\n");
  return { ...result, text };
}

describe("what passes", () => {
  test("a story as expected, in every order of arrival", async () => {
    const result = await run([
      CHAIN,
      "expect:",
      "  stories:",
      "    - rule: shop/chain",
      "      summary: api-1 took api along",
      "      severity: critical",
      "      status: open",
      "      confidence: 1",
      "      rootCause: { event: e1, kind: Pod, name: api-1 }",
      "      bound: { oom: [e1], gone: [e2] }",
      "      impact: [ { kind: Service } ]",
      "      superseded: [shop/single]",
      "      events: 2",
      "  notStories: [shop/single]",
    ]);
    expect(result.text).toBe("");
    expect(result.orders).toBe(3);
    expect(result.notes).toEqual([]);
  });

  test("no story where none is expected", async () => {
    const result = await run(["events: [ { at: 0s, use: gone } ]", "expect: { stories: [] }"]);
    expect(result).toMatchObject({ text: "", orders: 1 });
  });

  test("moments: first one story, then another", async () => {
    const result = await run([
      CHAIN,
      "at:",
      "  - { time: 10s, stories: [ { rule: shop/single } ] }",
      "  - { time: 40s, stories: [ { rule: shop/chain, revision: 2 } ], notStories: [shop/single] }",
    ]);
    expect(result.text).toBe("");
  });

  test("two stories of one rule, each expected once, in any order", async () => {
    const result = await run([
      "events: [ { id: a, at: 0s, use: oom }, { id: b, at: 0s, use: oom, traceId: t2, entity: { name: web-1 } } ]",
      "expect: { stories: [ { rule: shop/single }, { rule: shop/single, bound: { oom: [a] } } ] }",
    ]);
    expect(result.text).toBe("");
  });

  test("a fixture, line by line", async () => {
    const event = { id: "f1", traceId: "t9", time: "2026-03-01T10:00:00Z", source: "x", type: "x.oom" };
    const text = JSON.stringify({ ...event, entity: { kind: "Pod", name: "web" } });
    const lines = ["fixture: f.ndjson", "expect: { stories: [ { rule: shop/single, bound: { oom: [f1] } } ] }"];
    expect((await run(lines, { fixture: [{ text, line: 1 }] })).text).toBe("");
    expect(
      (
        await run(lines, {
          fixture: [
            { text, line: 1 },
            { text: "{", line: 7 },
          ],
        })
      ).text,
    ).toContain("f.ndjson:7 cannot be read: not JSON");
    expect((await run(lines)).text).toContain("the fixture f.ndjson cannot be read");
  });
});

/** In which fields the stories are not as expected. */
const differing = ({ problems }: CaseResult): string[] =>
  problems.flatMap(({ differences }) => differences.map(({ path }) => path));

test("actions, whole and in their order", async () => {
  const pack = PACK.replace('was killed" }', 'was killed", actions: ["Look at {{ oom.entity.name }}", Wait] }');
  const expecting = async (actions: string): Promise<string[]> =>
    differing(
      await run(
        ["events: [ { at: 0s, use: oom } ]", `expect: { stories: [ { rule: shop/single, actions: ${actions} } ] }`],
        { pack },
      ),
    );
  expect(await expecting("[Look at api-1, Wait]")).toEqual([]);
  expect(await expecting("[Wait, Look at api-1]")).toEqual(["actions"]);
  expect(await expecting("[Look at api-1]")).toEqual(["actions"]);
});

test("a story in shadow mode is told only where the case says so", async () => {
  const inShadow = PACK.replace("    priority: 10", "    priority: 10\n    mode: shadow");
  const expecting = async (pack: string, more: string): Promise<string[]> =>
    differing(
      await run(["events: [ { at: 0s, use: oom } ]", `expect: { stories: [ { rule: shop/single${more} } ] }`], {
        pack,
      }),
    );
  expect(await expecting(inShadow, "")).toEqual(["shadow"]);
  expect(await expecting(inShadow, ", shadow: true")).toEqual([]);
  expect(await expecting(PACK, ", shadow: true")).toEqual(["shadow"]);
  expect(await expecting(PACK, "")).toEqual([]);
});

describe("what fails", () => {
  test("a field that differs, with its place and both values", async () => {
    const result = await run([
      CHAIN,
      "expect:",
      "  stories:",
      "    - { rule: shop/chain, summary: nonsense, bound: { gone: [e1] } }",
    ]);
    expect(result.text).toBe("13: the story of shop/chain is not as expected");
    expect(result.problems[0]?.differences).toEqual([
      { path: "summary", expected: '"nonsense"', got: '"api-1 took api along"' },
      { path: "bound.gone", expected: '["e1"]', got: '["e2"]' },
    ]);
  });

  test("a story that is missing, with what was told instead and what its rule failed at", async () => {
    const result = await run(["events: [ { at: 0s, use: oom } ]", "expect: { stories: [ { rule: shop/chain } ] }"]);
    expect(result.text).toMatch(
      /shop\/chain told no such story; told: shop\/single .*; no-event: there is no event of type /,
    );
    expect(result.text).toContain("a story too many: shop/single");
  });

  test("a story too many, and one that must not be", async () => {
    expect((await run([CHAIN, "expect: { stories: [] }"])).text).toContain("a story too many: shop/chain");
    expect((await run([CHAIN, "expect: { notStories: [shop/chain] }"])).text).toContain(
      "shop/chain must tell no story",
    );
  });

  test("an impact that names one entity twice is not met by two", async () => {
    const impact = "impact: [ { name: api }, { name: api } ]";
    const result = await run([CHAIN, `expect: { stories: [ { rule: shop/chain, ${impact} } ] }`]);
    expect(result.problems[0]?.differences[0]?.path).toBe("impact");
  });

  test("a rule that is not there, for it would prove nothing", async () => {
    const result = await run([CHAIN, "expect: { notStories: [shop/chian] }"]);
    expect(result.text).toContain("there is no rule `shop/chian` in these packs; did you mean `shop/chain`?");
  });

  test("a rule that failed for another reason", async () => {
    const why = "why: { shop/single: { because: gap } }";
    const result = await run([CHAIN, `expect: { notStories: [shop/single], ${why} }`]);
    expect(result.text).toContain("shop/single failed for another reason: it holds, and shop/chain tells the story");
    expect(result.problems[0]?.differences).toEqual([{ path: "because", expected: "gap", got: "superseded" }]);
  });

  test("a moment at which something else stands", async () => {
    const result = await run([
      CHAIN,
      "at: [ { time: 10s, stories: [] } ]",
      "expect: { stories: [ { rule: shop/chain } ] }",
    ]);
    expect(result.text).toContain("a story too many: shop/single");
  });
});

describe("orders of arrival", () => {
  test("are left out, and that is said, where windows would have closed", async () => {
    const long = "events: [ { at: 0s, use: oom }, { at: 6m, use: oom } ]";
    const result = await run([long, "expect: { stories: [ { rule: shop/single } ] }"]);
    expect(result).toMatchObject({
      text: "",
      orders: 1,
      notes: [expect.stringContaining("longer than its correlation window")],
    });
  });

  test("are left out where the case says when its events arrive", async () => {
    const late = "events: [ { at: 0s, use: oom, arrives: 50s }, { at: 40s, use: gone } ]";
    const result = await run([
      late,
      "at: [ { time: 45s, stories: [] } ]",
      "expect: { stories: [ { rule: shop/chain } ] }",
    ]);
    expect(result).toMatchObject({ text: "", orders: 1, notes: [expect.stringContaining("when its events arrive")] });
  });

  test("are as many as asked for, and the same each time", async () => {
    const events =
      "events: [ { at: 0s, use: oom }, { at: 40s, use: gone }, { at: 41s, use: gone }, { at: 42s, use: gone } ]";
    const lines = [events, "arrival: { shuffle: 3 }", "expect: { stories: [ { rule: shop/chain } ] }"];
    expect((await run(lines)).orders).toBe(4);
    expect(await run(lines)).toEqual(await run(lines));
  });
});

test("a step may have a name that every object has", async () => {
  const pack = PACK.replaceAll("as: gone,", "as: constructor, optional: true,").replaceAll(
    "gone.entity.name",
    "oom.reason",
  );
  const events = "events: [ { id: e1, at: 0s, use: oom, reason: X } ]";
  const wanting = "expect: { stories: [ { rule: shop/chain, bound: { constructor: [e1] } } ] }";
  const { text } = await run([events, wanting], { pack });
  expect(text).toContain("the story of shop/chain is not as expected");
  const { problems } = await run([events, "expect: { stories: [ { rule: shop/chain, bound: { oom: [e1] } } ] }"], {
    pack,
  });
  expect(problems).toEqual([]);
});
