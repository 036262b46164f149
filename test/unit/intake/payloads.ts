/** Payloads in the shapes that Kubernetes prints, made for the tests of the intake. */
export type Json = Record<string, unknown>;

export function coreEvent(more: Json = {}): Json {
  return {
    kind: "Event",
    apiVersion: "v1",
    metadata: {
      name: "api-7d9c8b6f54-q8v2c.17a1",
      namespace: "shop",
      uid: "ev-1",
      creationTimestamp: "2026-03-01T10:00:00Z",
    },
    involvedObject: {
      kind: "Pod",
      namespace: "shop",
      name: "api-7d9c8b6f54-q8v2c",
      uid: "pod-1",
      fieldPath: "spec.containers{app}",
    },
    reason: "BackOff",
    message: "Back-off restarting failed container app",
    source: { component: "kubelet", host: "node-1" },
    firstTimestamp: "2026-03-01T10:00:00Z",
    lastTimestamp: "2026-03-01T10:05:00Z",
    count: 3,
    type: "Warning",
    eventTime: null,
    reportingComponent: "",
    reportingInstance: "",
    ...more,
  };
}

export function newEvent(more: Json = {}): Json {
  return {
    kind: "Event",
    apiVersion: "events.k8s.io/v1",
    metadata: { name: "api-0.17a1", namespace: "shop", uid: "ev-2", creationTimestamp: "2026-03-01T10:00:00Z" },
    regarding: { kind: "Pod", namespace: "shop", name: "api-0" },
    reason: "Killing",
    note: "Stopping container app",
    eventTime: "2026-03-01T10:00:00.250000Z",
    reportingController: "kubelet",
    reportingInstance: "node-2",
    deprecatedCount: 1,
    type: "Normal",
    ...more,
  };
}

interface PodParts {
  readonly spec?: Json;
  readonly status?: Json;
  readonly metadata?: Json;
}

export function pod({ spec, status, metadata }: PodParts = {}): Json {
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: "api-7d9c8b6f54-q8v2c",
      namespace: "shop",
      uid: "pod-1",
      creationTimestamp: "2026-03-01T09:59:00Z",
      ownerReferences: [{ kind: "ReplicaSet", name: "api-7d9c8b6f54", controller: true }],
      ...metadata,
    },
    spec: {
      nodeName: "node-1",
      containers: [{ name: "app", image: "app:2", resources: { limits: { memory: "64Mi" } } }],
      ...spec,
    },
    status: { phase: "Running", startTime: "2026-03-01T09:59:00Z", ...status },
  };
}

/** A Pod status whose one container is in this state, after that one. */
export function container(state: Json, lastState: Json = {}, more: Json = {}): Json {
  return { containerStatuses: [{ name: "app", image: "app:2", restartCount: 1, state, lastState, ...more }] };
}

export const NATIVE: Json = {
  id: "e1",
  traceId: "abc123",
  time: "2026-03-01T10:00:00.250Z",
  source: "kernel",
  type: "kernel.memory.alloc_failed",
  entity: { kind: "Pod", namespace: "shop", name: "api-1" },
};
