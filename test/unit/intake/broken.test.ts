import { expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { coreEvent, type Json, NATIVE, newEvent, pod } from "./payloads.ts";

const AT = "2026-03-01T10:00:00Z";
const metadata = {
  name: "x",
  namespace: "shop",
  uid: "u",
  generation: 1,
  creationTimestamp: AT,
  managedFields: [{ manager: "m", time: AT }],
};
const template = {
  spec: {
    containers: [{ name: "a", image: "i", env: [{ name: "E", value: "v" }] }],
    volumes: [{ name: "v", hostPath: { path: "/" } }],
  },
};
const condition = { type: "Ready", status: "False", reason: "R", message: "m", lastTransitionTime: AT };

/** A whole payload of each format. */
const WHOLE: readonly Json[] = [
  NATIVE,
  coreEvent(),
  newEvent(),
  pod(),
  {
    type: "MODIFIED",
    object: { kind: "Deployment", metadata, spec: { replicas: 1, template }, status: { conditions: [condition] } },
  },
  { kind: "Secret", metadata, data: { a: "b" }, type: "Opaque" },
  {
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: { kind: "ClusterRole", name: "r" },
    subjects: [{ kind: "User", name: "u" }],
  },
  {
    kind: "EndpointSlice",
    metadata,
    endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true }, targetRef: { kind: "Pod", name: "p" } }],
  },
  {
    auditID: "a",
    stage: "ResponseComplete",
    verb: "create",
    requestURI: "/x?command=a",
    user: { username: "u", groups: ["g"] },
    sourceIPs: ["1.1.1.1"],
    objectRef: { resource: "pods", name: "p", namespace: "n" },
    responseStatus: { code: 403, reason: "Forbidden", message: "no" },
    requestObject: { kind: "Pod", metadata, spec: template.spec },
    annotations: { "authorization.k8s.io/decision": "forbid" },
    requestReceivedTimestamp: AT,
  },
  {
    kind: "AdmissionReview",
    request: {
      uid: "r",
      kind: { kind: "Pod" },
      resource: { resource: "pods" },
      operation: "CREATE",
      userInfo: { username: "u" },
      object: { metadata, spec: template.spec },
    },
  },
  {
    alerts: [
      {
        status: "firing",
        labels: { alertname: "A", pod: "p" },
        annotations: { summary: "s" },
        startsAt: AT,
        fingerprint: "f",
      },
    ],
  },
  {
    flow: {
      time: AT,
      verdict: "DROPPED",
      IP: { source: "a", destination: "b" },
      l4: { TCP: { destination_port: 1, flags: { SYN: true } } },
      source: { pod_name: "p" },
      destination: { labels: ["reserved:world"] },
      l7: { type: "RESPONSE", dns: { query: "q", rcode: 3 } },
    },
  },
  {
    process_kprobe: {
      process: { binary: "/b", pod: { name: "p", container: { name: "c" } }, cap: { effective: ["CAP_SYS_ADMIN"] } },
      parent: { binary: "/p" },
      args: [{ file_arg: { path: "x/y" } }],
    },
    time: AT,
    node_name: "n",
  },
  {
    rule: "R",
    priority: "Notice",
    output: "o",
    time: AT,
    output_fields: { "k8s.pod.name": "p", "ka.response.code": "403" },
    tags: ["t"],
  },
  {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "s" } }] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: "1772359200250000000",
                severityNumber: 17,
                body: { kvlistValue: { values: [{ key: "k", value: { intValue: "1" } }] } },
                traceId: "aa",
              },
            ],
          },
        ],
      },
    ],
  },
  {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                name: "n",
                spanId: "s",
                startTimeUnixNano: "1772359200250000000",
                status: { code: 2 },
                events: [{ name: "exception", attributes: [] }],
              },
            ],
          },
        ],
      },
    ],
  },
  { log: "ERROR x", time: AT, kubernetes: { pod_name: "p", namespace_name: "n" } },
  { MESSAGE: "Out of memory: Killed process 1 (x)", __REALTIME_TIMESTAMP: "1772359200250000", _TRANSPORT: "kernel" },
  {
    specversion: "1.0",
    id: "c",
    type: "a.b",
    source: "/s",
    time: AT,
    data: { kind: "Node", metadata, status: { conditions: [condition] } },
  },
  {
    id: "o",
    timestamp: AT,
    source: "tapio",
    type: "a.b",
    protocol_version: "1",
    data: { a: 1 },
    context: { entities: [{ type: "pod", name: "p" }] },
  },
];

/** Every place in a payload, as the steps that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [[...path], ...inner.flatMap(([key, one]) => placesIn(one, [...path, key]))];
}

/** The payload with something else in one place. */
function withOther(value: unknown, [step, ...rest]: readonly string[], other: unknown): unknown {
  if (step === undefined) return other;
  if (Array.isArray(value)) return value.map((one, at) => (String(at) === step ? withOther(one, rest, other) : one));
  const object = value as Json;
  return { ...object, [step]: withOther(object[step], rest, other) };
}

const OTHERS: readonly unknown[] = [
  null,
  undefined,
  "",
  "x",
  0,
  -1,
  1e300,
  true,
  [],
  {},
  [null],
  [[]],
  { a: null },
  "9".repeat(30),
  AT,
  ["x"],
  { name: 1 },
];

test("each whole payload gives something, alone and twice", () => {
  for (const whole of WHOLE) {
    const decoder = new Decoder();
    for (let round = 0; round < 2; round++)
      expect(["events", "filtered"]).toContain(decoder.decodeValue(whole).outcome);
  }
});

test("no payload throws, whatever stands in whichever place", () => {
  const decoder = new Decoder();
  for (const whole of WHOLE) {
    for (const place of placesIn(whole)) {
      for (const other of OTHERS) {
        const { outcome } = decoder.decodeValue(withOther(whole, place, other));
        expect(["events", "filtered", "unknown", "rejected"]).toContain(outcome);
      }
    }
  }
});

test("what comes out of a broken payload is a whole event", () => {
  const wrong: unknown[] = [];
  for (const whole of WHOLE) {
    for (const place of placesIn(whole)) {
      for (const other of OTHERS) {
        const decoded = new Decoder().decodeValue(withOther(whole, place, other));
        const events = decoded.outcome === "events" ? decoded.events : [];
        if (!events.every(isWhole)) wrong.push([place.join("."), other, events.filter((event) => !isWhole(event))]);
      }
    }
  }
  expect(wrong).toEqual([]);
});

function isWhole({ id, entity, type, source, timeMs }: Event): boolean {
  const named = id !== "" && entity.name !== "" && /^[a-z][a-z0-9_-]*$/.test(source);
  return named && /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/.test(type) && Number.isFinite(timeMs);
}
