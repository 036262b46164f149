import { Cluster } from "./cluster.ts";
import { newVersion } from "./cluster-quiet.ts";
import type { Pod, Service } from "./cluster-workloads.ts";
import { begin, restart, runPod, saidOf, schedule, startPod, terminate } from "./pod-life.ts";

/** An Event of a container that is a warning. */
export const WARNING = { warning: true, container: true } as const;

/** A version that fails right after its start, on some of its pods, until it is taken back. */
export function crashLoop(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  if (cluster.chance(0.6)) newVersion(cluster, service, atMs - 3_000);
  const exitCode = cluster.pick([1, 1, 2, 139]);
  for (const pod of failing(cluster, service, atMs)) {
    let startedMs = begin(cluster, pod, schedule(cluster, pod, atMs));
    for (let restarts = cluster.between(3, 7); 0 < restarts; restarts--) {
      const endMs = startedMs + cluster.between(600, 9_000);
      terminate(pod, { startedMs, endMs, exitCode, reason: "Error" });
      complain(cluster, pod, endMs - 200, "fatal: cannot parse configuration: unexpected key");
      startedMs = restart(cluster, pod, endMs);
    }
    recover(cluster, pod, startedMs + 5_000);
  }
}

/** A container grows over its memory limit and is killed by the kernel; those that call it feel that. */
export function oomKill(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const pod = cluster.pick(service.pods);
  let startedMs = atMs - 900_000;
  let endMs = atMs;
  for (let kills = cluster.between(1, 4); 0 < kills; kills--) {
    terminate(pod, { startedMs, endMs, exitCode: 137, reason: "OOMKilled" });
    const message = `Memory cgroup out of memory: Killed process ${cluster.between(1_000, 60_000)} (app) total-vm:900000kB`;
    cluster.native(endMs - 40, "kernel", "kernel.container.oom_kill", {
      traceId: Cluster.traceOf(service),
      severity: "error",
      message,
      entity: Cluster.entityOf(pod),
      attributes: { container: "app", "memory.limit_bytes": 536_870_912 },
    });
    startedMs = restart(cluster, pod, endMs);
    endMs = startedMs + cluster.between(40_000, 200_000);
  }
  recover(cluster, pod, startedMs + 9_000);
  const name = `${service.name}.${service.namespace}.svc:8080`;
  for (const caller of cluster.services.filter(({ calls }) => calls === name))
    refusedCalls(cluster, caller, atMs + 400);
}

function refusedCalls(cluster: Cluster, service: Service, atMs: number): void {
  const pod = cluster.pick(service.pods);
  const [upstream = ""] = (service.calls ?? "").split(":");
  const [name, namespace] = upstream.split(".");
  const related = [{ role: "target", kind: "Service", namespace, name }];
  for (let at = atMs, left = cluster.between(2, 8); 0 < left; left--, at += cluster.between(300, 3_000)) {
    complain(cluster, pod, at, `error calling ${upstream}: dial tcp: connect: connection refused`, related);
    cluster.native(at + 10, "trace", "trace.span.error", {
      traceId: Cluster.traceOf(service),
      severity: "error",
      message: `GET http://${service.calls}/ failed: connection refused`,
      entity: Cluster.entityOf(pod),
      related,
      attributes: { peer: upstream, "http.status": 503 },
    });
  }
  probeFails(cluster, pod, {
    atMs: atMs + 2_000,
    times: 5,
    what: "Readiness",
    answer: "HTTP probe failed with statuscode: 503",
  });
  recover(cluster, pod, atMs + 70_000);
}

/** The liveness probe fails three times, and the kubelet restarts the container. */
export function livenessFails(cluster: Cluster, atMs: number): void {
  const pod = cluster.pick(cluster.pick(cluster.services).pods);
  const late = `Get "http://${pod.ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  let at = atMs;
  for (let rounds = cluster.between(1, 4); 0 < rounds; rounds--) {
    probeFails(cluster, pod, { atMs: at, times: 3, what: "Liveness", answer: late });
    const killedMs = at + 30_000;
    const killing = "Container app failed liveness probe, will be restarted";
    cluster.event(killedMs, saidOf(pod, "Killing", killing, { container: true }));
    terminate(pod, { startedMs: at - 100_000, endMs: killedMs + 2_000, exitCode: 137, reason: "Error" });
    at = restart(cluster, pod, killedMs + 2_000) + cluster.between(30_000, 90_000);
  }
  recover(cluster, pod, at);
}

/** A pod stays unready for minutes: its probe is answered with an error. */
export function readinessFails(cluster: Cluster, atMs: number): void {
  const pod = cluster.pick(cluster.pick(cluster.services).pods);
  const times = cluster.between(6, 60);
  probeFails(cluster, pod, { atMs, times, what: "Readiness", answer: "HTTP probe failed with statuscode: 500" });
  recover(cluster, pod, atMs + times * 10_000);
}

interface Failing {
  readonly atMs: number;
  readonly times: number;
  readonly what: "Readiness" | "Liveness";
  readonly answer: string;
}

function probeFails(cluster: Cluster, pod: Pod, { atMs, times, what, answer }: Failing): void {
  const said = saidOf(pod, "Unhealthy", `${what} probe failed: ${answer}`, WARNING);
  for (let time = 0; time < times; time++) cluster.event(atMs + time * 10_000, said);
  if (what !== "Readiness") return;
  pod.unreadyMs = atMs;
  cluster.see(atMs + 300, pod);
}

/** A node runs short of memory or disk and evicts pods, which are made anew elsewhere. */
export function nodePressure(cluster: Cluster, atMs: number): void {
  const node = cluster.pick(cluster.nodes);
  const [what, resource] = cluster.pick([
    ["MemoryPressure", "memory"],
    ["DiskPressure", "ephemeral-storage"],
  ] as const);
  const about = { kind: "Node", name: node, uid: node };
  const by = "kubelet";
  cluster.event(atMs, {
    about,
    reason: "EvictionThresholdMet",
    message: `Attempting to reclaim ${resource}`,
    by,
    node,
    warning: true,
  });
  cluster.event(atMs + 500, {
    about,
    reason: `NodeHas${what}`,
    message: `Node ${node} status is now: NodeHas${what}`,
    by,
    node,
  });
  const there = cluster.services.flatMap(({ pods }) => pods.filter((pod) => pod.node === node));
  for (const [index, pod] of there.slice(0, cluster.between(2, 9)).entries()) {
    const at = atMs + 2_000 + index * cluster.between(2_000, 10_000);
    const message = `The node was low on resource: ${resource}. Container app was using 612Mi, request is 256Mi, has larger consumption of ${resource}.`;
    cluster.event(at, saidOf(pod, "Evicted", message, { warning: true }));
    cluster.event(at + 20, saidOf(pod, "Killing", "Stopping container app", { container: true }));
    cluster.see(at + 900, { ...pod, phase: "Failed", reason: "Evicted", message, unreadyMs: at });
    pod.service.pods = [
      ...pod.service.pods.filter((other) => other !== pod),
      startPod(cluster, pod.service, at + 1_000).pod,
    ];
  }
  const fine = what === "MemoryPressure" ? "NodeHasSufficientMemory" : "NodeHasNoDiskPressure";
  cluster.event(atMs + 360_000, { about, reason: fine, message: `Node ${node} status is now: ${fine}`, by, node });
}

/** A node is not heard from any more; its pods are lost and made anew. */
export function nodeLost(cluster: Cluster, atMs: number): void {
  const node = cluster.pick(cluster.nodes);
  const about = { kind: "Node", name: node, uid: node };
  cluster.event(atMs, {
    about,
    reason: "NodeNotReady",
    message: `Node ${node} status is now: NodeNotReady`,
    by: "node-controller",
  });
  for (const pod of cluster.services.flatMap(({ pods }) => pods.filter((one) => one.node === node))) {
    cluster.event(
      atMs + 300,
      saidOf(pod, "NodeNotReady", "Node is not ready", { by: "node-controller", warning: true }),
    );
    pod.unreadyMs = atMs;
    cluster.see(atMs + 500, pod);
    const evictedMs = atMs + 300_000;
    const marked = `Marking for deletion Pod ${pod.service.namespace}/${pod.name}`;
    cluster.event(evictedMs, saidOf(pod, "TaintManagerEviction", marked, { by: "taint-eviction-controller" }));
    pod.service.pods = [
      ...pod.service.pods.filter((other) => other !== pod),
      startPod(cluster, pod.service, evictedMs + 500).pod,
    ];
  }
  cluster.event(atMs + 900_000, {
    about,
    reason: "NodeReady",
    message: `Node ${node} status is now: NodeReady`,
    by: "kubelet",
  });
}

/** A Job's pods fail until it gives up. */
export function jobFails(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const owner = { kind: "Job", name: `${service.name}-import-${cluster.ending(5)}`, uid: cluster.uid() } as const;
  const about = { kind: "Job", namespace: service.namespace, name: owner.name, uid: owner.uid };
  let at = atMs;
  for (let left = cluster.between(2, 4); 0 < left; left--) {
    const { pod, endMs } = runPod(cluster, { service, owner, atMs: at, exitCode: 1 });
    complain(cluster, pod, endMs - 300, "import failed: unexpected end of file");
    at = endMs + 12_000;
  }
  const message = "Job has reached the specified backoff limit";
  cluster.event(at, { about, reason: "BackoffLimitExceeded", message, by: "job-controller", warning: true });
}

/** A pod is ready, or is again. */
export function recover(cluster: Cluster, pod: Pod, atMs: number): void {
  pod.phase = "Running";
  pod.readyMs = atMs;
  pod.unreadyMs = undefined;
  cluster.see(atMs, pod);
}

function complain(cluster: Cluster, pod: Pod, atMs: number, message: string, related: readonly object[] = []): void {
  const more = {
    severity: "error",
    message,
    entity: Cluster.entityOf(pod),
    ...(related.length === 0 ? {} : { related }),
    attributes: { container: "app", stream: "stderr" },
  };
  cluster.native(atMs, "app", "log.error", { traceId: Cluster.traceOf(pod.service), ...more });
}

/** New pods of a service, of which none will become ready soon. */
export function failing(cluster: Cluster, service: Service, atMs: number): Pod[] {
  return Array.from({ length: cluster.between(1, 3) }, () => cluster.newPod(service, atMs));
}
