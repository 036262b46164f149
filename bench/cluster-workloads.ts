import { managed, names, stamp } from "./cluster-objects.ts";

/** A Deployment, with what its pods say of themselves. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly port: number;
  /** The Service that it calls. */
  readonly calls: string | undefined;
  image: string;
  /** Ending of its ReplicaSet's name; changes with each roll-out. */
  hash: string;
  generation: number;
  pods: Pod[];
}

/** What owns a pod. */
export interface Owner {
  readonly kind: "ReplicaSet" | "Job";
  readonly name: string;
  readonly uid: string;
}

/** A pod as it is now. */
export interface Pod {
  readonly service: Service;
  readonly owner: Owner;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly createdMs: number;
  node: string | undefined;
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
  /** Since when it is ready, or is not any more. */
  readyMs: number | undefined;
  unreadyMs: number | undefined;
  restarts: number;
  state: object;
  lastState: object;
  /** Why the whole pod ended, or can't begin. */
  reason: string | undefined;
  message: string | undefined;
}

/** A Pod object with all that the API server writes into one. */
export function podOf(pod: Pod, nowMs: number, { deleting = false } = {}): object {
  const { service, owner } = pod;
  const created = stamp(pod.createdMs);
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: pod.name,
      generateName: `${owner.name}-`,
      namespace: service.namespace,
      uid: pod.uid,
      resourceVersion: String(nowMs % 1e9),
      creationTimestamp: created,
      ...(deleting ? { deletionTimestamp: stamp(nowMs), deletionGracePeriodSeconds: 30 } : {}),
      labels: { app: service.name, "pod-template-hash": service.hash },
      ownerReferences: [{ apiVersion: "apps/v1", ...owner, controller: true, blockOwnerDeletion: true }],
      managedFields: [
        managed("kube-controller-manager", created, POD_SPEC_FIELDS),
        { ...managed("kubelet", stamp(nowMs), POD_STATUS_FIELDS), subresource: "status" },
      ],
    },
    spec: podSpec(service, pod),
    status: podStatus(pod),
  };
}

/** What a service's pods are made by; with a pod, as it was placed. */
export function podSpec(service: Service, pod?: Pod): object {
  const { name, port, calls } = service;
  const env = [
    { name: "LOG_LEVEL", value: "info" },
    { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
    { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: `${name}-db`, key: "password" } } },
    ...(calls === undefined ? [] : [{ name: "UPSTREAM", value: `http://${calls}` }]),
  ];
  const probe = { httpGet: { path: "/healthz", port, scheme: "HTTP" }, timeoutSeconds: 1, periodSeconds: 10 };
  const mount = { name: "config", mountPath: "/etc/app", readOnly: true };
  return {
    volumes: [
      { name: "config", configMap: { name: `${name}-config`, defaultMode: 420 } },
      { name: "token", projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }], defaultMode: 420 } },
    ],
    containers: [
      {
        name: "app",
        image: service.image,
        args: ["serve", `--listen=:${port}`],
        ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
        env,
        resources: { limits: { memory: "512Mi" }, requests: { cpu: "250m", memory: "256Mi" } },
        volumeMounts: [mount, { ...mount, name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }],
        livenessProbe: { ...probe, failureThreshold: 3 },
        readinessProbe: { ...probe, failureThreshold: 1 },
        imagePullPolicy: "IfNotPresent",
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    serviceAccountName: name,
    ...(pod?.node === undefined ? {} : { nodeName: pod.node }),
    schedulerName: "default-scheduler",
    tolerations: ["not-ready", "unreachable"].map((key) => {
      return { key: `node.kubernetes.io/${key}`, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 };
    }),
  };
}

function podStatus(pod: Pod): object {
  const { node, phase, reason, message, createdMs } = pod;
  if (node === undefined) {
    const unfit = reason === undefined ? {} : { reason, message };
    const lastTransitionTime = stamp(pod.unreadyMs ?? createdMs);
    return { phase, conditions: [{ type: "PodScheduled", status: "False", lastTransitionTime, ...unfit }] };
  }
  const ready = phase === "Running" && pod.readyMs !== undefined && pod.unreadyMs === undefined;
  const unready = ready ? {} : { reason: "ContainersNotReady", message: "containers with unready status: [app]" };
  const turned = stamp(pod.unreadyMs ?? pod.readyMs ?? createdMs);
  const conditions = ["Ready", "ContainersReady"].map((type) => {
    return { type, status: ready ? "True" : "False", lastProbeTime: null, lastTransitionTime: turned, ...unready };
  });
  const settled = ["PodReadyToStartContainers", "Initialized", "PodScheduled"].map((type) => {
    return { type, status: "True", lastProbeTime: null, lastTransitionTime: stamp(createdMs) };
  });
  return {
    phase,
    ...(reason === undefined ? {} : { reason, message }),
    conditions: [...conditions, ...settled],
    hostIP: "192.0.2.10",
    podIP: pod.ip,
    podIPs: [{ ip: pod.ip }],
    startTime: stamp(createdMs + 1_000),
    containerStatuses: [
      {
        name: "app",
        state: pod.state,
        lastState: pod.lastState,
        ready,
        restartCount: pod.restarts,
        image: pod.service.image,
        imageID: "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        started: ready,
      },
    ],
    qosClass: "Burstable",
  };
}

const PROBE_FIELDS = names([
  "f:failureThreshold",
  "f:httpGet",
  "f:periodSeconds",
  "f:successThreshold",
  "f:timeoutSeconds",
]);
/** Fields of a pod's spec, as managed fields name them. */
export const POD_SPEC_FIELDS = {
  "f:metadata": {
    "f:generateName": {},
    "f:labels": names([".", "f:app", "f:pod-template-hash"]),
    "f:ownerReferences": {},
  },
  "f:spec": {
    "f:containers": {
      'k:{"name":"app"}': {
        ...names([".", "f:args", "f:image", "f:imagePullPolicy", "f:name", "f:ports", "f:env", "f:volumeMounts"]),
        "f:livenessProbe": PROBE_FIELDS,
        "f:readinessProbe": PROBE_FIELDS,
        "f:resources": { "f:limits": names([".", "f:memory"]), "f:requests": names([".", "f:cpu", "f:memory"]) },
      },
    },
    ...names([
      "f:dnsPolicy",
      "f:restartPolicy",
      "f:schedulerName",
      "f:serviceAccountName",
      "f:volumes",
      "f:tolerations",
    ]),
  },
};
const CONDITION_FIELDS = names([".", "f:lastProbeTime", "f:lastTransitionTime", "f:message", "f:reason", "f:status"]);
/** The same of its status. */
export const POD_STATUS_FIELDS = {
  "f:status": {
    "f:conditions": Object.fromEntries(
      ["ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready"].map((type) => [
        `k:{"type":"${type}"}`,
        CONDITION_FIELDS,
      ]),
    ),
    ...names(["f:containerStatuses", "f:hostIP", "f:phase", "f:podIP", "f:podIPs", "f:startTime"]),
  },
};
