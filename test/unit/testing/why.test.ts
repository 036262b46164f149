import { expect, test } from "vitest";
import { reasonOf } from "../../../src/core/testing/check-why.ts";
import { chain, ruleOf, runLines } from "./case-kit.ts";

const OOM = "{ id: e1, at: 0s, use: oom }";

/** Runs one case against `p/r` (and other rules), and answers what is wrong with it. */
async function wrong(
  rules: readonly string[],
  events: readonly string[],
  expected: readonly string[],
): Promise<string> {
  const { result } = await runLines(rules, [`events: [ ${events.join(", ")} ]`, ...expected]);
  return result.problems
    .flatMap(({ message, differences }) => [message, ...differences.map(({ path, got }) => `${path} is ${got}`)])
    .join("\n");
}

/** What the rule failed at, as `because step: detail`, which a case that expects it must pass. */
async function why(rules: readonly string[], events: readonly string[], ...engine: readonly string[]): Promise<string> {
  const lines = [`events: [ ${events.join(", ")} ]`, ...engine];
  const { ready, rules: read } = await runLines(rules, [...lines, "expect: { stories: [] }"]);
  const { arrivals } = ready.log;
  const reason = await reasonOf("p/r", { rules: read, limits: ready.one.limits, arrivals, momentMs: undefined });
  const [, step, because, detail] = /^(?:(\w+): )?([\w-]+): (.*)$/.exec(reason) ?? [];
  const place = step === undefined ? "" : `step: ${step}, `;
  expect(await wrong(rules, events, [`expect: { why: { p/r: { ${place}because: ${because} } } }`, ...engine])).toBe("");
  return `${because}${step === undefined ? "" : ` ${step}`}: ${detail}`;
}

const GONE = "use: gone";

test.each([
  ["no-event gone: there is no event of type x.gone in trace t1", [chain()], [OOM]],
  ["no-event oom: there is no event of type x.oom", [chain()], ["{ at: 0s, use: gone, type: x.other }"]],
  [
    "order gone: gone (e2) came 40s before oom (e1), and must come after it",
    [chain()],
    ["{ id: e1, at: 40s, use: oom }", "{ id: e2, at: 0s, use: gone }"],
  ],
  [
    "gap gone: gone (e2) came 6m12s after oom (e1); the limit is 5m",
    [chain("", "after: oom, within: 5m")],
    [OOM, "{ id: e0, at: 4m, use: oom, type: x.other }", `{ id: e2, at: 6m12s, ${GONE} }`],
  ],
  [
    "gap gone: gone (e2) came 1m1ms after oom (e1); the limit is 1m",
    [chain("", "after: oom, within: 1m")],
    [OOM, `{ id: e2, at: 60001ms, ${GONE} }`],
  ],
  [
    "window gone: gone (e2) and oom (e1) are 2m apart; the rule's limit is 1m",
    [chain("within: 1m,", "")],
    [OOM, `{ id: e2, at: 2m, ${GONE} }`],
  ],
  [
    "no-event gone: there is no event of type x.gone in trace t1 from 2026-03-01T10:00:00.000Z; there is x.gome",
    [chain()],
    [OOM, "{ at: 9s, use: gone, type: x.gome }"],
  ],
  [
    "no-event gone: there is no event of type x.goom in trace t1 from 2026-03-01T10:00:00.000Z; it may",
    [chain("", "after: oom, within: 5m").replace("x.gone", "x.goom")],
    [OOM],
  ],
  [
    "no-event gone: there is no event of type x.notgone in trace t1 from 2026-03-01T10:00:00.000Z",
    [chain().replace("x.gone", "x.notgone")],
    [OOM, "{ at: 9s, use: gone, type: y.gone }"],
  ],
  [
    "; it may still come until 2026-03-01T10:05:00.000Z, and log time is 2026-03-01T10:00:09.000Z",
    [chain("", "after: oom, within: 5m")],
    [OOM, "{ at: 9s, use: oom, type: x.other }"],
  ],
  [
    "gap gone: gone (e2) came 9m after oom (e1); the limit is 5m",
    [chain("", "after: oom, within: 5m")],
    [OOM, `{ id: e2, at: 9m, ${GONE} }`],
  ],
  [
    "order gone: gone (e2) came 9m before oom (e1), and must come after it",
    [chain()],
    ["{ id: e1, at: 9m, use: oom }", `{ id: e2, at: 0s, ${GONE} }`],
  ],
  [
    "window gone: gone (e2) and oom (e1) are 9m apart; the rule's limit is 2m",
    [chain("within: 2m,", "")],
    [OOM, `{ id: e2, at: 9m, ${GONE} }`],
  ],
  [
    "window gone: gone (e3) came 9m after the last event here, in another window of place n1; a window closes when quiet for 5m",
    ["join: [ { as: place, keys: { oom: [entity.node], gone: [entity.node] } } ],"].map((join) => chain(join)),
    [OOM, `{ id: e2, at: 9s, ${GONE}, entity: { node: n2 } }`, `{ id: e3, at: 9m, ${GONE}, traceId: t2 }`],
  ],
  [
    "window gone: gone (e2) came 9m after the last event here, in another window of trace t1; a window closes when quiet for 5m",
    [chain()],
    [OOM, `{ id: e2, at: 9m, ${GONE} }`],
  ],
  [
    "window oom: oom (e1) came 9m before the first event here, in another window of trace t1; a window closes when quiet for 5m, or 30m after it opened",
    [chain().replace("{ as: gone", "{ as: also, type: x.also }, { as: gone")],
    [OOM, `{ id: e2, at: 9m, ${GONE} }`, "{ id: e3, at: 9m, use: gone, type: x.also }"],
  ],
  [
    "window gone: gone (e2) of 2026-03-01T10:01:00.000Z was read after this window had closed, quiet for 5m; it is in another window of trace t1",
    [chain()],
    [OOM, "{ id: e9, at: 9m, use: oom, type: x.other, traceId: t2 }", `{ id: e2, at: 1m, arrives: 9m, ${GONE} }`],
  ],
  [
    "window gone: gone (e2) came 9m after the last event here",
    [chain()],
    [OOM, `{ id: e0, at: 9s, ${GONE}, traceId: t2 }`, `{ id: e2, at: 9m, ${GONE} }`],
  ],
  [
    "join gone: gone (e2) is in trace t2; a rule without `join` looks at one trace",
    [chain()],
    [OOM, `{ id: e2, at: 9s, ${GONE}, traceId: t2 }`],
  ],
  [
    'field gone: severity is "info" in gone (e2); wanted: severity is one of error, critical',
    [chain("", "after: oom, where: { severity: [error, critical] }")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "field gone: attributes.code is missing in gone (e2); wanted: attributes.code is not 5",
    [chain("", "after: oom, where: { source: x, attributes.code: { notEqual: 5 } }")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "field gone: attributes.code is missing, there is attributes.Kode in gone (e2); wanted: attributes.code is 5",
    [chain("", "after: oom, where: { attributes.code: 5 }")],
    [OOM, `{ id: e2, at: 9s, ${GONE}, attributes: { Kode: 5, other: 1 } }`],
  ],
  [
    'field gone: severity is "info", message is missing in gone (e2); wanted: any of (severity is "error"; not (message contains "x"))',
    [chain("", "after: oom, where: { any: [ { severity: error }, { not: { message: { contains: x } } } ] }")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    'count gone: there are 1 of 2 distinct entity.name of gone: "api" in e2, e3',
    [chain("", "after: oom, count: { atLeast: 2, distinct: entity.name }")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`, `{ id: e3, at: 10s, ${GONE} }`],
  ],
  [
    "count gone: there are 2 of 3 occurrences of gone: e2, e3",
    [chain("", "after: oom, count: { atLeast: 3 }")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`, `{ id: e3, at: 10s, ${GONE} }`],
  ],
  [
    "forbidden back: back (e3) came at 2026-03-01T10:00:20.000Z",
    [chain("absent: [ { as: back, type: x.back, from: gone, to: gone + 1m } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`, `{ id: e3, at: 20s, ${GONE}, type: x.back }`],
  ],
  [
    "undecided back: nobody knows whether back is absent: log time came to 2026-03-01T10:00:09.000Z, 1m short of its end",
    [chain("absent: [ { as: back, type: x.back, from: gone, to: gone + 1m } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "undecided back: nobody knows whether back is absent: y was never heard from, and has to be after 2026-03-01T10:00:09.000Z",
    [chain("absent: [ { as: back, type: x.back, from: gone, requireSource: y } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "conditions gone: gone.count is 1; wanted: gone.count > 1",
    [
      chain(
        "conditions: { all: [ { fact: oom, path: count, operator: equal, value: 1 }, { fact: gone, path: count, operator: greaterThan, value: 1 } ] },",
      ),
    ],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "undecided back: nobody knows whether back is absent: x was last heard from at 2026-03-01T10:00:09.000Z, and has to be after",
    [chain("absent: [ { as: back, type: x.back, from: gone, to: gone + 1m, requireSource: x, onUnknown: drop } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "undecided back: nobody knows whether back is absent: log time came to 2026-03-01T10:00:09.000Z, 1m short of its end",
    [chain("absent: [ { as: back, type: x.back, from: gone, to: gone + 1m, onUnknown: drop } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "undecided back: nobody knows whether back is absent: log time came to 2026-03-01T10:00:09.000Z, its end, and has to pass it",
    [chain("absent: [ { as: back, type: x.back, from: oom, to: gone } ],")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    'conditions: gone.entity.node is "n1", oom.entity.uid is missing; wanted: any of (gone.entity.node is not oom.entity.uid)',
    [
      chain(
        "conditions: { any: [ { fact: gone, path: entity.node, operator: notEqual, value: { fact: oom, path: entity.uid } } ] },",
      ),
    ],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "confidence: its confidence is 0.9, and 0.95 is the least it may tell with: gone order inferred",
    [chain("minConfidence: 0.95, skew: 5s,")],
    [OOM, `{ id: e2, at: 1s, ${GONE} }`],
  ],
  [
    "shadow: it is in shadow mode: reported, never notified",
    [chain("mode: shadow,")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "superseded: it holds, and p/better tells the story: superseded by p/better",
    [chain("priority: 90,"), ruleOf("id: better, supersedes: [r], steps: [ { as: oom, type: x.oom } ]")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
  [
    "superseded: it holds, and p/better tells the story: priority 50 is below 90",
    [chain(), ruleOf("id: better, priority: 90, steps: [ { as: oom, type: x.oom } ]")],
    [OOM, `{ id: e2, at: 9s, ${GONE} }`],
  ],
])("why: %s", async (expected, rules, events) => {
  expect(await why(rules, events)).toContain(expected);
});

const JOINED = (more = "") =>
  chain(`join: [ { as: place, keys: { oom: [entity.node], gone: [entity.node] } ${more} } ],`);

test.each([
  ["join gone: gone (e2) has place n2, and the other steps have n1", JOINED(), "entity: { node: n2 }"],
  ["join oom: oom (e1) has place n1, which is ignored", JOINED(", ignore: [n*]"), ""],
  ["join gone: gone (e2) has no entity.uid", JOINED().replace("gone: [entity.node]", "gone: [entity.uid]"), ""],
  ["limit place: place n1 joins 2 traces, and 1 are the most it may join", JOINED(", maxFanOut: 1"), ""],
  [
    "limit place: place n1 joins 2 traces, and 1 are the most it may join",
    JOINED(", maxFanOut: 1").replace(
      "steps:",
      "absent: [ { as: back, type: x.back, from: gone, to: gone + 1m } ], steps:",
    ),
    "",
  ],
])("across traces: %s", async (expected, rule, gone) => {
  const events = [OOM, `{ id: e2, at: 9s, ${GONE}, traceId: t2, ${gone} }`];
  expect(await why([rule], events)).toContain(expected);
});

test("a gap is between two steps, and either may be named", async () => {
  const rule = chain("", "after: oom, within: 5m").replace("] ,", "]");
  const three = rule.replace("{ as: oom,", "{ as: also, type: x.also }, { as: oom,");
  const events = [OOM, "{ id: e2, at: 9m, use: gone }", "{ id: e3, at: 9m, use: gone, type: x.also }"];
  for (const step of ["oom", "gone"])
    expect(await wrong([three], events, [`expect: { why: { p/r: { step: ${step}, because: gap } } }`])).toBe("");
  expect(await wrong([three], events, ["expect: { why: { p/r: { step: also, because: gap } } }"])).toContain("step is");
});

test("a second join that does not hold is named", async () => {
  const joins =
    "join: [ { as: place, keys: { oom: [entity.node], gone: [entity.node] } }, { as: space, keys: { oom: [entity.namespace], gone: [entity.namespace] } } ],";
  const events = [OOM, `{ id: e2, at: 9s, ${GONE}, entity: { namespace: other } }`];
  expect(await why([chain(joins)], events)).toContain("join gone: gone (e2) has space other, and oom (e1) has");
  expect(await wrong([chain(joins)], events, ["expect: { why: { p/r: { step: space, because: join } } }"])).toBe("");
});

test("a window with too few events", async () => {
  const engine = "engine: { minEvents: 3 }";
  expect(await why([chain()], [OOM, `{ id: e2, at: 9s, ${GONE} }`], engine)).toContain(
    "minEvents: the window has 2 of the 3 events that it needs",
  );
});

test("of several traces the one in which it came furthest, of several events the nearest", async () => {
  const rule = chain("", "after: oom, within: 1m");
  const events = [
    "{ id: a, at: 0s, use: oom, traceId: t0 }",
    OOM,
    "{ id: e5, at: 30s, use: oom }",
    `{ id: e2, at: 100s, ${GONE} }`,
    `{ id: e3, at: 120s, ${GONE} }`,
  ];
  expect(await why([rule], events)).toContain("gap gone: gone (e2) came 1m10s after oom (e5); the limit is 1m");
});

test("at a moment, what is still open counts", async () => {
  const rule = chain("absent: [ { as: back, type: x.back, from: gone } ],");
  const at = "at: [ { time: 1m, why: { p/r: { step: back, because: undecided } } } ]";
  expect(await wrong([rule], [OOM, `{ id: e2, at: 9s, ${GONE} }`], [at])).toBe("");
  const early = "at: [ { time: 5s, why: { p/r: { step: gone, because: no-event } } } ]";
  expect(await wrong([rule], [OOM, `{ id: e2, at: 9s, ${GONE} }`], [early])).toBe("");
});

test("at a moment, a rule that holds and has not settled waits, and says so where its story is missed", async () => {
  const events = [OOM, `{ id: e2, at: 9s, ${GONE} }`];
  const rules = [chain("settle: 10s,")];
  expect(await wrong(rules, events, ["at: [ { time: 15s, why: { p/r: { because: undecided } } } ]"])).toBe("");
  expect(await wrong(rules, events, ["at: [ { time: 15s, stories: [ { rule: p/r } ] } ]"])).toBe(
    "p/r told no such story; nothing was told; undecided: it holds since 2026-03-01T10:00:09.000Z, and settles until 2026-03-01T10:00:19.000Z before it is told",
  );
  expect(await wrong(rules, events, ["at: [ { time: 20s, stories: [ { rule: p/r } ] } ]"])).toBe("");
});

test("a rule that told its story failed at nothing", async () => {
  const expected = "expect: { why: { p/r: { because: gap } } }";
  expect(await wrong([chain()], [OOM, `{ id: e2, at: 9s, ${GONE} }`], [expected])).toBe(
    "p/r told a story, so there is nothing that it failed at",
  );
});

test("a step without a key must share a trace with one that has a key", async () => {
  const rule = ruleOf(
    "id: r, join: [ { as: place, keys: { oom: [entity.node], gone: [entity.node] } } ], steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone }, { as: near, type: x.near, optional: true } ]",
  );
  expect(await why([rule], [OOM])).toContain("no-event gone");
});

test("a rule that wants more events in its window than there are", async () => {
  const events = [OOM, `{ id: e2, at: 9s, ${GONE} }`];
  expect(await why([chain("minEvents: 3,")], events)).toContain(
    "minEvents: the window has 2 of the 3 events that it needs to be looked at",
  );
});
