import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode } from "../decode.ts";
import type { Json } from "../payloads.ts";

const at = "2026-03-01T10:00:00Z";

function object(kind: string, condition: Json, more: Json = {}): Json {
  return {
    kind,
    apiVersion: "x/v1",
    metadata: { name: "api", namespace: "shop", uid: "u", creationTimestamp: "2026-03-01T09:00:00Z" },
    status: { conditions: [{ lastTransitionTime: at, message: "why", ...condition }] },
    ...more,
  };
}

describe("what a condition tells", () => {
  test.for<{ kind: string; type: string; status: string; reason?: string; told: readonly string[]; severity?: string }>(
    [
      {
        kind: "Deployment",
        type: "Progressing",
        status: "False",
        reason: "ProgressDeadlineExceeded",
        told: ["k8s.deployment.progressdeadlineexceeded"],
        severity: "error",
      },
      {
        kind: "Deployment",
        type: "Progressing",
        status: "True",
        reason: "NewReplicaSetAvailable",
        told: ["k8s.deployment.newreplicasetavailable"],
        severity: "info",
      },
      { kind: "Deployment", type: "Progressing", status: "True", reason: "ReplicaSetUpdated", told: [] },
      {
        kind: "Deployment",
        type: "ReplicaFailure",
        status: "True",
        reason: "FailedCreate",
        told: ["k8s.deployment.replicafailure"],
        severity: "error",
      },
      {
        kind: "Deployment",
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        told: ["k8s.deployment.unavailable"],
        severity: "warning",
      },
      {
        kind: "Job",
        type: "Failed",
        status: "True",
        reason: "BackoffLimitExceeded",
        told: ["k8s.job.backofflimitexceeded"],
        severity: "error",
      },
      { kind: "Job", type: "Complete", status: "True", told: ["k8s.job.complete"], severity: "info" },
      { kind: "Job", type: "FailureTarget", status: "True", told: [] },
      {
        kind: "Node",
        type: "Ready",
        status: "Unknown",
        reason: "NodeStatusUnknown",
        told: ["k8s.node.notready"],
        severity: "error",
      },
      { kind: "Node", type: "Ready", status: "True", told: ["k8s.node.ready"], severity: "info" },
      { kind: "Node", type: "DiskPressure", status: "True", told: ["k8s.node.diskpressure"], severity: "warning" },
      { kind: "Node", type: "DiskPressure", status: "False", told: ["k8s.node.diskpressureended"], severity: "info" },
      { kind: "Node", type: "KernelDeadlock", status: "True", told: ["k8s.node.kerneldeadlock"], severity: "warning" },
      {
        kind: "HorizontalPodAutoscaler",
        type: "ScalingActive",
        status: "False",
        reason: "FailedGetResourceMetric",
        told: ["k8s.horizontalpodautoscaler.failedgetresourcemetric"],
        severity: "warning",
      },
      {
        kind: "HorizontalPodAutoscaler",
        type: "ScalingLimited",
        status: "True",
        reason: "TooManyReplicas",
        told: ["k8s.horizontalpodautoscaler.toomanyreplicas"],
        severity: "warning",
      },
      { kind: "HorizontalPodAutoscaler", type: "ScalingLimited", status: "True", reason: "TooFewReplicas", told: [] },
      {
        kind: "APIService",
        type: "Available",
        status: "False",
        reason: "FailedDiscoveryCheck",
        told: ["k8s.apiservice.faileddiscoverycheck"],
        severity: "warning",
      },
      {
        kind: "Kustomization",
        type: "Ready",
        status: "False",
        reason: "ReconciliationFailed",
        told: ["k8s.kustomization.reconciliationfailed"],
        severity: "warning",
      },
      { kind: "Kustomization", type: "Ready", status: "True", told: [] },
      {
        kind: "Namespace",
        type: "NamespaceFinalizersRemaining",
        status: "True",
        told: ["k8s.namespace.finalizersremaining"],
        severity: "warning",
      },
    ],
  )("$kind $type=$status $reason: $told", ({ kind, type, status, reason, told, severity }) => {
    const events = decode(object(kind, { type, status, reason }));
    expect(events.map((event) => event.type)).toEqual(told);
    if (told.length === 0) return;
    expect(events[0]).toMatchObject({
      time: at,
      severity,
      message: "why",
      source: "k8s",
      attributes: { condition: type, status },
    });
    expect(events[0]?.attributes?.["because"]).toBe(reason);
  });
});

test("a transition is told once, however many versions show it", () => {
  const decoder = new Decoder();
  const node = (time: string, heartbeat: string): Json =>
    object("Node", {
      type: "Ready",
      status: "False",
      reason: "KubeletNotReady",
      lastTransitionTime: time,
      lastHeartbeatTime: heartbeat,
    });
  expect(decode(node(at, "1"), decoder)).toHaveLength(1);
  expect(decode(node(at, "2"), decoder)).toEqual([]);
  expect(decode(node("2026-03-01T10:05:00Z", "3"), decoder)).toHaveLength(1);
});

test("a Deployment that was never available has not become so", () => {
  const created = { metadata: { name: "api", namespace: "shop", uid: "u", creationTimestamp: at } };
  expect(decode(object("Deployment", { type: "Available", status: "False" }, created))).toEqual([]);
});

test.for([
  { kind: "PersistentVolumeClaim", phase: "Pending", told: "k8s.persistentvolumeclaim.pending" },
  { kind: "PersistentVolumeClaim", phase: "Lost", told: "k8s.persistentvolumeclaim.lost" },
  { kind: "Namespace", phase: "Terminating", told: "k8s.namespace.terminating" },
])("$kind in phase $phase", ({ kind, phase, told }) => {
  const [event] = decode({ ...object(kind, {}), status: { phase } });
  expect(event?.type).toBe(told);
});

test("a route that no gateway accepts", () => {
  const parents = [
    { conditions: [{ type: "ResolvedRefs", status: "False", reason: "BackendNotFound", lastTransitionTime: at }] },
  ];
  const [event] = decode({ ...object("HTTPRoute", {}), status: { parents } });
  expect(event?.type).toBe("k8s.httproute.backendnotfound");
});

describe("endpoints", () => {
  const slice = (ready: readonly string[], unready: readonly string[] = []): Json => ({
    kind: "EndpointSlice",
    metadata: {
      name: "api-x1",
      namespace: "shop",
      uid: "es-1",
      creationTimestamp: "2026-03-01T09:00:00Z",
      labels: { "kubernetes.io/service-name": "api" },
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": at },
    },
    endpoints: [...ready.map((ip) => [ip, true] as const), ...unready.map((ip) => [ip, false] as const)].map(
      ([ip, isReady]) => ({
        addresses: [ip],
        conditions: { ready: isReady },
        nodeName: "node-1",
        targetRef: { kind: "Pod", name: `api-7d9c8b6f54-${ip.at(-1)}2345`, namespace: "shop" },
      }),
    ),
  });

  test("what is not ready any more is removed, about the Service", () => {
    const decoder = new Decoder();
    expect(decode(slice(["10.0.0.5", "10.0.0.6"]), decoder)).toEqual([]);
    const [event, ...more] = decode(slice(["10.0.0.6"], ["10.0.0.5"]), decoder);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      source: "network",
      type: "network.endpoint.removed",
      severity: "warning",
      time: at,
      traceId: "derived:/shop/Service/api",
      entity: { kind: "Service", namespace: "shop", name: "api" },
      attributes: { addresses: ["10.0.0.5"], ready: 1, was: 2, pods: ["api-7d9c8b6f54-52345"] },
    });
    expect(event?.attributes?.["empty"]).toBeUndefined();
    expect(event?.related).toContainEqual({
      role: "target",
      kind: "Pod",
      namespace: "shop",
      name: "api-7d9c8b6f54-52345",
    });
  });

  test("none left is said, and the return is told", () => {
    const decoder = new Decoder();
    decode(slice(["10.0.0.5"]), decoder);
    expect(decode(slice([]), decoder)[0]?.attributes).toMatchObject({
      empty: true,
      ready: 0,
      pods: ["api-7d9c8b6f54-52345"],
    });
    expect(decode(slice(["10.0.0.7"]), decoder)[0]).toMatchObject({ type: "network.endpoint.added", severity: "info" });
    expect(decode({ type: "DELETED", object: slice(["10.0.0.7"]) }, decoder)[0]?.type).toBe("network.endpoint.removed");
  });

  test("a first sight tells only of a Service that has none ready", () => {
    expect(decode(slice([], ["10.0.0.5"]))[0]?.type).toBe("network.endpoint.notready");
    const subsets = [{ notReadyAddresses: [{ ip: "10.0.0.5" }] }];
    expect(decode({ ...slice([]), kind: "Endpoints", subsets })[0]?.type).toBe("network.endpoint.notready");
  });
});
