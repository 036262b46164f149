import { managed, stamp } from "./cluster-objects.ts";
import { POD_SPEC_FIELDS, POD_STATUS_FIELDS, podSpec, type Service } from "./cluster-workloads.ts";

/** A Deployment object: `ready` of its pods are, and its roll-out stands as `progress` says. */
export function deploymentOf(
  service: Service,
  nowMs: number,
  progress: { readonly ready: number; readonly reason: string; readonly replicas: number },
): object {
  const { namespace, name, uid, generation } = service;
  const { ready, reason, replicas } = progress;
  const now = stamp(nowMs);
  const seen = { lastUpdateTime: now, lastTransitionTime: now };
  const failed = reason === "ProgressDeadlineExceeded";
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(nowMs % 1e9),
      generation,
      creationTimestamp: "2026-01-12T08:00:00Z",
      labels: { app: name },
      annotations: { "deployment.kubernetes.io/revision": String(generation) },
      managedFields: [
        managed("helm", now, POD_SPEC_FIELDS),
        { ...managed("kube-controller-manager", now, POD_STATUS_FIELDS), subresource: "status" },
      ],
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(service) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions: [
        {
          type: "Available",
          status: replicas <= 2 * ready ? "True" : "False",
          reason: replicas <= 2 * ready ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
          ...seen,
        },
        {
          type: "Progressing",
          status: failed ? "False" : "True",
          reason,
          message: `ReplicaSet "${name}-${service.hash}" ${failed ? "has timed out progressing." : "is progressing."}`,
          ...seen,
        },
      ],
    },
  };
}
