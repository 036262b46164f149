import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apiAccess } from "../../src/adapters/kubernetes/api-access.ts";
import { openKubernetesEventSink } from "../../src/adapters/kubernetes/event-sink.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { ACCOUNT_TOKEN, type KubernetesStandIn, startKubernetes } from "../support/kubernetes-stand-in.ts";
import { changeOf } from "../support/story-kit.ts";

/** A story's change whose root cause is on this entity. */
function changeOn(entity: Story["rootCause"]["entity"], id: string, revision = 1, kind?: StoryChange["kind"]) {
  const { story, ...change } = changeOf(id, revision, kind);
  return { ...change, story: { ...story, rootCause: { ...story.rootCause, entity } } };
}

function sinkOf({ url }: KubernetesStandIn) {
  const sink = openKubernetesEventSink({ url: new URL(url), token: async () => ACCOUNT_TOKEN, ca: undefined });
  const deliver: (changes: readonly StoryChange[], signal?: AbortSignal) => Promise<void> = sink.deliver.bind(sink);
  return { deliver, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() };
}

const POD = { kind: "Pod", namespace: "shop", name: "api-7f9", uid: "0b5c" };

test("a cause whose time is written as Date does not read it has an Event", async () => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  const { rootCause, window } = changeOf("st_a").story;
  const time = "2026-03-01T10:00:00,5Z";
  const more = { rootCause: { ...rootCause, time }, window: { ...window, end: time } };
  await sink.deliver([changeOf("st_a", 1, "told", more)]);
  expect(kubernetes.events()).toMatchObject([
    { eventTime: "2026-03-01T10:00:00.500000Z", lastTimestamp: "2026-03-01T10:00:00Z" },
  ]);
});

test("one Event a story, on its root cause: created, patched, and Normal when it has ended", async () => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  await sink.deliver([changeOn(POD, "st_a")]);
  expect(kubernetes.events()).toEqual([
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: {
        name: "tapio.st-a",
        namespace: "shop",
        annotations: {
          "tapio.dev/story": "st_a",
          "tapio.dev/revision": "1",
          "tapio.dev/rule": "memory/oom",
          "tapio.dev/status": "open",
        },
      },
      involvedObject: { kind: "Pod", namespace: "shop", name: "api-7f9", uid: "0b5c" },
      type: "Warning",
      reason: "Oom",
      message: "Story st_a. Root cause: Pod shop/api-7f9 was OOM-killed. Impact: Service api. [1 events, story st_a]",
      action: "Told",
      reportingComponent: "tapio.dev/correlator",
      reportingInstance: expect.stringMatching(/./),
      source: { component: "tapio.dev/correlator" },
      eventTime: "2026-03-01T10:00:00.000000Z",
      firstTimestamp: "2026-03-01T10:00:00Z",
      lastTimestamp: "2026-03-01T10:00:00Z",
      count: 1,
    },
  ]);
  await sink.deliver([changeOn(POD, "st_a", 2)]);
  expect(kubernetes.events()).toMatchObject([{ type: "Warning", count: 2, series: { count: 2 } }]);
  await sink.deliver([changeOn(POD, "st_a", 3, "resolved")]);
  expect(kubernetes.events()).toMatchObject([
    { type: "Normal", reason: "OomResolved", action: "Resolved", count: 3, involvedObject: { name: "api-7f9" } },
  ]);
  expect(kubernetes.received.map(({ method }) => method)).toEqual(["POST", "PATCH", "PATCH"]);
});

test.for([
  { name: "in a namespace", entity: { kind: "Deployment", namespace: "shop", name: "api" }, namespace: "shop" },
  { name: "of the cluster", entity: { kind: "PersistentVolume", name: "pv-1" }, namespace: "default" },
  { name: "a node", entity: { kind: "Node", name: "node-1" }, namespace: "default", uid: "node-1" },
])("an entity $name has its Event where the API server wants it", async ({ entity, namespace, uid }) => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  await sink.deliver([changeOn(entity, "st_a")]);
  const [event] = kubernetes.events();
  expect(event?.metadata.namespace).toBe(namespace);
  expect(event?.involvedObject).toEqual({ ...entity, ...(uid === undefined ? {} : { uid }) });
});

test("a long story fits, with its ID at the end", async () => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  await sink.deliver([changeOf("st_a", 1, "told", { summary: "word ".repeat(900) })]);
  expect(kubernetes.events()[0]?.message).toMatch(/^word word .*… \[1 events, story st_a\]$/);
  expect(kubernetes.events()[0]?.message).toHaveLength(1_024);
});

describe("what is there already", () => {
  test("an earlier run's Event is taken over; an older revision changes nothing", async () => {
    await using kubernetes = await startKubernetes();
    for (const revisions of [[1, 2], [1], [2, 3]]) {
      await using sink = sinkOf(kubernetes);
      await sink.deliver(revisions.map((revision) => changeOn(POD, "st_a", revision)));
      expect(kubernetes.events()).toHaveLength(1);
    }
    expect(kubernetes.events()[0]?.count).toBe(3);
  });

  test.for(["POST", "PATCH"])("an answer to %s that is lost makes no second Event", async (method) => {
    await using kubernetes = await startKubernetes();
    await using sink = sinkOf(kubernetes);
    if (method === "PATCH") await sink.deliver([changeOn(POD, "st_a")]);
    kubernetes.loseAnswerOf(method);
    const change = changeOn(POD, "st_a", method === "PATCH" ? 2 : 1);
    await expect(sink.deliver([change], AbortSignal.timeout(300))).rejects.toMatchObject({ retryable: true });
    await sink.deliver([change]);
    expect(kubernetes.events().map(({ count }) => count)).toEqual([change.story.revision]);
  });

  test("one that has expired is created anew", async () => {
    await using kubernetes = await startKubernetes();
    await using sink = sinkOf(kubernetes);
    await sink.deliver([changeOn(POD, "st_a")]);
    kubernetes.expire("shop/tapio.st-a");
    await sink.deliver([changeOn(POD, "st_a", 2, "resolved")]);
    expect(kubernetes.events()).toMatchObject([{ type: "Normal", count: 2 }]);
  });

  test("where another root cause is found, the first one's Event ends, and the other has one", async () => {
    await using kubernetes = await startKubernetes();
    await using sink = sinkOf(kubernetes);
    await sink.deliver([changeOn(POD, "st_a"), changeOn({ kind: "Node", name: "node-1" }, "st_a", 2)]);
    expect(kubernetes.events()).toMatchObject([
      { metadata: { namespace: "shop" }, type: "Normal", message: expect.stringContaining("another root cause") },
      { metadata: { namespace: "default" }, type: "Warning", involvedObject: { kind: "Node" } },
    ]);
  });
});

test.for([
  { name: "not let in", status: 401, retryable: true },
  { name: "not allowed to", status: 403, retryable: false },
  { name: "too many requests", status: 429, retryable: true },
  { name: "not well", status: 500, retryable: true },
])("$name ($status): retryable is $retryable, and the token is not in the message", async ({ status, retryable }) => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  kubernetes.interfere = () => ({ status, body: '{"kind":"Status","message":"no"}' });
  const failing = sink.deliver([changeOn(POD, "st_a")]);
  await expect(failing).rejects.toMatchObject({ name: "SinkError", retryable });
  await expect(failing).rejects.not.toThrow(ACCOUNT_TOKEN);
});

describe("as whom", () => {
  test("the token is read anew each time: the kubelet changes it", async () => {
    await using kubernetes = await startKubernetes();
    const folder = await mkdtemp(join(tmpdir(), "tapio-account-"));
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, ACCOUNT_TOKEN);
    await using sink = openKubernetesEventSink(await apiAccess({ url: kubernetes.url, tokenFile }, {}));
    await sink.deliver([changeOn(POD, "st_a")]);
    kubernetes.token = "another";
    await expect(sink.deliver([changeOn(POD, "st_a", 2)])).rejects.toMatchObject({ retryable: true });
    await writeFile(tokenFile, "another\n");
    await sink.deliver([changeOn(POD, "st_a", 2)]);
    expect(kubernetes.events()[0]?.count).toBe(2);
    await rm(folder, { recursive: true });
  });

  test("without an address it is the cluster's own; without a cluster that is said", async () => {
    const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
    await expect(apiAccess({}, env)).rejects.toThrow("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt cannot be");
    const given = await apiAccess({ tokenFile: "/nowhere", caFile: "package.json" }, env);
    expect(given.url.href).toBe("https://10.96.0.1/");
    expect(given.ca).toBe(await readFile("package.json", "utf8"));
    await expect(apiAccess({}, {})).rejects.toThrow("kubernetes.events needs kubernetes.url");
    await expect(apiAccess({ url: "http://10.0.0.1", tokenFile: "x" }, {})).rejects.toThrow("over https only");
  });

  const openssl = spawnSync("openssl", ["version"]).status === 0;
  test.skipIf(!openssl)("over https, only to a server whose certificate is of the CA given", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tapio-ca-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=stand-in", "-addext", "subjectAltName=IP:127.0.0.1"];
    const made = spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      ...subject,
    ]);
    expect(made.status).toBe(0);
    await using kubernetes = await startKubernetes({
      key: await readFile(key, "utf8"),
      cert: await readFile(cert, "utf8"),
    });
    const token = async () => ACCOUNT_TOKEN;
    await using trusting = openKubernetesEventSink({
      url: new URL(kubernetes.url),
      token,
      ca: await readFile(cert, "utf8"),
    });
    await trusting.deliver([changeOn(POD, "st_a")]);
    expect(kubernetes.events()).toHaveLength(1);
    await using other = openKubernetesEventSink({ url: new URL(kubernetes.url), token, ca: undefined });
    await expect(other.deliver([changeOn(POD, "st_b")])).rejects.toThrow(/certificate/);
    await rm(folder, { recursive: true });
  });
});

test("an Event of a story is no event: nothing told feeds on itself", async () => {
  await using kubernetes = await startKubernetes();
  await using sink = sinkOf(kubernetes);
  await sink.deliver([changeOn(POD, "st_a")]);
  const decode = (event: unknown) => new Decoder().decodeText(JSON.stringify(event));
  const [event] = kubernetes.events();
  const own = { outcome: "filtered", reason: "a story told by tapio itself" };
  expect(decode(event)).toEqual(own);
  expect(decode({ type: "ADDED", object: event })).toEqual(own);
  const { reportingComponent, involvedObject, source: _, ...rest } = event ?? expect.unreachable("no Event");
  const newer = {
    ...rest,
    apiVersion: "events.k8s.io/v1",
    regarding: involvedObject,
    reportingController: reportingComponent,
  };
  expect(decode(newer)).toEqual(own);
  expect(decode({ ...newer, reportingController: "kubelet" })).toMatchObject({ outcome: "events" });
});
