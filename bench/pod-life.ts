import type { Cluster } from "./cluster.ts";
import type { Said } from "./cluster-objects.ts";
import { stamp } from "./cluster-objects.ts";
import type { Owner, Pod, Service } from "./cluster-workloads.ts";

/** An Event about a pod. */
export function saidOf(pod: Pod, reason: string, message: string, more: Partial<Said> = {}): Said {
  const about = { kind: "Pod", namespace: pod.service.namespace, name: pod.name, uid: pod.uid };
  return { about, reason, message, by: "kubelet", node: pod.node, ...more };
}

/** An Event about a service's Deployment. */
export function saidOfDeployment(service: Service, reason: string, message: string, warning = false): Said {
  const about = { kind: "Deployment", namespace: service.namespace, name: service.name, uid: service.uid };
  return { about, reason, message, by: "deployment-controller", warning };
}

/** A pod is created and finds its node; answers when its containers may be made. */
export function schedule(cluster: Cluster, pod: Pod, atMs: number): number {
  const { owner, service } = pod;
  const about = { kind: owner.kind, namespace: service.namespace, name: owner.name, uid: owner.uid };
  const by = owner.kind === "Job" ? "job-controller" : "replicaset-controller";
  cluster.event(atMs, { about, reason: "SuccessfulCreate", message: `Created pod: ${pod.name}`, by });
  cluster.see(atMs, pod, "ADDED");
  return place(cluster, pod, atMs + cluster.between(20, 400));
}

/** A pod that waits finds its node. */
export function place(cluster: Cluster, pod: Pod, atMs: number): number {
  pod.node = cluster.pick(cluster.nodes);
  pod.reason = undefined;
  const message = `Successfully assigned ${pod.service.namespace}/${pod.name} to ${pod.node}`;
  cluster.event(atMs, saidOf(pod, "Scheduled", message, { by: "default-scheduler", node: undefined }));
  cluster.see(atMs, pod);
  return atMs + cluster.between(500, 1_500);
}

/** The container of a pod is made and begins; answers when. */
export function begin(cluster: Cluster, pod: Pod, fromMs: number, pulls = cluster.chance(0.4)): number {
  const { image } = pod.service;
  let atMs = fromMs;
  if (pulls) {
    const tookMs = cluster.between(800, 9_000);
    cluster.event(atMs, saidOf(pod, "Pulling", `Pulling image "${image}"`, { container: true }));
    atMs += tookMs;
    const took = `Successfully pulled image "${image}" in ${tookMs}ms (${tookMs}ms including waiting). Image size: ${cluster.between(20, 400)}000000 bytes.`;
    cluster.event(atMs, saidOf(pod, "Pulled", took, { container: true }));
  } else {
    const there = `Container image "${image}" already present on machine`;
    cluster.event(atMs, saidOf(pod, "Pulled", there, { container: true }));
  }
  cluster.event(atMs + 60, saidOf(pod, "Created", "Created container: app", { container: true }));
  cluster.event(atMs + 140, saidOf(pod, "Started", "Started container app", { container: true }));
  pod.phase = "Running";
  pod.state = { running: { startedAt: stamp(atMs + 140) } };
  return atMs + 140;
}

/** A new pod of a service starts and becomes ready; answers it, and when. */
export function startPod(cluster: Cluster, service: Service, atMs: number): { pod: Pod; readyMs: number } {
  const pod = cluster.newPod(service, atMs);
  const startedMs = begin(cluster, pod, schedule(cluster, pod, atMs));
  cluster.see(startedMs + 800, pod);
  const readyMs = startedMs + cluster.between(3_000, 15_000);
  // Most applications are slower than their first probe.
  const refused = `Readiness probe failed: Get "http://${pod.ip}:8080/healthz": dial tcp ${pod.ip}:8080: connect: connection refused`;
  if (cluster.chance(0.25))
    cluster.event(startedMs + 2_000, saidOf(pod, "Unhealthy", refused, { warning: true, container: true }));
  pod.readyMs = readyMs;
  cluster.see(readyMs, pod);
  return { pod, readyMs };
}

/** A pod is asked to go, and is gone half a minute later. */
export function stopPod(cluster: Cluster, pod: Pod, atMs: number): void {
  cluster.event(atMs, saidOf(pod, "Killing", "Stopping container app", { container: true }));
  cluster.see(atMs, pod, "MODIFIED", true);
  const goneMs = atMs + cluster.between(1_000, 29_000);
  cluster.see(goneMs, { ...pod, phase: "Succeeded" }, "DELETED", true);
}

/** A pod runs once for a Job, and ends well or not. */
export function runPod(cluster: Cluster, options: { service: Service; owner: Owner; atMs: number; exitCode: number }) {
  const { service, owner, atMs, exitCode } = options;
  const pod = cluster.newPod(service, atMs, owner);
  const startedMs = begin(cluster, pod, schedule(cluster, pod, atMs), false);
  cluster.see(startedMs + 500, pod);
  const endMs = startedMs + cluster.between(3_000, 50_000);
  terminate(pod, { startedMs, endMs, exitCode, reason: exitCode === 0 ? "Completed" : "Error" });
  pod.phase = exitCode === 0 ? "Succeeded" : "Failed";
  cluster.see(endMs + 300, pod);
  return { pod, endMs };
}

/** The container of a pod ended. */
export function terminate(
  pod: Pod,
  { startedMs, endMs, exitCode, reason }: { startedMs: number; endMs: number; exitCode: number; reason: string },
): void {
  const times = { startedAt: stamp(startedMs), finishedAt: stamp(endMs) };
  pod.state = { terminated: { exitCode, reason, ...times } };
  pod.unreadyMs = endMs;
}

/** An ended container is held back, and begins again; answers when. */
export function restart(cluster: Cluster, pod: Pod, endMs: number): number {
  const { service, name, uid } = pod;
  cluster.see(endMs + 300, pod);
  pod.lastState = pod.state;
  pod.restarts++;
  const waitMs = Math.min(300_000, pod.restarts === 1 ? 1_000 : 10_000 * 2 ** (pod.restarts - 2));
  if (1 < pod.restarts) {
    const message = `back-off ${waitMs / 1_000}s restarting failed container=app pod=${name}_${service.namespace}(${uid})`;
    pod.state = { waiting: { reason: "CrashLoopBackOff", message } };
    cluster.see(endMs + 900, pod);
    const held = `Back-off restarting failed container app in pod ${name}_${service.namespace}(${uid})`;
    // The kubelet says so again at every look, until the wait is over.
    for (let at = endMs + 900; at < endMs + waitMs; at += cluster.between(11_000, 15_000))
      cluster.event(at, saidOf(pod, "BackOff", held, { warning: true, container: true }));
  }
  return begin(cluster, pod, endMs + waitMs, false);
}
