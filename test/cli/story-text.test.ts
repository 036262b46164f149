import { describe, expect, test } from "vitest";
import { type Colour, type Paint, plain } from "../../src/cli/paint.ts";
import { renderStory } from "../../src/cli/story-text.ts";
import type { ChainLink, ConfidencePart, Story } from "../../src/core/model/story.ts";

const POD = { kind: "Pod", namespace: "shop", name: "api-7f9" };
const API = { kind: "Deployment", namespace: "shop", name: "api" };
const SERVICE = { kind: "Service", namespace: "shop", name: "api" };

function link(type: string, offsetMs: number, more: Partial<ChainLink> = {}): ChainLink {
  return { step: type, role: "cause", type, entity: POD, events: ["e"], offsetMs, count: 1, ...more };
}

function part(name: string, kind: ConfidencePart["kind"], quality = 1): ConfidencePart {
  return { name, kind, weight: 1, quality, because: "seen" };
}

function story(more: Partial<Story> = {}): Story {
  return {
    apiVersion: "tapio.dev/v1",
    kind: "Story",
    id: "st_1",
    revision: 1,
    status: "open",
    summary: "Service disruption due to memory pressure",
    category: "resource-pressure",
    severity: "critical",
    confidence: 1,
    confidenceParts: [
      part("oom", "required"),
      part("gone", "required"),
      part("pressure", "optional"),
      part("rollback", "optional"),
    ],
    traceId: "abc123",
    group: { traceId: "abc123" },
    rootCause: { event: "e2", entity: POD, time: "2026-03-01T10:02:11.400Z", statement: "Pod shop/api-7f9 OOMKilled" },
    chain: [
      link("kernel.memory.alloc_failed", 0, { entity: { kind: "Node", name: "n1" } }),
      link("k8s.pod.oomkilled", 400, { reason: "OOMKilled" }),
      link("k8s.deployment.rollback", 35_000, { entity: API }),
      link("network.endpoint.removed", 41_000, { entity: SERVICE }),
    ],
    impact: [SERVICE],
    timeline: [],
    events: { total: 53, bound: 4, dropped: 0 },
    window: { start: "2026-03-01T10:02:11.000Z", end: "2026-03-01T10:04:25.000Z" },
    rule: { id: "oom-service-disruption", pack: "resource-pressure", version: "1.0.0", digest: "sha256:0" },
    bound: {},
    superseded: [],
    alsoMatched: [],
    actions: [],
    ...more,
  };
}

function lines(more: Partial<Story> = {}, columns = 100, paint: Paint = plain): string[] {
  return renderStory(story(more), { columns, paint }).split("\n");
}

test("the seed's story in five lines, to be read in three seconds", () => {
  expect(renderStory(story(), { columns: 100 })).toBe(
    [
      "● CRITICAL  Service disruption due to memory pressure            shop/api   open 2m14s",
      "  root cause  Pod shop/api-7f9 OOMKilled          10:02:11   evidence 100 % (2/2 required, 2/2 supporting)",
      "  chain       memory.alloc_failed → OOMKilled +0.4s → rollback +35s → endpoint removed +41s",
      "  impact      1 service, 1 pod · grouped 53 events → 1 story",
      "  rule        resource-pressure/oom-service-disruption@1.0.0",
      "",
    ].join("\n"),
  );
});

describe("what stands where", () => {
  test("a derived trace names its workload, whatever the root cause is", () => {
    expect(lines({ traceId: "derived:prod/shop/Deployment/cache" })[0]).toContain("   shop/cache   open");
    expect(lines({ traceId: "derived://Node/worker-1" })[0]).toContain("   worker-1   open");
  });

  test("without a workload in sight it is the root cause itself", () => {
    expect(lines({ chain: [link("k8s.pod.oomkilled", 0)], impact: [POD] })[0]).toContain("   shop/api-7f9   open");
  });

  test("repetitions are counted, and a kind's name is not said twice", () => {
    const chain = [
      link("k8s.node.notready", 0, { reason: "NodeNotReady", entity: { kind: "Node", name: "n" }, count: 5 }),
      link("k8s.pod.unhealthy", 15_000, { reason: "Unhealthy", count: 25 }),
    ];
    expect(lines({ chain })[2]).toBe("  chain       NotReady ×5 → Unhealthy +15s ×25");
  });

  test("missing evidence is not counted as seen, and an absence is supporting evidence", () => {
    const confidenceParts = [part("a", "required"), part("b", "optional", 0), part("c", "absence")];
    expect(lines({ confidence: 0.8, confidenceParts })[1]).toContain("evidence 80 % (1/1 required, 1/2 supporting)");
    expect(lines({ confidenceParts: [part("a", "required")] })[1]).toContain("(1/1 required)");
  });

  test("each entity is hit once, and a node that causes is not hit", () => {
    const node = { kind: "Node", name: "n1" };
    const rootCause = { event: "e", entity: node, time: "2026-03-01T10:00:00Z", statement: "Node n1 down" };
    expect(lines({ impact: [POD, POD, { ...POD, name: "b" }], rootCause })[3]).toContain("impact      2 pods ·");
  });

  test("the time is UTC, however it was written", () => {
    const rootCause = { event: "e", entity: POD, time: "2026-03-01T12:02:11+02:00", statement: "x" };
    expect(lines({ rootCause })[1]).toContain("10:02:11");
  });
});

test("detail, actions and runbook follow, wrapped to the width", () => {
  const detail = "one two three four five six seven eight nine ten";
  const all = lines({ detail, actions: ["Raise the memory limit of api"], runbook: "https://r" }, 40);
  expect(all.slice(5)).toEqual([
    "",
    "  one two three four five six seven",
    "  eight nine ten",
    "  do          Raise the memory limit of",
    "              api",
    "  see         https://r",
    "",
  ]);
});

test("shadow, truncated, incomplete and the reason of a status are said in words", () => {
  const text = lines({ shadow: true, truncated: true, incomplete: "evicted", statusReason: "quiet for 30m" }).join(
    "\n",
  );
  expect(text).toContain("● CRITICAL (shadow)");
  expect(text.match(/ {2}note /g)).toHaveLength(4);
  expect(text).toContain("open: quiet for 30m");
});

test("what a collector wrote cannot steer the terminal", () => {
  const text = renderStory(story({ summary: "a\u001b[2Jb\nc\u202ed" }), { columns: 100 });
  expect(text).toContain("● CRITICAL  a [2Jb c d");
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});

test("every colour has its word", () => {
  const used: [Colour, string][] = [];
  const paint: Paint = (colour, text) => {
    used.push([colour, text]);
    return text;
  };
  expect(lines({}, 100, paint)).toEqual(lines());
  expect(used).toContainEqual(["red", "● CRITICAL"]);
});
