import { describe, expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { container, coreEvent, type Json, pod } from "./payloads.ts";

function decode(value: Json, decoder = new Decoder()): readonly Event[] {
  const decoded = decoder.decodeValue(value);
  if (decoded.outcome === "filtered") return [];
  if (decoded.outcome !== "events") throw new Error(JSON.stringify(decoded));
  return decoded.events;
}

const KILLED = {
  terminated: {
    reason: "OOMKilled",
    exitCode: 137,
    startedAt: "2026-03-01T09:59:01Z",
    finishedAt: "2026-03-01T10:00:00Z",
  },
};

test("a kill for memory, with the container, its limit and when it ended", () => {
  const [event] = decode(pod({ status: container(KILLED) }));
  expect(event).toMatchObject({
    id: "pod-1:app:OOMKilled:2026-03-01T10:00:00Z",
    traceId: "derived:/shop/Deployment/api",
    time: "2026-03-01T10:00:00Z",
    type: "k8s.pod.oomkilled",
    severity: "error",
    entity: { kind: "Pod", name: "api-7d9c8b6f54-q8v2c", uid: "pod-1", node: "node-1" },
    attributes: {
      container: "app",
      image: "app:2",
      exitCode: 137,
      signal: 9,
      memoryLimit: "64Mi",
      "memory.limit_bytes": 67_108_864,
    },
  });
});

test("the same end is one event in every later version, as state and as last state", () => {
  const now = decode(pod({ status: container(KILLED) }));
  const later = decode(pod({ status: container({ running: { startedAt: "2026-03-01T10:00:02Z" } }, KILLED) }));
  expect(later.map(({ id }) => id)).toEqual(now.map(({ id }) => id));
});

const at = "2026-03-01T10:01:00Z";

describe("what a pod shows", () => {
  const ready = (status: string, reason?: string): Json => ({
    conditions: [
      { type: "Ready", status, reason, lastTransitionTime: at, message: "containers with unready status: [app]" },
    ],
  });
  test.for<{ name: string; value: Json; told: readonly unknown[] }>([
    {
      name: "a waiting reason, at the pod's last change",
      value: pod({ status: container({ waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } }) }),
      told: [
        {
          type: "k8s.pod.imagepullbackoff",
          time: "2026-03-01T09:59:00Z",
          severity: "warning",
          message: "Back-off pulling image",
        },
      ],
    },
    {
      name: "a container still being made: nothing",
      value: pod({ status: container({ waiting: { reason: "ContainerCreating" } }) }),
      told: [],
    },
    {
      name: "a container that ended well",
      value: pod({ status: container({ terminated: { exitCode: 0, reason: "Completed", finishedAt: at } }) }),
      told: [{ type: "k8s.pod.completed", severity: "info" }],
    },
    {
      name: "an end without a reason, by a signal",
      value: pod({ status: container({ terminated: { exitCode: 139, finishedAt: at } }) }),
      told: [{ type: "k8s.pod.error", attributes: { exitCode: 139, signal: 11 } }],
    },
    {
      name: "a container that ends since its pod is being deleted: no failure, whatever code it leaves",
      value: pod({
        metadata: { deletionTimestamp: "2026-03-01T10:01:28Z", deletionGracePeriodSeconds: 30 },
        status: container({ terminated: { exitCode: 1, reason: "Error", finishedAt: at } }),
      }),
      told: [{ type: "k8s.pod.stopped", severity: "info", attributes: { exitCode: 1 } }],
    },
    {
      name: "a container that ended before the deletion of its pod was asked for",
      value: pod({
        metadata: { deletionTimestamp: "2026-03-01T10:01:32Z", deletionGracePeriodSeconds: 30 },
        status: container({ terminated: { exitCode: 1, reason: "Error", finishedAt: at } }),
      }),
      told: [{ type: "k8s.pod.error", severity: "error" }],
    },
    {
      name: "a kill for memory while its pod is being deleted",
      value: pod({
        metadata: { deletionTimestamp: at },
        status: container({ terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: at } }),
      }),
      told: [{ type: "k8s.pod.oomkilled", severity: "error" }],
    },
    {
      name: "readiness lost",
      value: pod({ status: ready("False", "ContainersNotReady") }),
      told: [{ type: "k8s.pod.notready", time: at }],
    },
    {
      name: "readiness lost while it is being deleted: marked",
      value: pod({ metadata: { deletionTimestamp: at }, status: ready("False", "ContainersNotReady") }),
      told: [{ type: "k8s.pod.notready", attributes: { deleting: true, because: "ContainersNotReady" } }],
    },
    {
      name: "readiness reached",
      value: pod({ status: ready("True") }),
      told: [{ type: "k8s.pod.ready", severity: "info" }],
    },
    { name: "a job's pod that is done", value: pod({ status: ready("False", "PodCompleted") }), told: [] },
    {
      name: "not yet ready since its start: nothing",
      value: pod({ status: { ...ready("False", "ContainersNotReady"), startTime: at } }),
      told: [],
    },
    {
      name: "no node for it",
      value: pod({
        status: {
          conditions: [
            {
              type: "PodScheduled",
              status: "False",
              reason: "Unschedulable",
              message: "0/1 nodes",
              lastTransitionTime: at,
            },
          ],
        },
      }),
      told: [{ type: "k8s.pod.unschedulable", message: "0/1 nodes" }],
    },
    {
      name: "evicted",
      value: pod({ status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." } }),
      told: [{ type: "k8s.pod.evicted", severity: "error", message: "The node was low on resource: memory." }],
    },
    { name: "deleted", value: { type: "DELETED", object: pod() }, told: [{ type: "k8s.pod.deleted" }] },
  ])("$name", ({ value, told }) => {
    const events = decode(value);
    expect(events).toHaveLength(told.length);
    expect(events).toMatchObject(told);
  });
});

describe("links", () => {
  const related = (spec: Json, status: Json = {}): unknown[] => {
    const [event] = decode(pod({ spec, status: { ...container(KILLED), ...status } }));
    return (event?.related ?? []).map(({ role, kind, name }) => `${role} ${kind} ${name}`);
  };

  test("owner, node and what it mounts", () => {
    const env = [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "p" } } }];
    const volumes = [
      { name: "c", configMap: { name: "settings" } },
      { name: "p", projected: { sources: [{ configMap: { name: "ca" } }] } },
    ];
    expect(related({ volumes, containers: [{ name: "app", env }] })).toEqual([
      "owner Deployment api",
      "node Node node-1",
      "mounts ConfigMap settings",
      "mounts ConfigMap ca",
      "mounts Secret db",
    ]);
  });

  test("what it serves and what it calls, and never a password", () => {
    const containers = [
      {
        name: "app",
        ports: [{ containerPort: 8080 }],
        args: ["--listen=0.0.0.0:8080", "--cache=redis.cache.svc:6379"],
        env: [
          { name: "DB", value: "postgres://root:hunter2@db:5432/shop" },
          { name: "X", value: "10.0.0.9:9000" },
        ],
      },
    ];
    const links = related({ containers }, { podIP: "10.0.0.5" });
    expect(links).toEqual([
      "owner Deployment api",
      "node Node node-1",
      "service Address 10.0.0.5:8080",
      "target Service redis",
      "target Service db",
      "target Address 10.0.0.9:9000",
    ]);
    expect(JSON.stringify(decode(pod({ spec: { containers }, status: container(KILLED) })))).not.toContain("hunter2");
  });

  test("a loopback address is the pod's own, and the node's only on the host's network", () => {
    const containers = [{ name: "app", args: ["127.0.0.1:9000"], readinessProbe: { httpGet: { port: 9000 } } }];
    expect(related({ containers })).toEqual(["owner Deployment api", "node Node node-1"]);
    expect(related({ containers, hostNetwork: true })).toContain("service Address node-1/127.0.0.1:9000");
  });

  test("what a later version shows, and what another pod of the same name does", () => {
    const decoder = new Decoder();
    const version = (uid: string, image: Json, status: Json = {}): unknown[] => {
      const { metadata } = pod();
      const containers = [{ name: "app", ports: [{ containerPort: 8080 }], ...image }];
      const value = pod({
        metadata: { ...(metadata as Json), uid },
        spec: { containers },
        status: { ...container(KILLED), ...status },
      });
      return (decode(value, decoder)[0]?.related ?? []).slice(2).map(({ role, name }) => `${role} ${name}`);
    };
    expect(version("u1", { args: ["db:5432"] })).toEqual(["target db"]);
    expect(version("u1", { args: ["db:5432"] }, { podIP: "10.0.0.5" })).toEqual(["service 10.0.0.5:8080", "target db"]);
    expect(version("u2", { args: ["mq:5672"] }, { podIP: "10.0.0.5" })).toEqual(["service 10.0.0.5:8080", "target mq"]);
  });

  test("the Events of a pod carry them too", () => {
    const decoder = new Decoder();
    decode(pod({ spec: { volumes: [{ name: "c", configMap: { name: "settings" } }] } }), decoder);
    const [event] = decode(coreEvent(), decoder);
    expect(event?.related?.map(({ role, name }) => `${role} ${name}`)).toEqual([
      "owner api",
      "node node-1",
      "mounts settings",
    ]);
  });
});
