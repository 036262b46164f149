import { expect, test } from "vitest";
import { Coverage, gapsOf } from "../../../src/core/testing/coverage.ts";
import { mutantsOf } from "../../../src/core/testing/mutants.ts";
import { type CaseOfPacks, type MutantResult, MutationRun } from "../../../src/core/testing/mutation.ts";
import { chain, ruleOf, runLines } from "./case-kit.ts";

const RULE = chain(
  "conditions: { all: [ { fact: gone, path: entity.namespace, operator: notEqual, value: kube-system } ] }, absent: [ { as: back, type: x.back, from: gone } ],",
  "after: oom, within: 5m, where: { severity: [error, critical] }, count: { atLeast: 2 }",
);
const GONE = "use: gone, severity: error";
const CHAIN = `{ id: e1, at: 0s, use: oom }, { id: e2, at: 9s, ${GONE} }, { id: e3, at: 10s, ${GONE} }`;
const MATCH = [`events: [ ${CHAIN} ]`, "expect: { stories: [ { rule: p/r, bound: { gone: [e2, e3] } } ] }"];
const denied = (events: string, more = ""): string[] => [`events: [ ${events} ]`, `expect: { stories: [] ${more} }`];

async function mutate(rule: string, cases: readonly (readonly string[])[]): Promise<MutantResult[]> {
  const run = new MutationRun();
  for (const lines of cases) {
    const { ready, rules, result } = await runLines([rule], lines);
    expect(result.problems.map(({ message }) => message)).toEqual([]);
    await run.add({ ready, rules });
  }
  const results: MutantResult[] = [];
  for (const each of run.rules) for await (const result of run.try(each)) results.push(result);
  return results;
}

const survivors = (results: readonly MutantResult[]): string[] =>
  results.flatMap(({ outcome, mutant }) => (outcome === "killed" ? [] : [`${outcome}: ${mutant.what}`]));

test("one case that matches lets most weakenings pass", async () => {
  expect(survivors(await mutate(RULE, [MATCH]))).toEqual([
    "survived: step oom dropped",
    "survived: step oom made optional",
    "survived: gone need not follow oom",
    "survived: within of gone removed",
    "survived: within of gone doubled",
    "survived: within of gone halved",
    "survived: count of gone lowered to 1",
    "survived: gone no longer asks that severity is one of error, critical",
    "survived: gone no longer takes critical for severity is one of error, critical",
    "survived: back may be there",
    "survived: the time in which back may not come begins 1m earlier",
    "survived: conditions removed",
  ]);
});

test("cases for each of them, and probes for the rest, kill all", async () => {
  const cases = [
    [...MATCH, "probes: auto"],
    [`events: [ ${CHAIN.replace("error", "critical")} ]`, "expect: { stories: [ { rule: p/r } ] }"],
    [
      `events: [ ${CHAIN.replace("at: 9s", "at: 270s").replace("at: 10s", "at: 271s")} ]`,
      "expect: { stories: [ { rule: p/r } ] }",
    ],
    denied(
      `{ id: e1, at: 0s, use: oom }, { id: e2, at: 9s, ${GONE} }`,
      ", why: { p/r: { step: gone, because: count } }",
    ),
    denied(`${CHAIN}, { id: e4, at: 20s, use: gone, type: x.back }`),
    [`events: [ ${CHAIN}, { id: e4, at: 8s, use: gone, type: x.back } ]`, "expect: { stories: [ { rule: p/r } ] }"],
    denied(CHAIN.replaceAll("use: gone", "use: gone, entity: { namespace: kube-system }")),
  ];
  const results = await mutate(RULE, cases);
  expect(survivors(results)).toEqual([]);
  expect(results.length).toBeGreaterThan(11);
  const places = results.map(({ mutant }) => mutant.place.join("."));
  expect(places).toEqual(
    expect.arrayContaining(["steps.1.within", "steps.1.where.severity", "absent.0", "conditions"]),
  );
});

test("what a rule supersedes, of what is loaded, joins and ignores", async () => {
  const rule = ruleOf(
    'id: r, supersedes: [s, q/not-loaded], join: [ { as: place, keys: { oom: [entity.namespace, entity.node], gone: [entity.namespace, entity.node] }, ignore: ["kube-*/*"] } ], steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone } ]',
  );
  const other = ruleOf("id: s, priority: 90, steps: [ { as: oom, type: x.oom } ]");
  const run = new MutationRun();
  const events = "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 9s, use: gone, traceId: t2 } ]";
  const { ready, rules } = await runLines([rule, other], [events, "expect: { stories: [ { rule: p/r } ] }"]);
  await run.add({ ready, rules });
  const [own] = run.rules;
  const results: MutantResult[] = [];
  if (own !== undefined) for await (const result of run.try(own)) results.push(result);
  expect(results.map(({ mutant: { what }, outcome }) => `${outcome}: ${what}`)).toEqual([
    "killed: told in shadow mode",
    "killed: no longer supersedes p/s",
    "killed: join place removed",
    "survived: join place no longer compares entity.namespace",
    "survived: join place no longer compares entity.node",
    "survived: join place ignores nothing",
    "killed: step oom dropped",
    "survived: step oom made optional",
    "survived: step gone dropped",
    "survived: step gone made optional",
  ]);
});

test("bounds are halved too, and a case near each of them notices", async () => {
  const rule = ruleOf(
    "id: r, within: 1m, steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone } ], absent: [ { as: back, type: x.back, from: gone, to: gone + 20s, requireSource: x, onUnknown: tell } ]",
  );
  const after = (seconds: number, more = ""): string =>
    `events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: ${seconds}s, use: gone } ${more} ]`;
  const told = "expect: { stories: [ { rule: p/r } ] }";
  const back = (seconds: number): string[] => [
    after(5, `, { at: ${5 + seconds}s, use: oom, type: x.back }, { at: 2m, use: oom, type: x.other }`),
    "expect: { stories: [] }",
  ];
  const ofBounds = async (...cases: readonly (readonly string[])[]): Promise<string[]> =>
    (await mutate(rule, cases)).flatMap(({ outcome, mutant: { what } }) =>
      /halved|nobody knows|earlier/.test(what) ? [`${outcome}: ${what}`] : [],
    );
  expect(await ofBounds([after(5, ", { at: 2m, use: oom, type: x.other }"), told], back(1))).toEqual([
    "survived: within halved",
    "survived: the time in which back may not come begins 1m earlier",
    "survived: the time in which back may not come halved",
    "survived: nothing told where nobody knows of back",
  ]);
  const early = [after(55, ", { at: 30s, use: oom, type: x.back }"), told];
  expect(await ofBounds(early, [after(55), told], back(19))).toEqual([
    "killed: within halved",
    "killed: the time in which back may not come begins 1m earlier",
    "killed: the time in which back may not come halved",
    "killed: nothing told where nobody knows of back",
  ]);
});

test("a rule that settles is told without, and a case that looks before it has settled notices", async () => {
  const rule = chain("settle: 10s,");
  const events = "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 5s, use: gone } ]";
  const told = "expect: { stories: [ { rule: p/r } ] }";
  const ofSettle = async (...lines: readonly string[]): Promise<MutantResult[]> =>
    (await mutate(rule, [[events, told, ...lines]])).filter(({ mutant: { what } }) => what === "told without settling");
  expect(await ofSettle()).toMatchObject([{ outcome: "survived", mutant: { place: ["settle"] } }]);
  const at = "at: [ { time: 14s, stories: [] }, { time: 15s, stories: [ { rule: p/r } ] } ]";
  expect(await ofSettle(at)).toMatchObject([{ outcome: "killed" }]);
});

test("each type and each value of a list is dropped once, and a case that binds it notices", async () => {
  const rule = ruleOf(
    "id: r, steps: [ { as: oom, type: [x.oom, x.kill], where: { entity.node: [n1, n2] } }, { as: gone, type: x.gone } ]",
  );
  const told = (id: string, event: string, bound: string): string[] => [
    `events: [ { id: ${id}, at: 0s, ${event} }, { id: g, at: 9s, use: gone } ]`,
    `expect: { stories: [ { rule: p/r, bound: ${bound} } ] }`,
  ];
  const first = told("a", "use: oom", "{ oom: [a] }");
  const ofLists = (results: readonly MutantResult[]): string[] =>
    results.flatMap(({ outcome, mutant: { what } }) =>
      what.includes("no longer takes") ? [`${outcome}: ${what}`] : [],
    );
  expect(ofLists(await mutate(rule, [first]))).toEqual([
    "killed: oom no longer takes the type x.oom",
    "survived: oom no longer takes the type x.kill",
    "killed: oom no longer takes n1 for entity.node is one of n1, n2",
    "survived: oom no longer takes n2 for entity.node is one of n1, n2",
  ]);
  const second = told("b", "use: oom, type: x.kill, entity: { node: n2 }", "{ oom: [b] }");
  expect(ofLists(await mutate(rule, [first, second])).filter((each) => each.startsWith("survived"))).toEqual([]);
});

test("each way of several, and each test within one, is dropped once", async () => {
  const where =
    "any: [ { reason: a, message: { exists: true, contains: x } }, { reason: b } ], not: { entity.node: [n1, n2] }";
  const rule = ruleOf(`id: r, steps: [ { as: oom, type: x.oom, where: { ${where} } }, { as: gone, type: x.gone } ]`);
  const told = [
    "events: [ { at: 0s, use: oom, reason: b, entity: { node: n3 } }, { at: 9s, use: gone } ]",
    "expect: { stories: [ { rule: p/r } ] }",
  ];
  const ofWhere = (await mutate(rule, [told])).filter(({ mutant: { what } }) => what.startsWith("oom no longer"));
  const first = 'all of (reason is "a"; all of (message contains "x"; message is there))';
  expect(ofWhere.map(({ outcome, mutant: { what } }) => `${outcome}: ${what}`)).toEqual([
    `survived: oom no longer asks that any of (${first}; reason is "b")`,
    `survived: oom no longer takes it where ${first}`,
    'killed: oom no longer takes it where reason is "b"',
    'survived: oom no longer asks that reason is "a"',
    'survived: oom no longer asks that message contains "x"',
    "survived: oom no longer asks that not (entity.node is one of n1, n2)",
    "survived: oom no longer takes n1 for entity.node is one of n1, n2",
    "survived: oom no longer takes n2 for entity.node is one of n1, n2",
  ]);
});

test("a rule that was put in shadow mode is missed by every case that expects its story", async () => {
  const [inShadow] = (await mutate(RULE, [MATCH])).filter(({ mutant }) => mutant.what === "told in shadow mode");
  expect(inShadow).toMatchObject({ outcome: "killed", mutant: { place: ["mode"] } });
});

test("what would be the same rule is no mutant", async () => {
  const where =
    "where: { reason: { exists: true, startsWith: Oom, notIn: [Evicted, Killed] }, message: { exists: true }, not: { message: { contains: x } }, entity.node: { exists: true }, any: [ { entity.node: a }, { entity.node: b } ] }";
  const rule = ruleOf(
    `id: r, conditions: { any: [ { not: { fact: gone, path: reason, operator: equal, value: a } }, { fact: oom, path: reason, operator: equal, value: { fact: gone, path: reason } } ] }, steps: [ { as: oom, type: x.oom, ${where} }, { as: gone, type: x.gone } ]`,
  );
  const run = new MutationRun();
  await run.add(await runLines([rule], ["events: [ { at: 0s, use: oom } ]", "expect: { stories: [] }"]));
  const [own] = run.rules;
  expect(own === undefined ? [] : mutantsOf(own).map(({ what }) => what)).toEqual([
    "told in shadow mode",
    "step oom dropped",
    "step oom made optional",
    'oom no longer asks that reason starts with "Oom"',
    'oom no longer asks that not (message contains "x")',
    'oom no longer asks that any of (entity.node is "a"; entity.node is "b")',
    'oom no longer takes it where entity.node is "a"',
    'oom no longer takes it where entity.node is "b"',
    "step gone dropped",
    "conditions removed",
  ]);
});

test("a test that others nearly imply is a mutant all the same", async () => {
  const where =
    "where: { reason: { startsWith: Oom, notIn: [OomGuard, Killed] }, message: { exists: true }, any: [ { message: a }, { severity: error } ] }";
  const rule = ruleOf(
    `id: r, conditions: { any: [ { fact: gone, path: reason, operator: exists, value: false }, { fact: oom, path: reason, operator: equal, value: { fact: gone, path: reason } } ] }, steps: [ { as: oom, type: x.oom, ${where} }, { as: gone, type: x.gone } ]`,
  );
  const run = new MutationRun();
  await run.add(await runLines([rule], ["events: [ { at: 0s, use: oom } ]", "expect: { stories: [] }"]));
  const [own] = run.rules;
  expect(own === undefined ? [] : mutantsOf(own).map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      "step gone made optional",
      "oom no longer asks that reason is none of OomGuard, Killed",
      "oom no longer takes Killed for reason is none of OomGuard, Killed",
      "oom no longer asks that message is there",
    ]),
  );
});

test("a case that fails as it is proves nothing", async () => {
  const run = new MutationRun();
  const { ready, rules } = await runLines([RULE], [`events: [ ${CHAIN} ]`, "expect: { stories: [] }"]);
  await run.add({ ready, rules });
  expect(run.rules).toEqual([]);
});

test("coverage says what the cases show, and what they do not", async () => {
  const rule = ruleOf(
    "id: r, steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone, optional: true } ], absent: [ { as: back, type: x.back, from: oom } ]",
  );
  const coverage = new Coverage();
  const add = async (...lines: string[]): Promise<void> => {
    const { ready, rules } = await runLines([rule], lines);
    await coverage.add(ready, rules);
  };
  await add("events: [ { at: 0s, use: oom }, { at: 9s, use: gone } ]", "expect: { stories: [ { rule: p/r } ] }");
  const [first] = coverage.rules;
  expect(first === undefined ? undefined : gapsOf(first)).toEqual({
    covered: 4,
    total: 7,
    gaps: [
      "no case denies it: add one that it comes near to, and expect no story of it",
      "the optional step gone is never left unbound",
      "back is never there, to break the rule",
    ],
  });
  await add("events: [ { at: 0s, use: oom } ]", "expect: { stories: [ { rule: p/r } ] }");
  await add("events: [ { at: 0s, use: oom }, { at: 1s, use: oom, type: x.back } ]", "expect: { stories: [] }");
  const [whole] = coverage.rules;
  expect(whole).toMatchObject({ rule: "p/r", matching: 2, denying: 1 });
  expect(whole === undefined ? undefined : gapsOf(whole).gaps).toEqual([]);
});

test("where probes are frozen, what they tell of other rules has to stay too", async () => {
  const both = [
    chain("supersedes: [s],"),
    ruleOf("id: s, steps: [ { as: gone, type: x.gone, where: { severity: error } } ]"),
  ];
  const { ready, rules, result } = await runLines(both, [
    "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 9s, use: gone } ]",
    "expect: { stories: [ { rule: p/r } ] }",
    "probes: auto",
  ]);
  expect(result.problems).toEqual([]);
  // Without the kill the rule `s` would tell of the endpoint: of a severity that it does not want, it tells nothing.
  expect(result.probed?.get("p/r")?.get("the step oom left out")).toBe("nothing");
  const tried = async (frozen: CaseOfPacks["frozen"]): Promise<string[]> => {
    const run = new MutationRun();
    await run.add({ ready, rules, frozen });
    const [, other] = run.rules;
    const results: string[] = [];
    if (other !== undefined)
      for await (const { mutant, outcome } of run.try(other)) results.push(`${outcome}: ${mutant.what}`);
    return results;
  };
  const loosened = 'gone no longer asks that severity is "error"';
  expect(await tried(undefined)).toContain(`survived: ${loosened}`);
  expect(await tried(result.probed)).toContain(`killed: ${loosened}`);
  // Frozen otherwise, the case fails by itself, and proves nothing.
  expect(await tried(new Map())).toEqual([]);
});
