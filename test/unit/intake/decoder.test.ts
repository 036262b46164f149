import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { coreEvent, NATIVE, newEvent, pod } from "./payloads.ts";

function eventsOf(value: unknown, decoder = new Decoder()): readonly Event[] {
  const decoded = decoder.decodeValue(value);
  if (decoded.outcome !== "events") throw new Error(`${decoded.outcome}: ${JSON.stringify(decoded)}`);
  return decoded.events;
}

describe("told apart by shape", () => {
  const { kind: _kind, apiVersion: _version, ...bare } = coreEvent({ date: "2026-03-01T10:05:00.000000Z" });
  test.for([
    { name: "a native event", value: NATIVE, ids: ["e1"] },
    { name: "an Event of core/v1", value: coreEvent(), ids: ["ev-1"] },
    { name: "one that a log shipper stripped", value: bare, ids: ["ev-1"] },
    { name: "an Event of events.k8s.io/v1", value: newEvent(), ids: ["ev-2"] },
    { name: "a watch envelope", value: { type: "MODIFIED", object: coreEvent() }, ids: ["ev-1"] },
    {
      name: "a List",
      value: { kind: "List", apiVersion: "v1", items: [coreEvent(), newEvent()] },
      ids: ["ev-1", "ev-2"],
    },
    { name: "an EventList whose items have no kind", value: { kind: "EventList", items: [bare] }, ids: ["ev-1"] },
    { name: "a JSON array, mixed", value: [NATIVE, newEvent()], ids: ["e1", "ev-2"] },
  ])("$name", ({ value, ids }) => {
    expect(eventsOf(value).map(({ id }) => id)).toEqual(ids);
    const fromText = new Decoder().decodeText(JSON.stringify(value));
    expect(fromText).toEqual(new Decoder().decodeValue(value));
  });

  test.for([
    { name: "an expired Event", value: { type: "DELETED", object: coreEvent() }, outcome: "filtered" },
    { name: "a bookmark", value: { type: "BOOKMARK", object: { kind: "Pod" } }, outcome: "filtered" },
    { name: "a pod that just began", value: pod(), outcome: "filtered" },
    {
      name: "a kind to come",
      value: { kind: "Gadget", apiVersion: "x/v9", metadata: { name: "a" } },
      outcome: "unknown",
      shape: "Gadget x/v9",
    },
    { name: "an object of no known shape", value: { a: 1, b: 2 }, outcome: "unknown", shape: "{a, b}" },
    { name: "a text", value: "hello", outcome: "rejected" },
    { name: "null", value: null, outcome: "rejected" },
    { name: "a pod without a name", value: { kind: "Pod", metadata: {} }, outcome: "rejected" },
  ])("$name is $outcome", ({ value, outcome, shape }) => {
    const decoded = new Decoder().decodeValue(value);
    expect(decoded.outcome).toBe(outcome);
    if (shape !== undefined) expect(decoded).toMatchObject({ shape });
  });

  test("what a list holds besides events is told with its place", () => {
    const decoded = new Decoder().decodeValue([NATIVE, 7, { kind: "Gadget" }, pod()]);
    expect(decoded).toMatchObject({
      outcome: "events",
      events: [{ id: "e1" }],
      leftOut: [
        { item: 2, outcome: "rejected" },
        { item: 3, outcome: "unknown", shape: "Gadget" },
        { item: 4, outcome: "filtered" },
      ],
    });
  });
});

describe("bad input", () => {
  test.for([
    { text: "", why: "not JSON" },
    { text: '{"id":', why: "not JSON" },
    { text: JSON.stringify({ ...NATIVE, message: "x".repeat(300_000) }), why: "the most is 262144" },
    {
      text: `{"type":"a.b","source":"x","attributes":${'{"a":'.repeat(40)}1${"}".repeat(40)}}`,
      why: "nested deeper than 32",
    },
    { text: JSON.stringify({ ...NATIVE, time: "yesterday" }), why: 'time must be an RFC 3339 time: it is "yesterday"' },
    { text: JSON.stringify({ ...NATIVE, id: undefined }), why: "id must be a text that is not empty: it is missing" },
    { text: JSON.stringify({ ...NATIVE, type: "K8S" }), why: "type must be lower-case and dotted" },
    { text: JSON.stringify({ ...NATIVE, entity: { kind: "Pod" } }), why: "entity.name must be a text" },
    { text: JSON.stringify({ ...NATIVE, severity: "bad" }), why: "severity must be one of info, warning" },
    { text: JSON.stringify({ ...NATIVE, count: 0 }), why: "count must be a whole number from 1: it is 0" },
    { text: JSON.stringify({ ...NATIVE, related: [{ role: "owner" }] }), why: "related[0].kind must be a text" },
    { text: JSON.stringify(coreEvent({ involvedObject: {} })), why: "involvedObject must have kind and name" },
    { text: JSON.stringify(coreEvent({ reason: "" })), why: "reason must be a text" },
  ])("$why", ({ text, why }) => {
    expect(new Decoder().decodeText(text)).toMatchObject({ outcome: "rejected", reason: expect.stringContaining(why) });
  });

  test("anything that is JSON is one of the four outcomes, and nothing throws", () => {
    const words = [
      "kind",
      "apiVersion",
      "metadata",
      "items",
      "type",
      "object",
      "involvedObject",
      "regarding",
      "spec",
      "status",
    ];
    const keys = [
      ...words,
      "name",
      "reason",
      "source",
      "entity",
      "containerStatuses",
      "state",
      "conditions",
      "__proto__",
      ..."auditID stage verb objectRef requestObject responseStatus user flow l4 l7 dns verdict source_labels".split(
        " ",
      ),
      ..."process_exec process_kprobe process pod args rule priority output output_fields alerts labels startsAt".split(
        " ",
      ),
      ..."resourceLogs scopeLogs logRecords resourceSpans scopeSpans spans attributes body key value log time".split(
        " ",
      ),
      ..."specversion data request kubernetes MESSAGE timestamp subsets endpoints addresses roleRef rules uid".split(
        " ",
      ),
      ..."generation managedFields creationTimestamp ownerReferences annotations template containers env".split(" "),
    ];
    const values = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(
          "Pod",
          "Event",
          "List",
          "PodList",
          "ADDED",
          "DELETED",
          "",
          "2026-03-01T10:00:00Z",
          null,
          1,
          true,
        ),
        fc.constantFrom("Deployment", "ConfigMap", "Secret", "Node", "EndpointSlice", "AdmissionReview", "RoleBinding"),
        fc.constantFrom("ResponseComplete", "patch", "DROPPED", "True", "False", "1772359200250000000"),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie("any"), { maxKeys: 6 }),
      ),
    })).any;
    const decoder = new Decoder();
    fc.assert(
      fc.property(values, (value) => {
        expect(["events", "filtered", "unknown", "rejected"]).toContain(decoder.decodeValue(value).outcome);
      }),
      { numRuns: 3_000 },
    );
  });
});

test("what is remembered is bounded, and forgetting costs no event", () => {
  const decoder = new Decoder({ memoryMax: 2 });
  for (let at = 0; at < 50; at++) {
    const about = { kind: "ReplicaSet", namespace: "shop", name: `web-${at}` };
    const message = `Created pod: web-${at}-x`;
    expect(eventsOf(coreEvent({ involvedObject: about, reason: "SuccessfulCreate", message }), decoder)).toHaveLength(
      1,
    );
  }
});
