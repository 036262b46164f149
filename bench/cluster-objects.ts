/** What an Event is about, and what it says. */
export interface Said {
  readonly about: { readonly kind: string; readonly namespace?: string; readonly name: string; readonly uid?: string };
  readonly reason: string;
  readonly message: string;
  readonly by: string;
  readonly warning?: boolean;
  readonly node?: string | undefined;
  readonly container?: boolean;
}

/** How often an Event was seen, and when. */
export interface Occurrences {
  readonly uid: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/** A time as Kubernetes writes it: whole seconds. */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An Event of core/v1 in a watch envelope, as the API server sends it. */
export function eventOf(said: Said, { uid, firstMs, lastMs, count }: Occurrences): object {
  const { about, reason, message, by, warning = false, node, container = false } = said;
  const [first, last] = [stamp(firstMs), stamp(lastMs)];
  const counted = ["f:count", "f:firstTimestamp", "f:lastTimestamp", "f:involvedObject", "f:message", "f:reason"];
  return {
    type: count === 1 ? "ADDED" : "MODIFIED",
    object: {
      kind: "Event",
      apiVersion: "v1",
      metadata: {
        name: `${about.name}.${uid.replaceAll("-", "").slice(0, 16)}`,
        namespace: about.namespace ?? "default",
        uid,
        resourceVersion: String(lastMs % 1e9),
        creationTimestamp: first,
        managedFields: [managed(by, last, { ...names(counted), "f:source": { "f:component": {} }, "f:type": {} })],
      },
      involvedObject: {
        ...about,
        apiVersion: "v1",
        resourceVersion: String(firstMs % 1e9),
        ...(container ? { fieldPath: "spec.containers{app}" } : {}),
      },
      reason,
      message,
      source: { component: by, ...(node === undefined ? {} : { host: node }) },
      firstTimestamp: first,
      lastTimestamp: last,
      count,
      type: warning ? "Warning" : "Normal",
      eventTime: null,
      reportingComponent: by,
      reportingInstance: node ?? "",
    },
  };
}

/** A Node object as its kubelet renews it. */
export function nodeOf(name: string, nowMs: number, ready: boolean): object {
  const seen = { lastHeartbeatTime: stamp(nowMs), lastTransitionTime: ready ? "2026-01-12T08:00:00Z" : stamp(nowMs) };
  const pressure = ["MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => {
    return {
      type,
      status: "False",
      ...seen,
      lastTransitionTime: "2026-01-12T08:00:00Z",
      reason: "KubeletHasSufficient",
    };
  });
  return {
    kind: "Node",
    apiVersion: "v1",
    metadata: {
      name,
      uid: `node-${name}`,
      resourceVersion: String(nowMs % 1e9),
      creationTimestamp: "2026-01-12T08:00:00Z",
    },
    spec: { podCIDR: "198.51.100.0/24", providerID: `lab://${name}` },
    status: {
      capacity: { cpu: "32", memory: "131072Mi", pods: "110" },
      allocatable: { cpu: "31", memory: "126976Mi", pods: "110" },
      conditions: [
        ...pressure,
        {
          type: "Ready",
          status: ready ? "True" : "Unknown",
          reason: ready ? "KubeletReady" : "NodeStatusUnknown",
          ...seen,
        },
      ],
      nodeInfo: { kubeletVersion: "v1.34.4", containerRuntimeVersion: "containerd://2.1.4", architecture: "amd64" },
    },
  };
}

/** A watch envelope. */
export function watched(type: "ADDED" | "MODIFIED" | "DELETED", object: object): object {
  return { type, object };
}

/** What a field manager wrote, and when. */
export function managed(manager: string, time: string, fieldsV1: object) {
  return { manager, operation: "Update", apiVersion: "v1", time, fieldsType: "FieldsV1", fieldsV1 };
}

/** Fields without more below them, as managed fields name them. */
export function names(of: readonly string[]): Record<string, object> {
  return Object.fromEntries(of.map((name) => [name, {}]));
}
