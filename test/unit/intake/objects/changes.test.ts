import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode, decodeSingle, linksOf } from "../decode.ts";
import type { Json } from "../payloads.ts";

const CREATED = "2026-03-01T09:00:00Z";

function deployment(
  container: Json,
  more: { generation?: number; spec?: Json; metadata?: Json; status?: Json } = {},
): Json {
  const { generation = 1, spec, metadata, status } = more;
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name: "api", namespace: "shop", uid: "d-1", generation, creationTimestamp: CREATED, ...metadata },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "api" } },
      template: { spec: { containers: [{ name: "app", image: "shop/api:1", ...container }] } },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

function managed(...times: readonly string[]): Json {
  return { managedFields: times.map((time) => ({ manager: "kubectl-set", operation: "Update", time })) };
}

/** What the second of two versions tells. */
function change(before: unknown, after: unknown, decoder = new Decoder()) {
  decode(before, decoder);
  return decodeSingle(after, decoder);
}

test("a new image, field by field", () => {
  const mounts = { envFrom: [{ configMapRef: { name: "settings" } }] };
  const event = change(
    { type: "ADDED", object: deployment(mounts) },
    {
      type: "MODIFIED",
      object: deployment(
        { ...mounts, image: "shop/api:2" },
        { generation: 2, metadata: managed("2026-03-01T10:00:00Z") },
      ),
    },
  );
  expect(event).toMatchObject({
    id: "d-1:changed:2",
    traceId: "derived:/shop/Deployment/api",
    time: "2026-03-01T10:00:00Z",
    source: "config",
    type: "config.deployment.changed",
    severity: "info",
    message: "Deployment api was changed: image app: shop/api:1 -> shop/api:2",
    entity: { kind: "Deployment", namespace: "shop", name: "api", uid: "d-1" },
    attributes: {
      what: "image app: shop/api:1 -> shop/api:2",
      fields: ["image"],
      changed: ["spec.template.spec.containers[app].image"],
      changes: [{ path: "spec.template.spec.containers[app].image", old: "shop/api:1", new: "shop/api:2" }],
      old: "shop/api:1",
      new: "shop/api:2",
      manager: "kubectl-set",
      replicas: 2,
      generation: 2,
    },
  });
  expect(linksOf(event)).toEqual(["mounts ConfigMap settings"]);
});

describe("what changed, in a Deployment", () => {
  test.for<{ name: string; before?: Json; after?: Json; spec?: Json; fields: string[]; what: string }>([
    {
      name: "a variable",
      before: { env: [{ name: "MODE", value: "a" }] },
      after: { env: [{ name: "MODE", value: "b" }] },
      fields: ["env"],
      what: "env[MODE] app: a -> b",
    },
    {
      name: "a variable that is no more",
      before: { env: [{ name: "MODE", value: "a" }] },
      fields: ["env"],
      what: "env[MODE] app: a -> (removed)",
    },
    {
      name: "where a variable comes from",
      before: { env: [{ name: "PW", valueFrom: { secretKeyRef: { name: "db", key: "old" } } }] },
      after: { env: [{ name: "PW", valueFrom: { secretKeyRef: { name: "db", key: "new" } } }] },
      fields: ["env"],
      what: "env[PW] app: from secret db/old -> from secret db/new",
    },
    {
      name: "a variable named like a credential",
      before: { env: [{ name: "DB_PASSWORD", value: "one" }] },
      after: { env: [{ name: "DB_PASSWORD", value: "two" }] },
      fields: ["env"],
      what: "env[DB_PASSWORD] app: (hidden) -> (hidden)",
    },
    {
      name: "a command",
      after: { command: ["sh", "-c", "exit 3"] },
      fields: ["command"],
      what: "command app: (none) -> sh -c exit 3",
    },
    {
      name: "a limit",
      before: { resources: { limits: { memory: "64Mi" } } },
      after: { resources: { limits: { memory: "16Mi" } } },
      fields: ["resources"],
      what: "resources.limits.memory app: 64Mi -> 16Mi",
    },
    {
      name: "a probe",
      before: { readinessProbe: { httpGet: { port: 80, path: "/" } } },
      after: { readinessProbe: { httpGet: { port: 81, path: "/" } } },
      fields: ["readinessProbe"],
      what: "readinessProbe.httpGet.port app: 80 -> 81",
    },
    { name: "replicas", spec: { replicas: 0 }, fields: ["replicas"], what: "replicas: 2 -> 0" },
  ])("$name", ({ before = {}, after = {}, spec = {}, fields, what }) => {
    const event = change(deployment(before), deployment(after, { generation: 2, spec }));
    expect(event.attributes).toMatchObject({ fields, what });
  });

  test("a restart, and three changes of five", () => {
    const annotations = { "kubectl.kubernetes.io/restartedAt": "2026-03-01T10:00:00Z" };
    const template = { metadata: { annotations }, spec: { containers: [{ name: "app", image: "shop/api:1" }] } };
    expect(change(deployment({}), deployment({}, { generation: 2, spec: { template } })).attributes).toMatchObject({
      restart: true,
      fields: ["annotations"],
    });
    const env = ["A", "B", "C", "D", "E"].map((name) => ({ name, value: "1" }));
    expect(change(deployment({}), deployment({ env }, { generation: 2 })).attributes?.["what"]).toMatch(
      /; and 2 more$/,
    );
  });

  test("scaled to nothing is said", () => {
    const event = change(deployment({}), deployment({}, { generation: 2, spec: { replicas: 0 } }));
    expect(event.attributes).toMatchObject({ scaledToZero: true, replicas: 0 });
  });
});

describe("no change", () => {
  const conditions = [{ type: "Available", status: "True", lastTransitionTime: "2026-03-01T10:00:00Z" }];
  test.for<{ name: string; before: unknown; after: unknown }>([
    { name: "the same version again", before: deployment({}), after: deployment({}) },
    {
      name: "an older version",
      before: deployment({ image: "b" }, { generation: 3 }),
      after: deployment({}, { generation: 2 }),
    },
    {
      name: "an annotation of its own",
      before: deployment({}),
      after: deployment({}, { generation: 2, metadata: { annotations: { a: "b" } } }),
    },
  ])("$name", ({ before, after }) => {
    const decoder = new Decoder();
    decode(before, decoder);
    expect(decode(after, decoder)).toEqual([]);
  });

  test("a status tells its state, and no change", () => {
    const decoder = new Decoder();
    decode(deployment({}), decoder);
    expect(decode(deployment({}, { status: { conditions } }), decoder).map(({ type }) => type)).toEqual([
      "k8s.deployment.available",
    ]);
  });
});

test("an undoing names the change that it undoes, and is not placed before it", () => {
  const decoder = new Decoder();
  const env = [{ name: "MODE", value: "bad" }];
  const at = "2026-03-01T10:00:00Z";
  decode(deployment({}, { metadata: managed(CREATED) }), decoder);
  decode(deployment({ env }, { generation: 2, metadata: managed(CREATED, at) }), decoder);
  const undone = decodeSingle(deployment({}, { generation: 3, metadata: managed(CREATED) }), decoder);
  expect(undone.attributes).toMatchObject({ revertOf: "d-1:changed:2", removed: true });
  expect(undone.timeMs).toBeGreaterThanOrEqual(Date.parse(at));
});

describe("objects without a generation", () => {
  const object = (kind: string, body: Json, version = "1"): Json => ({
    kind,
    metadata: { name: "x", namespace: "shop", uid: `${kind}-1`, resourceVersion: version, creationTimestamp: CREATED },
    ...body,
  });

  test.for<{ kind: string; before: Json; after: Json; told: Json }>([
    {
      kind: "ConfigMap",
      before: { data: { MODE: "a", PORT: "1" } },
      after: { data: { MODE: "b" } },
      told: {
        fields: ["data"],
        keys: ["MODE", "PORT"],
        removed: true,
        what: "data[MODE]: a -> b; data[PORT]: 1 -> (removed)",
      },
    },
    {
      kind: "ConfigMap",
      before: { data: { "app.conf": "level=1\nmode=ok\n" } },
      after: { data: { "app.conf": "level=1\nmode=broken\n" } },
      told: { keys: ["app.conf"], what: "data[app.conf]: mode=ok -> mode=broken" },
    },
    {
      kind: "Secret",
      before: { data: { user: "YQ==", pw: "b25l" } },
      after: { data: { user: "YQ==", pw: "dHdv" } },
      told: { keys: ["pw"], what: "data[pw]: (hidden) -> (hidden)" },
    },
    {
      kind: "Service",
      before: {
        spec: {
          clusterIP: "10.0.0.1",
          selector: { app: "api" },
          ports: [{ name: "http", port: 80, targetPort: 8080 }],
        },
      },
      after: {
        spec: {
          clusterIP: "10.0.0.2",
          selector: { app: "apii" },
          ports: [{ name: "http", port: 80, targetPort: 8081 }],
        },
      },
      told: { fields: ["selector", "ports"], what: "selector.app: api -> apii; ports[http].targetPort: 8080 -> 8081" },
    },
    {
      kind: "Role",
      before: { rules: [{ verbs: ["get"], resources: ["pods"] }] },
      after: { rules: [{ verbs: ["*"], resources: ["*"] }] },
      told: { fields: ["rules"], what: "rules[0]: get pods -> * *" },
    },
    {
      kind: "RoleBinding",
      before: { roleRef: { kind: "Role", name: "r" }, subjects: [] },
      after: { roleRef: { kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "alice" }] },
      told: { fields: ["subjects"], what: "subjects[alice]: (none) -> User alice" },
    },
    {
      kind: "Node",
      before: { spec: { podCIDR: "10.0.0.0/24" } },
      after: {
        spec: {
          podCIDR: "10.0.1.0/24",
          unschedulable: true,
          taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }],
        },
      },
      told: { fields: ["unschedulable"], what: "unschedulable: (none) -> true" },
    },
    {
      kind: "NetworkPolicy",
      before: { spec: { policyTypes: ["Ingress"] } },
      after: { spec: { policyTypes: ["Ingress", "Egress"] } },
      told: { fields: ["policyTypes"], what: "policyTypes: Ingress -> Ingress Egress" },
    },
  ])("$kind: $told.what", ({ kind, before, after, told }) => {
    const event = change(object(kind, before), object(kind, after, "2"));
    expect(event).toMatchObject({ type: `config.${kind.toLowerCase()}.changed`, attributes: told });
  });

  test("a value of a Secret is nowhere, in no event and in no later one", () => {
    const decoder = new Decoder();
    const events = ["Zmlyc3Q=", "c2Vjb25k", "dGhpcmQ="].flatMap((pw, at) =>
      decode(object("Secret", { data: { pw }, stringData: { pw: `plain-${at}` } }, String(at)), decoder),
    );
    expect(events).toHaveLength(2);
    expect(JSON.stringify(events)).not.toMatch(/Zmlyc3|c2Vjb25|dGhpcm|plain-/);
  });

  test("who is bound, and to what", () => {
    const binding = {
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "ci" }],
    };
    const event = change(object("ClusterRoleBinding", {}), object("ClusterRoleBinding", binding, "2"));
    expect(linksOf(event)).toEqual(["target ClusterRole cluster-admin", "target ServiceAccount ci"]);
  });
});

describe("created and deleted", () => {
  const clock = {
    type: "MODIFIED",
    object: deployment(
      {},
      {
        metadata: { uid: "d-2", name: "other", ...managed("2026-03-01T10:00:00Z") },
        status: { conditions: [{ type: "Available", status: "True", lastTransitionTime: "2026-03-01T10:00:00Z" }] },
      },
    ),
  };

  test.for([
    {
      name: "one that is new is told",
      type: "ADDED",
      created: "2026-03-01T10:00:01Z",
      told: ["config.deployment.created"],
    },
    { name: "one of the initial list is not", type: "ADDED", created: CREATED, told: [] },
    { name: "one of a list is not", type: undefined, created: "2026-03-01T10:00:01Z", told: [] },
    { name: "one that goes is told", type: "DELETED", created: CREATED, told: ["config.deployment.deleted"] },
  ])("$name", ({ type, created, told }) => {
    const decoder = new Decoder();
    decode(clock, decoder);
    const object = deployment({}, { metadata: { creationTimestamp: created } });
    const events = decode(type === undefined ? object : { type, object }, decoder);
    expect(events.map((event) => event.type)).toEqual(told);
  });

  test("a deletion is placed at the latest time known", () => {
    const decoder = new Decoder();
    decode(clock, decoder);
    expect(decodeSingle({ type: "DELETED", object: deployment({}) }, decoder)).toMatchObject({
      time: "2026-03-01T10:00:00.000Z",
      severity: "warning",
    });
  });
});

test("a long value is compared whole and shown in part", () => {
  const configMap = (data: string, version: string): Json => ({
    kind: "ConfigMap",
    metadata: { name: "x", namespace: "shop", uid: "c", resourceVersion: version, creationTimestamp: CREATED },
    data: { file: data },
  });
  const event = change(configMap(`${"x".repeat(5_000)}a`, "1"), configMap(`${"x".repeat(5_000)}b`, "2"));
  expect(String(event.attributes?.["new"]).length).toBeLessThan(200);
});
