import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode, decodeSingle, linksOf } from "../decode.ts";
import { coreEvent, type Json, pod } from "../payloads.ts";

const NANOS = "1772359200250000000";
const TIME = "2026-03-01T10:00:00.250Z";
const TRACE = "5B8EFFF798038103D269B633813FC60C";

function attributes(fields: Readonly<Record<string, string | number>>): Json[] {
  return Object.entries(fields).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}

const RESOURCE = {
  "service.name": "checkout",
  "k8s.namespace.name": "shop",
  "k8s.pod.name": "checkout-x",
  "k8s.deployment.name": "checkout",
  "k8s.node.name": "node-1",
};

describe("OTLP", () => {
  const logs = (records: readonly Json[], resource: Readonly<Record<string, string>> = RESOURCE): Json => ({
    resourceLogs: [
      {
        resource: { attributes: attributes(resource) },
        scopeLogs: [{ scope: { name: "app.db" }, logRecords: records }],
      },
    ],
  });
  const record = (more: Json = {}): Json => ({
    timeUnixNano: NANOS,
    severityNumber: 17,
    body: { stringValue: "password authentication failed for user shop" },
    traceId: TRACE,
    spanId: "aa",
    ...more,
  });

  test("an error that was logged, field by field", () => {
    const fields = attributes({
      "exception.type": "PgError",
      "server.address": "db.data.svc",
      "http.response.status_code": 500,
      tenant: "x",
    });
    const event = decodeSingle(logs([record({ attributes: fields })]));
    expect(event).toMatchObject({
      traceId: TRACE.toLowerCase(),
      traceOrigin: "explicit",
      time: TIME,
      source: "log",
      type: "log.error",
      severity: "error",
      reason: "PgError",
      message: "password authentication failed for user shop",
      entity: { kind: "Pod", namespace: "shop", name: "checkout-x", node: "node-1" },
      attributes: {
        service: "checkout",
        spanId: "aa",
        exception: "PgError",
        status: 500,
        peer: "db.data.svc",
        logger: "app.db",
        fields: { tenant: "x" },
      },
    });
    expect(linksOf(event)).toEqual([
      "owner Deployment checkout",
      "node Node node-1",
      "service Service checkout",
      "target Service db",
    ]);
  });

  test("what is below WARN is left out, each record counted", () => {
    expect(
      new Decoder().decodeValue(logs([record({ severityNumber: 9 }), record(), record({ severityNumber: 5 })])),
    ).toMatchObject({
      events: [{ type: "log.error" }],
      leftOut: [
        { item: 1, outcome: "filtered" },
        { item: 3, outcome: "filtered" },
      ],
    });
  });

  test.for<{ name: string; more: Json; type: string }>([
    { name: "a warning", more: { severityNumber: 13 }, type: "log.warning" },
    { name: "a fatal one", more: { severityNumber: 21 }, type: "log.critical" },
    { name: "a level in words", more: { severityNumber: undefined, severityText: "Error" }, type: "log.error" },
    {
      name: "an exception at any level",
      more: { severityNumber: 9, attributes: attributes({ "exception.type": "E" }) },
      type: "log.error",
    },
  ])("$name", ({ more, type }) => {
    expect(decodeSingle(logs([record(more)])).type).toBe(type);
  });

  test("without a trace it belongs to its workload, without a pod to its service", () => {
    const traceless = record({ traceId: "0".repeat(32) });
    expect(decodeSingle(logs([traceless])).traceId).toBe("derived:/shop/Deployment/checkout");
    expect(decodeSingle(logs([traceless], { "service.name": "checkout" })).traceId).toBe("derived://Service/checkout");
  });

  const spans = (more: Json): Json => ({
    resourceSpans: [
      {
        resource: { attributes: attributes(RESOURCE) },
        scopeSpans: [
          {
            spans: [
              {
                traceId: TRACE,
                spanId: "s1",
                name: "POST /pay",
                startTimeUnixNano: NANOS,
                endTimeUnixNano: "1772359201250000000",
                ...more,
              },
            ],
          },
        ],
      },
    ],
  });

  test("a span that failed, and one that did not", () => {
    expect(decodeSingle(spans({ status: { code: 2, message: "deadline exceeded" } }))).toMatchObject({
      id: "s1",
      source: "trace",
      type: "trace.span.error",
      message: "POST /pay: deadline exceeded",
      attributes: { span: "POST /pay", durationMs: 1000 },
    });
    expect(decode(spans({}))).toEqual([]);
  });

  test("metrics are no events", () => {
    expect(decode({ resourceMetrics: [] })).toEqual([]);
  });
});

describe("log lines", () => {
  const line = (log: string, more: Json = {}): Json => ({
    log,
    time: TIME,
    stream: "stderr",
    kubernetes: { pod_name: "api-7d9c8b6f54-q8v2c", namespace_name: "shop", container_name: "app", host: "node-1" },
    ...more,
  });

  test.for([
    { log: "2026-03-01 ERROR cannot reach db", type: "log.error" },
    { log: "panic: runtime error", type: "log.critical" },
    { log: "W0301 10:00:00.1 1 x.go:1] slow", type: "log.warning" },
    { log: "all is well", type: undefined },
  ])("$log", ({ log, type }) => {
    const [event] = decode(line(log));
    expect(event?.type).toBe(type);
    if (type !== undefined) {
      expect(event).toMatchObject({
        traceId: "derived:/shop/Deployment/api",
        attributes: { container: "app", stream: "stderr" },
      });
    }
  });

  test("a level of its own goes before the words", () => {
    expect(decode(line("no ERROR here", { level: "info" }))).toEqual([]);
  });

  test("a line without a time of day can't be placed", () => {
    expect(decode({ type: "printf", data: "oom_victim pid=1 ns=2\n" })).toEqual([]);
  });
});

describe("the kernel", () => {
  const UID = "70b9ec47-3e91-41b9-a093-028c23c87075";
  const kernel = (message: string): Json => ({
    MESSAGE: message,
    _TRANSPORT: "kernel",
    _HOSTNAME: "node-1",
    __REALTIME_TIMESTAMP: "1772359200250000",
  });
  const killed = `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/kubepods/burstable/pod${UID},task=java,pid=42,uid=0`;

  test("a kill in a pod's cgroup is about that pod, once it was seen", () => {
    const decoder = new Decoder();
    expect(decodeSingle(kernel(killed), decoder)).toMatchObject({
      time: TIME,
      source: "kernel",
      entity: { kind: "Pod", name: UID, uid: UID },
    });
    decode(pod({ metadata: { uid: UID } }), decoder);
    expect(decodeSingle(kernel(killed), decoder)).toMatchObject({
      type: "kernel.container.oom_kill",
      severity: "error",
      traceId: "derived:/shop/Deployment/api",
      entity: { kind: "Pod", namespace: "shop", name: "api-7d9c8b6f54-q8v2c", uid: UID },
      attributes: { process: "java", pid: 42, constraint: "CONSTRAINT_MEMCG", podUid: UID },
    });
  });

  test.for([
    {
      message: "Memory cgroup out of memory: Killed process 42 (java) total-vm:9kB, anon-rss:8kB, file-rss:1kB",
      type: "kernel.container.oom_kill",
    },
    { message: "Out of memory: Killed process 42 (java) total-vm:9kB, anon-rss:8kB", type: "kernel.node.oom_kill" },
    { message: "java[42]: segfault at 0 ip 00007f sp 00007f error 4", type: "kernel.process.segfault" },
    { message: "nf_conntrack: nf_conntrack: table full, dropping packet", type: "kernel.conntrack.full" },
    { message: "INFO: task dd:42 blocked for more than 120 seconds.", type: "kernel.task.hung" },
    { message: "EXT4-fs error (device sda1): ext4_find_entry", type: "kernel.disk.error" },
    { message: "EXT4-fs (sda1): Remounting filesystem read-only", type: "kernel.filesystem.readonly" },
    { message: "cgroup: fork rejected by pids controller in /kubepods/x", type: "kernel.pids.rejected" },
    { message: "eth0: link becomes ready", type: undefined },
  ])("$message", ({ message, type }) => {
    const [event] = decode(kernel(message));
    expect(event?.type).toBe(type);
    if (type !== undefined) expect(event?.entity).toMatchObject({ kind: "Node", name: "node-1" });
  });
});

describe("CloudEvents", () => {
  const envelope = (more: Json = {}): Json => ({
    specversion: "1.0",
    id: "c1",
    type: "dev.shop.order.failed",
    source: "/shop/orders",
    time: TIME,
    ...more,
  });

  test("data of a known shape is that, in the trace of the extension", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    expect(decodeSingle(envelope({ data: coreEvent(), traceparent }))).toMatchObject({
      id: "ev-1",
      type: "k8s.pod.backoff",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      traceOrigin: "traceparent",
    });
  });

  test("a deletion that the type tells", () => {
    const [event] = decode(envelope({ type: "dev.knative.apiserver.resource.delete", data: pod() })).slice(-1);
    expect(event?.type).toBe("k8s.pod.deleted");
  });

  test("anything else is an event of its own", () => {
    expect(
      decodeSingle(envelope({ subject: "order-7", data: { message: "no money", amount: 3, password: "x" } })),
    ).toMatchObject({
      id: "/shop/orders/c1",
      time: TIME,
      source: "orders",
      type: "dev.shop.order.failed",
      message: "no money",
      entity: { kind: "Subject", name: "order-7" },
      attributes: { amount: 3, password: "***", ceSource: "/shop/orders" },
    });
  });
});

test("an occurrence of the Tapio agents keeps its type", () => {
  const value = {
    id: "o1",
    timestamp: TIME,
    source: "tapio",
    type: "kernel.container.oom_kill",
    protocol_version: "1.0",
    severity: "critical",
    outcome: "failure",
    error: { code: "OOM_KILL", message: "OOM kill pid=1" },
    data: { pid: 1, cgroup_id: 7, nested: {} },
  };
  expect(decodeSingle(value)).toMatchObject({
    id: "o1",
    time: TIME,
    source: "kernel",
    type: "kernel.container.oom_kill",
    severity: "critical",
    reason: "OOM_KILL",
    entity: { kind: "Container", name: "cgroup-7" },
    attributes: { outcome: "failure", pid: 1, cgroup_id: 7 },
  });
  const context = { entities: [{ type: "pod", namespace: "shop", name: "api-0" }], node: "node-1" };
  expect(decodeSingle({ ...value, context }).entity).toMatchObject({ kind: "Pod", namespace: "shop", name: "api-0" });
});
