import { expect, test } from "vitest";
import { event, final, rule, ruleSet, run, step } from "../../support/engine-kit.ts";

const seed = rule(
  "oom-service-disruption",
  [
    step("pressure", "kernel.memory.alloc_failed", { role: "cause", optional: true }),
    step("oom", "k8s.pod.oomkilled", { role: "cause" }),
    step("rollback", "k8s.deployment.rollback", {
      role: "reaction",
      after: ["oom"],
      withinMs: 600_000,
      optional: true,
    }),
    step("gone", "network.endpoint.removed", { role: "impact", after: ["oom"], withinMs: 300_000 }),
  ],
  {
    priority: 80,
    severity: "critical",
    withinMs: 900_000,
    supersedes: ["test/pod-oom-killed"],
    story: {
      summary: "Service disruption due to memory pressure",
      detail:
        "Pod {{ oom.entity.namespace }}/{{ oom.entity.name }} was OOM-killed{% if rollback %}, {{ rollback.entity.name }} was rolled back {{ rollback.time | since: oom.time }} later{% endif %} and {{ gone.count }} endpoint(s) of {{ gone.entity.name }} were removed.",
      actions: ["Raise the memory limit of {{ oom.entity.name }}, or find the leak"],
      runbook: undefined,
    },
  },
);
const simple = rule("pod-oom-killed", [step("oom", "k8s.pod.oomkilled", { role: "cause" })], { priority: 40 });
const service = { kind: "Service", namespace: "shop", name: "api" };
const four = [
  event("e1", "kernel.memory.alloc_failed", 0, { source: "kernel" }),
  event("e2", "k8s.pod.oomkilled", 0.4, { reason: "OOMKilled" }),
  event("e3", "k8s.deployment.rollback", 35.4, { entity: { kind: "Deployment", namespace: "shop", name: "api" } }),
  event("e4", "network.endpoint.removed", 41.4, { source: "network", entity: service }),
];

function permutations<T>(items: readonly T[]): T[][] {
  return items.length === 0
    ? [[]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

test("four events of one trace are one story, in any order of arrival", async () => {
  for (const arrival of permutations(four)) {
    const stories = final(await run(ruleSet(seed, simple), arrival));
    expect(stories).toHaveLength(1);
    expect(stories[0]).toMatchObject({
      summary: "Service disruption due to memory pressure",
      detail: "Pod shop/api-7f9 was OOM-killed, api was rolled back 35s later and 1 endpoint(s) of api were removed.",
      severity: "critical",
      confidence: 1,
      rootCause: { event: "e2", statement: "Pod shop/api-7f9 OOMKilled" },
      chain: [
        { step: "pressure", offsetMs: 0 },
        { step: "oom", offsetMs: 400 },
        { step: "rollback", offsetMs: 35_400 },
        { step: "gone", offsetMs: 41_400 },
      ],
      impact: [service],
      events: { total: 4, bound: 4, dropped: 0 },
      superseded: [{ rule: "test/pod-oom-killed" }],
    });
  }
});

test("the same events with four traces are not that story", async () => {
  const apart = four.map((one, at) => ({ ...one, traceId: `t${at}` }));
  const stories = final(await run(ruleSet(seed, simple), apart));
  expect(stories.map(({ summary }) => summary)).toEqual(["pod-oom-killed"]);
});
