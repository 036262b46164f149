import type { Story, StoryChange } from "../../src/core/model/story.ts";

/** A whole story, as the schema wants it. */
function storyOf(id: string, revision = 1, more: Partial<Story> = {}): Story {
  const entity = { kind: "Pod", namespace: "shop", name: "api-7f9" };
  const time = "2026-03-01T10:00:00.000Z";
  return {
    apiVersion: "tapio.dev/v1",
    kind: "Story",
    id,
    revision,
    status: "open",
    summary: `Story ${id}`,
    category: "resource-pressure",
    severity: "critical",
    confidence: 1,
    confidenceParts: [{ name: "oom", kind: "required", weight: 1, quality: 1, because: "seen" }],
    traceId: "t1",
    group: { traceId: "t1" },
    rootCause: { event: "e1", entity, time, statement: "Pod shop/api-7f9 was OOM-killed" },
    chain: [{ step: "oom", role: "cause", type: "k8s.pod.oomkilled", entity, events: ["e1"], offsetMs: 0, count: 1 }],
    impact: [{ kind: "Service", namespace: "shop", name: "api" }],
    timeline: [{ event: "e1", time, source: "k8s", type: "k8s.pod.oomkilled", entity, step: "oom" }],
    events: { total: 1, bound: 1, dropped: 0 },
    window: { start: time, end: time },
    rule: { id: "oom", pack: "memory", version: "1.0.0", digest: "sha256:00" },
    bound: { oom: ["e1"] },
    superseded: [],
    alsoMatched: [],
    actions: [],
    ...more,
  };
}

/** A change that tells, or revises, such a story. */
export function changeOf(id: string, revision = 1, kind?: StoryChange["kind"], more: Partial<Story> = {}): StoryChange {
  const ended = kind === "resolved" || kind === "retracted" ? { status: kind } : {};
  const told = kind ?? (revision === 1 ? "told" : "revised");
  return { kind: told, story: storyOf(id, revision, { ...ended, ...more }) };
}

/** `id-revision` of each. */
export function revisionsOf(changes: readonly StoryChange[]): string[] {
  return changes.map(({ story }) => `${story.id}-${story.revision}`);
}
