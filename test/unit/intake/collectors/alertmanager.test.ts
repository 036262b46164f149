import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode, decodeSingle } from "../decode.ts";
import type { Json } from "../payloads.ts";

const alert = (labels: Json, more: Json = {}): Json => ({
  status: "firing",
  labels: { alertname: "KubePodCrashLooping", severity: "warning", ...labels },
  annotations: {
    summary: "Pod is crash looping.",
    description: "Pod shop/api-0 is in waiting state",
    runbook_url: "https://example.com/r",
  },
  startsAt: "2026-03-01T10:00:00.5Z",
  endsAt: "0001-01-01T00:00:00Z",
  fingerprint: "f1",
  ...more,
});

const webhook = (...alerts: readonly Json[]): Json => ({
  version: "4",
  receiver: "hook",
  status: "firing",
  groupKey: "{}",
  alerts,
});

test("one alert, field by field", () => {
  expect(
    decodeSingle(webhook(alert({ namespace: "shop", pod: "api-0", container: "app", node: "node-1" }))),
  ).toMatchObject({
    id: "f1:2026-03-01T10:00:00.5Z",
    traceId: "derived:/shop/Pod/api-0",
    time: "2026-03-01T10:00:00.5Z",
    source: "alert",
    type: "alert.kubepodcrashlooping",
    severity: "warning",
    reason: "KubePodCrashLooping",
    message: "Pod shop/api-0 is in waiting state",
    entity: { kind: "Pod", namespace: "shop", name: "api-0", node: "node-1" },
    related: [{ role: "node", kind: "Node", name: "node-1" }],
    attributes: { status: "firing", container: "app", runbook: "https://example.com/r", labels: { pod: "api-0" } },
  });
});

test("each alert of a notification; one that comes again is the same; a resolved one ends it", () => {
  const decoder = new Decoder();
  const firing = alert({ pod: "a" });
  const resolved = alert({ pod: "a" }, { status: "resolved", endsAt: "2026-03-01T10:09:00Z" });
  const first = decode(webhook(firing, alert({ pod: "b" }, { fingerprint: "f2" })), decoder);
  const second = decode({ receivedAt: "2026-03-01T10:10:00Z", headers: {}, body: webhook(resolved, firing) }, decoder);
  expect(first.map(({ id }) => id)).toEqual(["f1:2026-03-01T10:00:00.5Z", "f2:2026-03-01T10:00:00.5Z"]);
  expect(second[1]?.id).toBe(first[0]?.id);
  expect(second[0]).toMatchObject({
    id: "f1:2026-03-01T10:00:00.5Z:resolved",
    type: "alert.kubepodcrashlooping.resolved",
    time: "2026-03-01T10:09:00Z",
    severity: "info",
  });
});

describe("what an alert is about", () => {
  test.for<{ labels: Json; about: string }>([
    { labels: { namespace: "shop", deployment: "api" }, about: "Deployment shop/api" },
    { labels: { namespace: "shop", job_name: "backup", job: "kube-state-metrics" }, about: "Job shop/backup" },
    { labels: { namespace: "shop", persistentvolumeclaim: "data" }, about: "PersistentVolumeClaim shop/data" },
    { labels: { namespace: "shop", service: "api" }, about: "Service shop/api" },
    { labels: { node: "node-1", namespace: "monitoring" }, about: "Node /node-1" },
    { labels: { instance: "10.0.0.5:9100" }, about: "Instance /10.0.0.5:9100" },
    { labels: { namespace: "shop" }, about: "Namespace /shop" },
    { labels: { pod: "kube-state-metrics-0", exported_pod: "api-0", namespace: "shop" }, about: "Pod shop/api-0" },
    { labels: {}, about: "Alert /KubePodCrashLooping" },
  ])("$about", ({ labels, about }) => {
    const { kind, namespace, name } = decodeSingle(webhook(alert(labels))).entity;
    expect(`${kind} ${namespace ?? ""}/${name}`).toBe(about);
  });
});

test.for([
  ["critical", "critical"],
  ["page", "critical"],
  ["error", "error"],
  ["none", "info"],
] as const)("the label %s is %s", ([label, severity]) => {
  expect(decodeSingle(webhook(alert({ severity: label }))).severity).toBe(severity);
});

test("alerts that always fire are left out, each with its place", () => {
  expect(decode(webhook(alert({ alertname: "Watchdog" })))).toEqual([]);
  expect(new Decoder().decodeValue(webhook(alert({ alertname: "InfoInhibitor" }), alert({})))).toMatchObject({
    events: [{ type: "alert.kubepodcrashlooping" }],
    leftOut: [{ item: 1, outcome: "filtered" }],
  });
});
