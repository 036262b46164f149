import { describe, expect, test } from "vitest";
import { kindOfResource } from "../../../../src/core/intake/audit/resources.ts";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode, decodeSingle, linksOf } from "../decode.ts";
import { coreEvent, type Json } from "../payloads.ts";

const CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller";

function audit(more: Json = {}): Json {
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    auditID: "a-1",
    stage: "ResponseComplete",
    requestURI: "/api/v1/namespaces/shop/configmaps/settings?fieldManager=kubectl-patch",
    verb: "patch",
    user: { username: "alice", groups: ["dev"] },
    sourceIPs: ["10.0.0.9"],
    userAgent: "kubectl/v1.34",
    objectRef: { resource: "configmaps", namespace: "shop", name: "settings", apiVersion: "v1" },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: "2026-03-01T10:00:00.250000Z",
    stageTimestamp: "2026-03-01T10:00:00.300000Z",
    annotations: { "authorization.k8s.io/decision": "allow" },
    ...more,
  };
}

function refused(code: number, reason: string, message: string, more: Json = {}): Json {
  return audit({ responseStatus: { code, reason, message, status: "Failure" }, ...more });
}

test("who did what to what, field by field", () => {
  expect(decodeSingle(audit({ requestObject: { data: { "app.conf": "mode=bad" } } }))).toMatchObject({
    id: "a-1",
    traceId: "derived:/shop/ConfigMap/settings",
    time: "2026-03-01T10:00:00.250000Z",
    source: "audit",
    type: "audit.configmaps.patch",
    severity: "info",
    message: "alice patched configmaps shop/settings",
    entity: { kind: "ConfigMap", namespace: "shop", name: "settings" },
    related: [{ role: "subject", kind: "User", name: "alice" }],
    actor: { user: "alice", groups: ["dev"], ip: "10.0.0.9", userAgent: "kubectl/v1.34" },
    attributes: {
      verb: "patch",
      resource: "configmaps",
      allowed: true,
      succeeded: true,
      system: false,
      collection: false,
      code: 200,
      decision: "allow",
      manager: "kubectl-patch",
      patched: ["data.app.conf"],
    },
  });
});

test("the old form, and one without its version", () => {
  const old = { requestReceivedTimestamp: undefined, stageTimestamp: undefined, timestamp: "2026-03-01T10:00:00Z" };
  expect(decodeSingle(audit({ ...old, apiVersion: "audit.k8s.io/v1beta1" })).time).toBe("2026-03-01T10:00:00Z");
  expect(decodeSingle(audit({ apiVersion: undefined, kind: undefined })).type).toBe("audit.configmaps.patch");
});

describe("stages", () => {
  const exec = { objectRef: { resource: "pods", namespace: "shop", name: "api-0", subresource: "exec" }, verb: "get" };
  test.for<{ name: string; more: Json; told: number }>([
    { name: "received: not yet", more: { stage: "RequestReceived" }, told: 0 },
    { name: "a watch that began: not yet", more: { stage: "ResponseStarted" }, told: 0 },
    { name: "a panic", more: { stage: "Panic" }, told: 1 },
    {
      name: "a shell that was opened",
      more: { ...exec, stage: "ResponseStarted", responseStatus: { code: 101 } },
      told: 1,
    },
    { name: "an error at the door", more: { stage: "ResponseStarted", responseStatus: { code: 401 } }, told: 1 },
  ])("$name", ({ more, told }) => {
    expect(decode(audit(more))).toHaveLength(told);
  });

  test("two stages of one request are one event", () => {
    const started = decodeSingle(audit({ ...exec, stage: "ResponseStarted", responseStatus: { code: 101 } }));
    expect(decodeSingle(audit({ ...exec, responseStatus: { code: 101 } }))).toMatchObject({
      id: started.id,
      time: started.time,
    });
  });
});

test("a command that was run in a pod", () => {
  const event = decodeSingle(
    audit({
      verb: "create",
      requestURI:
        "/api/v1/namespaces/shop/pods/api-7d9c8b6f54-q8v2c/exec?command=sh&command=-c&command=id%3B+ls&container=app",
      objectRef: { resource: "pods", namespace: "shop", name: "api-7d9c8b6f54-q8v2c", subresource: "exec" },
      responseStatus: { code: 101 },
    }),
  );
  expect(event).toMatchObject({
    type: "audit.pods.exec.create",
    traceId: "derived:/shop/Deployment/api",
    entity: { kind: "Pod" },
    attributes: { subresource: "exec", command: "sh -c id; ls", container: "app", traceBy: "name" },
  });
});

describe("refused by", () => {
  test.for<{ code: number; reason: string; message: string; told: Json; more?: Json }>([
    {
      code: 403,
      reason: "Forbidden",
      message: 'secrets is forbidden: User "alice" cannot list resource "secrets" in API group ""',
      told: { deniedBy: "rbac", allowed: false },
    },
    {
      code: 403,
      reason: "Forbidden",
      message: 'pods is forbidden: User "alice" cannot list pods in the namespace "shop"',
      told: { deniedBy: "rbac" },
    },
    {
      code: 401,
      reason: "Unauthorized",
      message: "Unauthorized",
      told: { deniedBy: "authentication", allowed: false },
    },
    {
      code: 403,
      reason: "Forbidden",
      message: 'pods "x" is forbidden: exceeded quota: small, requested: pods=1',
      told: { deniedBy: "quota", quota: "small" },
    },
    {
      code: 403,
      reason: "Forbidden",
      message: 'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged',
      told: { deniedBy: "pod-security", policyName: "restricted:latest" },
    },
    {
      code: 403,
      reason: "Forbidden",
      message: 'pods "x" is forbidden: maximum cpu usage per Container is 700m, but limit is 900m',
      told: { deniedBy: "limits" },
    },
    {
      code: 403,
      reason: "Forbidden",
      message: 'error looking up service account shop/ci: serviceaccount "ci" not found',
      told: { deniedBy: "service-account" },
    },
    {
      code: 403,
      reason: "Forbidden",
      message:
        "deployments.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'b' denied request",
      told: { deniedBy: "policy", policyName: "no-latest" },
    },
    {
      code: 400,
      reason: "BadRequest",
      message: 'admission webhook "w.example.com" denied the request: no',
      told: { deniedBy: "webhook", webhook: "w.example.com", allowed: true, succeeded: false },
    },
    {
      code: 500,
      reason: "InternalError",
      message: 'Internal error occurred: failed calling webhook "w.example.com": connection refused',
      told: { deniedBy: "webhook-error", webhook: "w.example.com" },
    },
    {
      code: 429,
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      told: { deniedBy: "disruption-budget" },
    },
    {
      code: 422,
      reason: "Invalid",
      message: "spec.selector: Invalid value: field is immutable",
      told: { deniedBy: "invalid" },
    },
  ])("$code $message", ({ code, reason, message, told }) => {
    expect(decodeSingle(refused(code, reason, message))).toMatchObject({
      reason,
      message,
      severity: code === 401 || code === 403 || code >= 500 ? "warning" : "info",
      attributes: { code, ...told },
    });
  });

  test("nobody: not found and conflict refuse nothing", () => {
    for (const code of [404, 409])
      expect(decodeSingle(refused(code, "x", "y")).attributes?.["deniedBy"]).toBeUndefined();
  });
});

describe("what was asked for", () => {
  test.for<{ name: string; resource: string; object: Json; told: Json; links?: string[] }>([
    {
      name: "a privileged pod",
      resource: "pods",
      object: {
        spec: {
          hostPID: true,
          hostNetwork: true,
          volumes: [{ name: "root", hostPath: { path: "/" } }],
          containers: [
            {
              name: "a",
              image: "tools:1",
              securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ["SYS_ADMIN"] } },
            },
          ],
        },
      },
      told: {
        privileged: true,
        hostPID: true,
        hostNetwork: true,
        hostPath: ["/"],
        capabilities: ["SYS_ADMIN"],
        runAsRoot: true,
        images: ["tools:1"],
        risky: ["privileged", "hostPID", "hostNetwork", "hostPath", "capabilities", "runAsRoot"],
      },
    },
    {
      name: "a privileged pod template of a CronJob",
      resource: "cronjobs",
      object: {
        spec: {
          jobTemplate: { spec: { template: { spec: { containers: [{ securityContext: { privileged: true } }] } } } },
        },
      },
      told: { risky: ["privileged"] },
    },
    {
      name: "a binding to cluster-admin",
      resource: "clusterrolebindings",
      object: {
        roleRef: { kind: "ClusterRole", name: "cluster-admin" },
        subjects: [
          { kind: "User", name: "bob" },
          { kind: "ServiceAccount", namespace: "shop", name: "ci" },
        ],
      },
      told: {
        role: "ClusterRole/cluster-admin",
        roleName: "cluster-admin",
        subjects: ["User bob", "ServiceAccount shop/ci"],
      },
      links: ["subject User alice", "target ClusterRole cluster-admin", "target User bob", "target ServiceAccount ci"],
    },
    {
      name: "a role that may do everything",
      resource: "clusterroles",
      object: {
        rules: [
          { verbs: ["*"], resources: ["*"] },
          { verbs: ["create"], resources: ["pods/exec"] },
        ],
      },
      told: { wildcard: true, grants: ["* *", "create pods/exec"] },
    },
    {
      name: "a ConfigMap with a password",
      resource: "configmaps",
      object: { data: { mode: "x", db_password: "hunter2hunter2" } },
      told: { keys: ["mode", "db_password"], sensitiveKeys: ["db_password"] },
    },
    {
      name: "a Service for everybody",
      resource: "services",
      object: { spec: { type: "NodePort" } },
      told: { serviceType: "NodePort" },
    },
  ])("$name", ({ resource, object, told, links }) => {
    const event = decodeSingle(
      audit({ verb: "create", objectRef: { resource, name: "x", namespace: "shop" }, requestObject: object }),
    );
    expect(event.attributes).toMatchObject(told);
    expect(JSON.stringify(event)).not.toContain("hunter2");
    if (links !== undefined) expect(linksOf(event)).toEqual(links);
  });

  test("a JSON patch names its paths", () => {
    const steps = [
      { op: "replace", path: "/spec/replicas", value: 0 },
      { op: "add", path: "/metadata/annotations/a~1b", value: "c" },
    ];
    expect(decodeSingle(audit({ requestObject: steps })).attributes?.["patched"]).toEqual([
      "spec.replicas",
      "metadata.annotations.a/b",
    ]);
  });

  test("a webhook that failed and was passed over", () => {
    const annotations = { "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "w.example.com" };
    expect(decodeSingle(audit({ annotations })).attributes?.["failedOpen"]).toBe("w.example.com");
  });
});

describe("routine", () => {
  const by = (user: string, verb: string, resource: string, more: Json = {}): Json =>
    audit({ user: { username: user }, verb, objectRef: { resource, namespace: "shop", name: "x", ...more } });
  test.for([
    { name: "a read of a controller", value: by(CONTROLLER, "list", "pods"), told: 0 },
    { name: "a read of a node", value: by("system:node:n1", "get", "secrets"), told: 0 },
    { name: "a read of a person", value: by("alice", "get", "secrets"), told: 1 },
    { name: "a read of an application", value: by("system:serviceaccount:shop:api", "list", "secrets"), told: 1 },
    { name: "a read of anybody", value: by("system:anonymous", "list", "secrets"), told: 1 },
    {
      name: "a status of a controller",
      value: by(CONTROLLER, "update", "replicasets", { subresource: "status" }),
      told: 0,
    },
    {
      name: "a token of a node",
      value: by("system:node:n1", "create", "serviceaccounts", { subresource: "token" }),
      told: 0,
    },
    { name: "a token of a person", value: by("alice", "create", "serviceaccounts", { subresource: "token" }), told: 1 },
    { name: "a lease", value: by("system:kube-scheduler", "update", "leases"), told: 0 },
    { name: "a pod that a controller made", value: by(CONTROLLER, "create", "pods"), told: 1 },
    {
      name: "a denial of a controller",
      value: { ...by(CONTROLLER, "list", "pods"), responseStatus: { code: 403 } },
      told: 1,
    },
    {
      name: "a health page",
      value: audit({ verb: "get", objectRef: undefined, requestURI: "/healthz?verbose" }),
      told: 0,
    },
    {
      name: "a health page, denied",
      value: audit({ verb: "get", objectRef: undefined, requestURI: "/healthz", responseStatus: { code: 403 } }),
      told: 1,
    },
  ])("$name: $told", ({ value, told }) => {
    expect(decode(value)).toHaveLength(told);
  });
});

test("somebody who asks as another", () => {
  const event = decodeSingle(
    audit({ user: { username: "system:admin" }, impersonatedUser: { username: "bob", groups: ["x"] } }),
  );
  expect(event).toMatchObject({
    actor: { user: "bob", groups: ["x"], impersonator: "system:admin" },
    attributes: { impersonator: "system:admin" },
  });
  expect(linksOf(event)).toEqual(["subject User bob", "subject User system:admin"]);
});

describe("the object", () => {
  test.for([
    { ref: { resource: "secrets", namespace: "shop" }, kind: "Secret", name: "*" },
    { ref: { resource: "namespaces", name: "shop", namespace: "shop" }, kind: "Namespace", name: "shop" },
    { ref: { resource: "networkpolicies", name: "deny" }, kind: "NetworkPolicy", name: "deny" },
    { ref: { resource: "widgets", name: "w" }, kind: "Widget", name: "w" },
  ])("$ref.resource is $kind $name", ({ ref, kind, name }) => {
    expect(decodeSingle(audit({ objectRef: ref })).entity).toMatchObject({ kind, name });
  });

  test("one whose name is yet to come belongs to its owner, and teaches whom its pod belongs to", () => {
    const decoder = new Decoder();
    const metadata = {
      generateName: "odd-",
      namespace: "shop",
      ownerReferences: [{ kind: "StatefulSet", name: "odd", controller: true }],
    };
    const value = audit({
      user: { username: CONTROLLER },
      verb: "create",
      objectRef: { resource: "pods", namespace: "shop" },
      requestObject: { kind: "Pod", metadata },
      responseObject: { kind: "Pod", metadata: { ...metadata, name: "odd-one" } },
    });
    expect(decodeSingle(value, decoder)).toMatchObject({
      traceId: "derived:/shop/StatefulSet/odd",
      entity: { name: "odd-one" },
    });
    const involvedObject = { kind: "Pod", namespace: "shop", name: "odd-one" };
    expect(decodeSingle(coreEvent({ involvedObject }), decoder).traceId).toBe("derived:/shop/StatefulSet/odd");
  });

  test.for([
    ["endpoints", "Endpoints"],
    ["ingresses", "Ingress"],
    ["storageclasses", "StorageClass"],
    ["customresourcedefinitions", "CustomResourceDefinition"],
    ["policies", "Policy"],
    ["gadgets", "Gadget"],
  ] as const)("%s is %s", ([resource, kind]) => {
    expect(kindOfResource(resource)).toBe(kind);
  });
});

describe("what a write changed in a workload is in its answer", () => {
  const set = (generation: number, command: string): Json => ({
    kind: "StatefulSet",
    apiVersion: "apps/v1",
    metadata: { name: "db", namespace: "shop", uid: "s-1", generation },
    spec: { template: { spec: { containers: [{ name: "app", command: [command] }] } } },
  });
  const write = (verb: string, responseObject: Json, more: Json = {}): Json =>
    audit({
      auditID: `a-${verb}`,
      verb,
      requestURI: "/apis/apps/v1/namespaces/shop/statefulsets/db",
      objectRef: { resource: "statefulsets", namespace: "shop", name: "db", apiGroup: "apps", apiVersion: "v1" },
      requestObject: { spec: {} },
      responseObject,
      ...more,
    });
  const changes = (decoder: Decoder, value: Json): readonly string[] =>
    decode(value, decoder).flatMap(({ type, message }) => (type.startsWith("config.") ? [`${type} ${message}`] : []));

  const changed = "config.statefulset.changed StatefulSet db was changed: command app: run -> serve";

  test("without a watch of it", () => {
    const decoder = new Decoder();
    expect(changes(decoder, write("create", set(1, "run"), { responseStatus: { code: 201 } }))).toEqual([]);
    expect(changes(decoder, write("patch", set(2, "serve")))).toEqual([changed]);
    expect(changes(decoder, write("update", set(2, "serve")))).toEqual([]);
  });

  test("once, where it is watched too", () => {
    const decoder = new Decoder();
    decode({ type: "ADDED", object: set(1, "run") }, decoder);
    expect(changes(decoder, { type: "MODIFIED", object: set(2, "serve") })).toEqual([changed]);
    expect(changes(decoder, write("patch", set(2, "serve")))).toEqual([]);
  });

  test.for<{ name: string; more: Json }>([
    {
      name: "one that was only tried",
      more: { requestURI: "/apis/apps/v1/namespaces/shop/statefulsets/db?dryRun=All" },
    },
    { name: "one that was refused", more: { responseStatus: { code: 422 } } },
    {
      name: "one of its status",
      more: { objectRef: { resource: "statefulsets", namespace: "shop", name: "db", subresource: "status" } },
    },
    { name: "one without an answer", more: { responseObject: undefined } },
    { name: "one whose answer is no such object", more: { responseObject: { kind: "Status", metadata: {} } } },
  ])("not $name", ({ more }) => {
    const decoder = new Decoder();
    decode({ type: "ADDED", object: set(1, "run") }, decoder);
    expect(changes(decoder, write("patch", set(2, "serve"), more))).toEqual([]);
  });
});
