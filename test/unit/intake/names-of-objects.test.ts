import { expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";

const TIME = "2026-03-01T10:00:00Z";
/** A word that no table knows, as long as `constructor` is, which every object has. */
const UNKNOWN = "konstruktor";

const metadata = { name: "n", uid: "u", creationTimestamp: TIME, generation: 1, managedFields: [{ time: TIME }] };
const condition = (word: string) => ({ type: word, status: "False", reason: word, lastTransitionTime: TIME });
const audit = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  auditID: "a",
  stage: "ResponseComplete",
  requestReceivedTimestamp: TIME,
  user: { username: "u" },
  objectRef: { resource: "deployments", namespace: "shop", name: "api" },
};

test.for<[string, (word: string) => object]>([
  [
    "an alert's severity",
    (word) => ({ alerts: [{ startsAt: TIME, fingerprint: "f", labels: { alertname: "x", severity: word } }] }),
  ],
  [
    "an alert's kind of workload",
    (word) => ({
      alerts: [
        { startsAt: TIME, fingerprint: "f", labels: { alertname: "x", pod: "p", workload: "w", workload_type: word } },
      ],
    }),
  ],
  ["a priority of Falco", (word) => ({ time: TIME, uuid: "i", rule: "r", priority: word, output: "o" })],
  [
    "a kind of object",
    (kind) => ({ kind, apiVersion: "x/v1", metadata, status: { conditions: [condition("Ready")] } }),
  ],
  ["a kind's phase", (phase) => ({ kind: "Namespace", apiVersion: "v1", metadata, status: { phase } })],
  ["a condition", (word) => ({ kind: "Node", apiVersion: "v1", metadata, status: { conditions: [condition(word)] } })],
  ["a verb of the API server", (verb) => ({ ...audit, verb, responseStatus: { code: 200 } })],
])("%s may be a word that every object has", ([, payload]) => {
  const decoded = (word: string) => new Decoder().decodeText(JSON.stringify(payload(word)));
  const unknown = JSON.stringify(decoded(UNKNOWN)).replaceAll(UNKNOWN, "constructor");
  expect(JSON.stringify(decoded("constructor"))).toBe(unknown.replaceAll("Konstruktor", "Constructor"));
});
