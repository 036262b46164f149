import type { Cluster } from "./cluster.ts";
import { failing, recover, WARNING } from "./cluster-faults.ts";
import { newVersion } from "./cluster-quiet.ts";
import { begin, place, saidOf, saidOfDeployment, schedule } from "./pod-life.ts";

/** A version names an image that is not there: its pods can't begin, and the roll-out gets stuck. */
export function imageMissing(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  newVersion(cluster, service, atMs - 2_000);
  const { image } = service;
  const why = cluster.pick([
    `${image}: not found`,
    "pull access denied, repository does not exist or may require authorization",
    "429 Too Many Requests - toomanyrequests: you have reached your pull rate limit",
    "dial tcp: lookup registry.lab: no such host",
  ]);
  const rounds = cluster.between(3, 9);
  for (const pod of failing(cluster, service, atMs)) {
    let at = schedule(cluster, pod, atMs);
    for (let round = 0; round < rounds; round++) {
      cluster.event(at, saidOf(pod, "Pulling", `Pulling image "${image}"`, { container: true }));
      const failed = `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": ${why}`;
      cluster.event(at + 900, saidOf(pod, "Failed", failed, WARNING));
      cluster.event(at + 920, saidOf(pod, "Failed", "Error: ErrImagePull", WARNING));
      pod.state = { waiting: { reason: "ErrImagePull", message: failed } };
      cluster.see(at + 1_000, pod);
      cluster.event(at + 13_000, saidOf(pod, "BackOff", `Back-off pulling image "${image}"`, { container: true }));
      cluster.event(at + 13_010, saidOf(pod, "Failed", "Error: ImagePullBackOff", WARNING));
      pod.state = { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } };
      cluster.see(at + 13_100, pod);
      at += 15_000 + Math.min(300_000, 10_000 * 2 ** round);
    }
    if (4 < rounds) cluster.seeDeployment(at, service, "ProgressDeadlineExceeded", 0);
    recover(cluster, pod, begin(cluster, pod, at) + 4_000);
  }
}

/** No node has room for a new pod for some minutes. */
export function unschedulable(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const pod = cluster.newPod(service, atMs);
  const message = `0/150 nodes are available: ${cluster.between(90, 140)} Insufficient cpu, 10 node(s) had untolerated taint {dedicated: batch}. preemption: 0/150 nodes are available: 150 No preemption victims found for incoming pod.`;
  pod.reason = "Unschedulable";
  pod.message = message;
  pod.unreadyMs = atMs;
  cluster.see(atMs, pod, "ADDED");
  const by = "default-scheduler";
  const looks = cluster.between(1, 6);
  for (let look = 0; look < looks; look++)
    cluster.event(atMs + 100 + look * 300_000, saidOf(pod, "FailedScheduling", message, { by, warning: true }));
  if (cluster.chance(0.6))
    cluster.event(
      atMs + 9_000,
      saidOf(pod, "TriggeredScaleUp", "pod triggered scale-up: [{pool-a 12->13 (max: 40)}]", {
        by: "cluster-autoscaler",
      }),
    );
  pod.unreadyMs = undefined;
  recover(cluster, pod, begin(cluster, pod, place(cluster, pod, atMs + looks * 300_000)) + 5_000);
}

/** A pod can't mount what it names. */
export function mountFails(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const pod = cluster.newPod(service, atMs);
  const at = schedule(cluster, pod, atMs);
  const message = cluster.pick([
    `MountVolume.SetUp failed for volume "config" : configmap "${service.name}-config" not found`,
    `MountVolume.SetUp failed for volume "db" : secret "${service.name}-db" not found`,
  ]);
  const times = cluster.between(3, 11);
  for (let time = 0; time < times; time++)
    cluster.event(at + 500 * 2 ** time, saidOf(pod, "FailedMount", message, { warning: true }));
  recover(cluster, pod, begin(cluster, pod, at + 500 * 2 ** times) + 5_000);
}

/** A namespace's quota is used up: its ReplicaSet can't make pods. */
export function quotaUsedUp(cluster: Cluster, atMs: number): void {
  const service = cluster.pick(cluster.services);
  const { namespace, name, hash, uid } = service;
  const about = { kind: "ReplicaSet", namespace, name: `${name}-${hash}`, uid };
  cluster.event(
    atMs - 400,
    saidOfDeployment(service, "ScalingReplicaSet", `Scaled up replica set ${name}-${hash} from 3 to 6`),
  );
  for (let time = 0; time < 8; time++) {
    const message = `Error creating: pods "${name}-${hash}-${cluster.ending(5)}" is forbidden: exceeded quota: compute, requested: requests.cpu=250m, used: requests.cpu=20, limited: requests.cpu=20`;
    cluster.event(atMs + 100 * 2 ** time, {
      about,
      reason: "FailedCreate",
      message,
      by: "replicaset-controller",
      warning: true,
    });
  }
}
