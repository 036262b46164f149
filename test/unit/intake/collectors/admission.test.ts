import { expect, test } from "vitest";
import { decode, decodeSingle } from "../decode.ts";
import type { Json } from "../payloads.ts";

const review = (more: Json = {}, response?: Json): Json => ({
  kind: "AdmissionReview",
  apiVersion: "admission.k8s.io/v1",
  request: {
    uid: "r-1",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    namespace: "shop",
    operation: "CREATE",
    userInfo: { username: "alice", groups: ["dev"] },
    object: {
      metadata: {
        generateName: "api-7d9c8b6f54-",
        creationTimestamp: "2026-03-01T10:00:00Z",
        ownerReferences: [{ kind: "Deployment", name: "api" }],
      },
      spec: { containers: [{ image: "a:1", securityContext: { privileged: true } }] },
    },
    ...more,
  },
  ...(response === undefined ? {} : { response }),
});

test("what was asked, in the recorder's envelope", () => {
  expect(decodeSingle({ receivedAt: "2026-03-01T10:00:05.000Z", path: "/deny", body: review() })).toMatchObject({
    id: "r-1",
    time: "2026-03-01T10:00:05.000Z",
    source: "audit",
    type: "admission.pods.create",
    traceId: "derived:/shop/Deployment/api",
    entity: { kind: "Pod", namespace: "shop", name: "api-7d9c8b6f54-*" },
    actor: { user: "alice" },
    attributes: { verb: "create", system: false, privileged: true, images: ["a:1"] },
  });
});

test("a refusal in the answer", () => {
  const answer = { uid: "r-1", allowed: false, status: { message: 'admission webhook "w" denied the request: no' } };
  expect(decodeSingle(review({}, answer))).toMatchObject({
    time: "2026-03-01T10:00:00Z",
    severity: "warning",
    reason: "Denied",
    attributes: { allowed: false, code: 403, deniedBy: "webhook", webhook: "w" },
  });
});

test("what was only tried, and what has no time, tells nothing", () => {
  expect(decode(review({ dryRun: true }))).toEqual([]);
  expect(decode(review({ object: { metadata: { name: "x" } } }))).toEqual([]);
});
