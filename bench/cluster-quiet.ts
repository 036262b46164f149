import { Cluster } from "./cluster.ts";
import { nodeOf, watched } from "./cluster-objects.ts";
import type { Owner, Service } from "./cluster-workloads.ts";
import { runPod, saidOf, saidOfDeployment, startPod, stopPod } from "./pod-life.ts";

/** Something that goes on in a cluster from a moment on. */
export type Episode = (cluster: Cluster, atMs: number) => void;

/** A roll-out that works: pod by pod the new ones come and the old ones go. */
export function rollOut(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const old = service.pods;
  newVersion(cluster, service, atMs);
  let at = atMs + 500;
  service.pods = [];
  for (const [index, pod] of old.entries()) {
    scaled(cluster, service, at, `up replica set ${service.name}-${service.hash} from ${index} to ${index + 1}`);
    const started = startPod(cluster, service, at + 100);
    service.pods.push(started.pod);
    cluster.seeDeployment(started.readyMs + 200, service, "ReplicaSetUpdated", index + 1);
    scaled(
      cluster,
      service,
      started.readyMs + 300,
      `down replica set from ${old.length - index} to ${old.length - index - 1}`,
    );
    stopPod(cluster, pod, started.readyMs + 400);
    at = started.readyMs + 1_000;
  }
  cluster.seeDeployment(at + 500, service, "NewReplicaSetAvailable");
}

/** Somebody deploys another image. */
export function newVersion(cluster: Cluster, service: Service, atMs: number): void {
  service.generation++;
  service.hash = cluster.ending(9);
  service.image = `registry.lab/${service.name}:1.${service.generation}.${cluster.between(0, 9)}`;
  cluster.seeDeployment(atMs, service, "ReplicaSetUpdated");
}

function scaled(cluster: Cluster, service: Service, atMs: number, what: string): void {
  cluster.event(atMs, saidOfDeployment(service, "ScalingReplicaSet", `Scaled ${what}`));
}

/** A CronJob runs, as it does every few minutes, and ends well. */
export function cronRun(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const cron = { kind: "CronJob", namespace: service.namespace, name: `${service.name}-sync` };
  const owner: Owner = { kind: "Job", name: `${cron.name}-${Math.floor(atMs / 60_000)}`, uid: cluster.uid() };
  const job = { kind: "Job", namespace: service.namespace, name: owner.name, uid: owner.uid };
  const by = "cronjob-controller";
  cluster.event(atMs, { about: cron, reason: "SuccessfulCreate", message: `Created job ${owner.name}`, by });
  const { pod, endMs } = runPod(cluster, { service, owner, atMs: atMs + 200, exitCode: 0 });
  cluster.event(endMs + 900, { about: job, reason: "Completed", message: "Job completed", by: "job-controller" });
  const message = `Saw completed job: ${owner.name}, condition: Complete`;
  cluster.event(endMs + 1_200, { about: cron, reason: "SawCompletedJob", message, by });
  cluster.see(endMs + 240_000, pod, "DELETED", true);
  const gone = `Deleted job ${owner.name}`;
  cluster.event(endMs + 240_000, { about: cron, reason: "SuccessfulDelete", message: gone, by });
}

/** The autoscaler wants a pod more, and a while later one less. */
export function autoscale(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const about = { kind: "HorizontalPodAutoscaler", namespace: service.namespace, name: service.name };
  const size = service.pods.length;
  const rescaled = (to: number, why: string) => ({
    about,
    reason: "SuccessfulRescale",
    message: `New size: ${to}; reason: ${why}`,
    by: "horizontal-pod-autoscaler",
  });
  cluster.event(atMs, rescaled(size + 1, "cpu resource utilization (percentage of request) above target"));
  scaled(cluster, service, atMs + 300, `up replica set ${service.name}-${service.hash} from ${size} to ${size + 1}`);
  const { pod, readyMs } = startPod(cluster, service, atMs + 500);
  const lessMs = readyMs + cluster.between(300_000, 1_200_000);
  cluster.event(lessMs, rescaled(size, "All metrics below target"));
  scaled(
    cluster,
    service,
    lessMs + 300,
    `down replica set ${service.name}-${service.hash} from ${size + 1} to ${size}`,
  );
  stopPod(cluster, pod, lessMs + 500);
}

const TALK = [
  { source: "net", type: "flow.forwarded", message: "10.0.0.1:41022 -> 10.0.0.2:8080 to-endpoint FORWARDED (TCP)" },
  { source: "net", type: "flow.forwarded", message: "10.0.0.2:8080 -> 10.0.0.1:41022 to-stack FORWARDED (TCP)" },
  { source: "dns", type: "dns.noerror", message: "A quote.team-1.svc.cluster.local answered in 1 ms" },
  { source: "app", type: "log.info", message: "GET /api/items 200 in 14 ms" },
  { source: "app", type: "log.warning", message: "cache miss ratio is above 0.4, falling back to the store" },
  { source: "trace", type: "trace.span.ok", message: "GET /api/items" },
  { source: "kernel", type: "kernel.process.exit", message: "sh exited with 0" },
] as const;

/** Agents tell of a pod at work: flows, names looked up, lines of its log, spans. */
export function talk(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const pod = cluster.pick(service.pods);
  let at = atMs;
  for (let line = cluster.between(5, 30); 0 < line; line--) {
    at += cluster.between(50, 4_000);
    const { source, type, message } = cluster.pick(TALK);
    const severity = type === "log.warning" ? "warning" : "info";
    const attributes = { bytes: cluster.between(80, 9_000), status: 200, peer: service.calls ?? "ingress" };
    // Two agents of three say which workload their pod is of.
    const trace = source === "kernel" || source === "dns" ? {} : { traceId: Cluster.traceOf(service) };
    cluster.native(at, source, type, { ...trace, severity, message, entity: Cluster.entityOf(pod), attributes });
  }
}

/** A node renews its status; now and then its kubelet collects garbage. */
export function renewNode(cluster: Cluster, atMs: number): void {
  const name = cluster.pick(cluster.nodes);
  cluster.put(atMs, watched("MODIFIED", nodeOf(name, atMs, true)));
  const about = { kind: "Node", name, uid: name };
  if (cluster.chance(0.2))
    cluster.event(atMs, {
      about,
      reason: "NodeHasSufficientMemory",
      message: `Node ${name} status is now: NodeHasSufficientMemory`,
      by: "kubelet",
    });
}

/** Controllers tell what they did, as they do all day. */
export function chores(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const { namespace, name } = service;
  const [kind, reason, message, by] = cluster.pick([
    ["Lease", "LeaderElection", `${name}-0 became leader`, "leader-election"],
    ["Ingress", "Sync", "Scheduled for sync", "nginx-ingress-controller"],
    ["PersistentVolumeClaim", "ProvisioningSucceeded", "Successfully provisioned volume pvc-1", "csi-provisioner"],
    ["Certificate", "Issuing", "The certificate has been successfully issued", "cert-manager-certificates-issuing"],
    ["Kustomization", "ReconciliationSucceeded", "Reconciliation finished, next run in 10m0s", "kustomize-controller"],
  ] as const);
  cluster.event(atMs, { about: { kind, namespace, name }, reason, message, by });
}

/** A probe times out once or twice under load, and the pod goes on. */
export function hiccup(cluster: Cluster, atMs: number): void {
  const pod = cluster.pick(cluster.pick(cluster.services).pods);
  const late = `Readiness probe failed: Get "http://${pod.ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  cluster.event(atMs, saidOf(pod, "Unhealthy", late, { warning: true, container: true }));
  if (cluster.chance(0.5))
    cluster.event(atMs + 10_000, saidOf(pod, "Unhealthy", late, { warning: true, container: true }));
}

/** A pod is taken from its node by hand, and another one takes its place. */
export function replace(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const [old, ...others] = service.pods;
  if (old === undefined) return;
  stopPod(cluster, old, atMs);
  service.pods = [...others, startPod(cluster, service, atMs + 200).pod];
}
