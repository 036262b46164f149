import { expect, test } from "vitest";
import { renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

const text = `apiVersion: tapio.dev/v1
kind: RuleTest
packs: [../resource-pressure.yaml]
start: 2026-03-01T10:00:00Z
templates:
  oom:  { source: k8s, type: k8s.pod.oomkilled, traceId: t1, entity: { kind: Pod, namespace: shop, name: api-7f9 } }
  gone: { source: network, type: network.endpoint.removed, traceId: t1, entity: { kind: Service, namespace: shop, name: api } }
cases:
  - name: the chain becomes one story
    events:
      - { id: e1, at: 0s, use: oom }
      - { id: e2, at: 40s, use: gone }
    expect:
      stories:
        - { rule: resource-pressure/oom-service-disruption, summary: Service disruption due to memory pressure, bound: { oom: [e1], gone: [e2] } }
    probes: auto
  - name: a recorded incident
    fixture: ../../test/fixtures/oom.ndjson
    expect: { stories: [ { rule: resource-pressure/oom-service-disruption } ] }
  - name: nothing when the endpoint comes first
    events: [ { at: 0s, use: gone }, { at: 40s, use: oom } ]
    expect: { stories: [ { rule: resource-pressure/pod-oom-killed } ], notStories: [ resource-pressure/oom-service-disruption ],
              why: { resource-pressure/oom-service-disruption: { step: gone, because: order } } }
  - name: the rest
    events:
      - { at: -5s, use: oom, entity: { name: other }, attributes: { a: 1 }, arrives: 2m }
      - { time: 2026-03-01T10:00:00.123456Z, use: oom }
    at: [ { time: 5m, stories: [] } ]
    arrival: { shuffle: 3 }
    engine: { correlationWindow: 1m, minEvents: 2 }
`;

test("the contract's example is read", () => {
  const source = new SourceText("oom.test.yaml", text);
  const { test: file, diagnostics } = readRuleTests(source);
  expect(diagnostics.map(renderDiagnostic)).toEqual([]);
  const startMs = Date.UTC(2026, 2, 1, 10);
  expect(file).toMatchObject({ packs: ["../resource-pressure.yaml"], startMs });
  const [chain, recorded, order, rest] = file?.cases ?? [];
  expect(chain).toMatchObject({
    name: "the chain becomes one story",
    probes: "auto",
    shuffle: 20,
    events: [
      {
        id: "e1",
        atMs: startMs,
        use: "oom",
        event: { id: "e1", source: "k8s", time: "2026-03-01T10:00:00.000Z", traceId: "t1" },
      },
      { id: "e2", atMs: startMs + 40_000, event: { time: "2026-03-01T10:00:40.000Z", entity: { kind: "Service" } } },
    ],
    expect: {
      stories: [{ rule: "resource-pressure/oom-service-disruption", bound: { oom: ["e1"], gone: ["e2"] } }],
      notStories: [],
      why: [],
    },
  });
  expect(recorded).toMatchObject({ fixture: "../../test/fixtures/oom.ndjson", events: [], probes: "none" });
  expect(order?.events.map(({ id }) => id)).toEqual(["e1", "e2"]);
  expect(order?.expect).toMatchObject({
    notStories: [{ rule: "resource-pressure/oom-service-disruption" }],
    why: [{ rule: "resource-pressure/oom-service-disruption", step: "gone", because: "order" }],
  });
  expect(rest).toMatchObject({
    shuffle: 3,
    limits: { correlationWindowMs: 60_000, minEvents: 2 },
    moments: [{ atMs: startMs + 300_000, stories: [] }],
    events: [
      {
        atMs: startMs - 5_000,
        arrivesMs: startMs + 120_000,
        event: { entity: { kind: "Pod", namespace: "shop", name: "other" }, attributes: { a: 1 } },
      },
      { atMs: startMs + 123.456, event: { time: "2026-03-01T10:00:00.123456Z" } },
    ],
  });
  expect(rest?.limits).toEqual({ correlationWindowMs: 60_000, minEvents: 2 });
  for (const { name, span } of file?.cases ?? []) expect(source.text.slice(span.start, span.end)).toBe(name);
  const story = chain?.expect?.stories?.[0];
  expect(story && source.text.slice(story.span.start, story.span.end)).toBe("resource-pressure/oom-service-disruption");
});

test.for(["", "a: [", "kind: RuleTest", "[]", text.replace("at: 0s", "at: soon")])(
  "a broken test has findings and no test: %#",
  (broken) => {
    const { test: file, diagnostics } = readRuleTests(new SourceText("x.test.yaml", broken));
    expect(file).toBeUndefined();
    expect(diagnostics).not.toEqual([]);
  },
);

test.for([
  ["at: 40s,", "at: 40,", "write the unit too, such as `40s`"],
  ["type: k8s.pod.oomkilled", "type: k8s.Pod.OOMKilled", "write it in lower case and without blanks"],
] as [string, string, string][])("instead of %s: %s says what to write", ([from, to, hint]) => {
  const { diagnostics } = readRuleTests(new SourceText("a.test.yaml", text.replace(from, to)));
  expect(diagnostics.map((each) => each.hint)).toEqual([hint]);
});
