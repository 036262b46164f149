import { describe, expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import { kubernetesType } from "../../../src/core/intake/event-type.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { coreEvent, type Json, newEvent } from "./payloads.ts";

function decode(value: Json, decoder = new Decoder()): Event {
  const decoded = decoder.decodeValue(value);
  if (decoded.outcome !== "events" || decoded.events[0] === undefined) throw new Error(JSON.stringify(decoded));
  return decoded.events[0];
}

describe("the type", () => {
  test.for([
    { kind: "Pod", reason: "OOMKilled", type: "k8s.pod.oomkilled" },
    { kind: "Deployment", reason: "DeploymentRollback", type: "k8s.deployment.rollback" },
    { kind: "Node", reason: "NodeNotReady", type: "k8s.node.notready" },
    { kind: "Node", reason: "Node", type: "k8s.node.node" },
    { kind: "Pod", reason: "Failed to pull: ünicode", type: "k8s.pod.failed-to-pull-nicode" },
    { kind: "Pod", reason: "…", type: "k8s.pod.unknown" },
  ])("$kind + $reason", ({ kind, reason, type }) => {
    expect(kubernetesType(kind, reason)).toBe(type);
  });
});

test("an Event of core/v1, field by field", () => {
  expect(decode(coreEvent())).toEqual({
    id: "ev-1",
    traceId: "derived:/shop/Deployment/api",
    traceOrigin: "derived",
    time: "2026-03-01T10:00:00Z",
    timeMs: Date.UTC(2026, 2, 1, 10),
    precisionMs: 1000,
    lastMs: Date.UTC(2026, 2, 1, 10, 5),
    source: "k8s",
    type: "k8s.pod.backoff",
    severity: "warning",
    reason: "BackOff",
    message: "Back-off restarting failed container app",
    entity: {
      kind: "Pod",
      namespace: "shop",
      name: "api-7d9c8b6f54-q8v2c",
      uid: "pod-1",
      node: "node-1",
      cluster: undefined,
    },
    related: [
      { role: "owner", kind: "Deployment", namespace: "shop", name: "api" },
      { role: "node", kind: "Node", name: "node-1" },
    ],
    actor: undefined,
    count: 3,
    attributes: { component: "kubelet", container: "app", traceBy: "name" },
  });
});

test("what nests deep in an Event and is never read does no harm; one that is known by all that it says is refused", () => {
  let deep: Json = {};
  for (let level = 0; level < 5_000; level++) deep = { deep };
  const { metadata } = coreEvent();
  expect(decode(coreEvent({ metadata: { ...(metadata as Json), managedFields: [deep] } })).id).toBe("ev-1");
  const decoded = new Decoder().decodeValue(coreEvent({ metadata: { managedFields: [deep] } }));
  expect(decoded).toMatchObject({ outcome: "rejected", reason: expect.stringContaining("nested deeper than 32") });
});

test("an Event of events.k8s.io/v1 comes to the same", () => {
  expect(decode(newEvent(), new Decoder({ cluster: "prod" }))).toMatchObject({
    id: "ev-2",
    traceId: "derived:prod/shop/Pod/api-0",
    time: "2026-03-01T10:00:00.250000Z",
    type: "k8s.pod.killing",
    severity: "info",
    message: "Stopping container app",
    entity: { node: "node-2", cluster: "prod" },
    attributes: { component: "kubelet" },
  });
});

describe("times, whichever of them are there", () => {
  const none = { firstTimestamp: null, lastTimestamp: null, eventTime: null, count: undefined };
  test.for<{ name: string; more: Json; first: string; last: string; count: number }>([
    {
      name: "a series",
      more: {
        ...none,
        eventTime: "2026-03-01T10:00:01.5Z",
        series: { count: 7, lastObservedTime: "2026-03-01T10:09:00Z" },
      },
      first: "10:00:01.5Z",
      last: "10:09:00Z",
      count: 7,
    },
    {
      name: "eventTime alone",
      more: { ...none, eventTime: "2026-03-01T10:02:00Z" },
      first: "10:02:00Z",
      last: "10:02:00Z",
      count: 1,
    },
    { name: "creation alone", more: none, first: "10:00:00Z", last: "10:00:00Z", count: 1 },
    {
      name: "a shipper's date alone",
      more: { ...none, metadata: {}, date: "2026-03-01T10:07:00Z" },
      first: "10:07:00Z",
      last: "10:07:00Z",
      count: 1,
    },
    {
      name: "the last before the first",
      more: { firstTimestamp: "2026-03-01T10:05:00Z", lastTimestamp: "2026-03-01T10:00:00Z" },
      first: "10:00:00Z",
      last: "10:05:00Z",
      count: 3,
    },
    {
      name: "counted for days: it tells of now",
      more: { firstTimestamp: "2026-02-20T10:00:00Z", count: 70_944 },
      first: "10:05:00Z",
      last: "10:05:00Z",
      count: 70_944,
    },
  ])("$name", ({ more, first, last, count }) => {
    const event = decode(coreEvent(more));
    expect(event.time).toBe(`2026-03-01T${first}`);
    expect(event.lastMs).toBe(Date.parse(`2026-03-01T${last}`));
    expect(event.count).toBe(count);
  });

  test.for(["2026-03-01T24:00:00Z", "2026-03-01T10:60:00Z", "2026-03-01T10:00:6xZ", "2026-03-01T10:00:00 "])(
    "%s is none, on a day that is known too",
    (time) => {
      const decoder = new Decoder();
      decode(coreEvent(), decoder);
      const decoded = decoder.decodeValue(coreEvent({ ...none, metadata: {}, firstTimestamp: time }));
      expect(decoded).toMatchObject({ outcome: "rejected", reason: expect.stringContaining("no time") });
    },
  );

  test("none at all is told", () => {
    const decoded = new Decoder().decodeValue(coreEvent({ ...none, metadata: {} }));
    expect(decoded).toMatchObject({ outcome: "rejected", reason: expect.stringContaining("no time") });
  });
});

test("an Event without a uid has the same id each time, and another than its neighbour", () => {
  const nameless = (message: string): Json => coreEvent({ metadata: {}, message });
  expect(decode(nameless("a")).id).toBe(decode(nameless("a")).id);
  expect(decode(nameless("a")).id).not.toBe(decode(nameless("b")).id);
  expect(decode(coreEvent({ metadata: { name: "x.17", namespace: "shop" } })).id).toBe("shop/x.17");
});

describe("the trace", () => {
  const about = (kind: string, name: string): Json => ({ involvedObject: { kind, namespace: "shop", name } });

  test.for([
    { kind: "Pod", name: "api-7d9c8b6f54-q8v2c", top: "Deployment/api" },
    { kind: "ReplicaSet", name: "api-7d9c8b6f54", top: "Deployment/api" },
    { kind: "Pod", name: "backup-29381040-x7k2p", top: "CronJob/backup" },
    { kind: "Job", name: "backup-29381040", top: "CronJob/backup" },
    { kind: "Pod", name: "deployment-controller", top: "Pod/deployment-controller" },
    { kind: "Node", name: "node-1", top: "Node/node-1" },
  ])("$kind $name belongs to $top by its name", ({ kind, name, top }) => {
    expect(decode(coreEvent(about(kind, name))).traceId).toBe(`derived:/shop/${top}`);
  });

  const made = coreEvent({ ...about("Job", "fails"), reason: "SuccessfulCreate", message: "Created pod: fails-j6qfs" });
  const pods = coreEvent(about("Pod", "fails-j6qfs"));

  test("what a controller says that it made is learned", () => {
    const decoder = new Decoder();
    decode(made, decoder);
    expect(decode(pods, decoder)).toMatchObject({
      traceId: "derived:/shop/Job/fails",
      attributes: { component: "kubelet" },
    });
    expect(decode(pods, decoder).attributes?.["traceBy"]).toBeUndefined();
  });

  test("a list teaches before it is read, in whatever order it stands", () => {
    for (const items of [
      [made, pods],
      [pods, made],
    ]) {
      const decoded = new Decoder().decodeValue({ kind: "List", items });
      if (decoded.outcome !== "events") throw new Error("not events");
      expect(new Set(decoded.events.map(({ traceId }) => traceId))).toEqual(new Set(["derived:/shop/Job/fails"]));
    }
  });

  test("a traceparent goes before the owner, an annotation of ours before it", () => {
    const header = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const decoder = new Decoder();
    const traceOf = (value: Json): unknown => {
      const decoded = decoder.decodeValue(value, header);
      return decoded.outcome === "events" ? decoded.events[0]?.traceId : decoded;
    };
    expect(traceOf(coreEvent())).toBe("0af7651916cd43dd8448eb211c80319c");
    const annotations = { "tapio.dev/trace-id": "mine" };
    expect(traceOf(coreEvent({ metadata: { uid: "u", annotations, creationTimestamp: "2026-03-01T10:00:00Z" } }))).toBe(
      "mine",
    );
  });
});
