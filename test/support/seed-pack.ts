/** A pack with one rule, for the seed example; what a user would write. */
export const SEED_PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: seed, version: 1.0.0, owner: team-runtime }
rules:
  - id: oom-service-disruption
    title: Service disruption due to memory pressure
    category: resource-pressure
    severity: critical
    priority: 80
    within: 15m
    steps:
      - { as: pressure, type: kernel.memory.alloc_failed, role: cause, optional: true }
      - { as: oom, type: k8s.pod.oomkilled, role: cause }
      - { as: rollback, type: k8s.deployment.rollback, role: reaction, after: oom, within: 10m, optional: true }
      - { as: gone, type: network.endpoint.removed, role: impact, after: oom, within: 5m }
    story:
      summary: Service disruption due to memory pressure
`;

/** The seed's four events, two seconds apart, sharing a trace unless told otherwise. */
export function seedEvents(trace: (n: number) => string = () => "abc123"): Record<string, unknown>[] {
  const kinds = [
    { source: "kernel", type: "kernel.memory.alloc_failed", entity: { kind: "Node", name: "node-1" } },
    { source: "k8s", type: "k8s.pod.oomkilled", entity: { kind: "Pod", namespace: "shop", name: "api-7f9" } },
    { source: "k8s", type: "k8s.deployment.rollback", entity: { kind: "Deployment", namespace: "shop", name: "api" } },
    {
      source: "network",
      type: "network.endpoint.removed",
      entity: { kind: "Service", namespace: "shop", name: "api" },
    },
  ];
  return kinds.map((kind, n) => ({
    id: `e${n + 1}`,
    traceId: trace(n),
    time: `2026-03-01T10:00:0${2 * n}.250Z`,
    ...kind,
  }));
}
