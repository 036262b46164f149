import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { plain } from "../../src/cli/paint.ts";
import { renderStatus, type ServiceStatus } from "../../src/cli/status-text.ts";
import { startReceiver } from "../support/http-receiver.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { seedEvents } from "../support/seed-pack.ts";
import { until } from "../support/until.ts";
import { tapio } from "./in-process.ts";
import { startProgram } from "./program.ts";

const URL_OF_IT = "http://127.0.0.1:8787";

const READY: ServiceStatus = {
  status: "ready",
  version: "1.2.3",
  startedAt: "2026-03-01T10:00:00.000Z",
  time: "2026-03-01T13:12:00.000Z",
  books: {
    in: 4_200,
    used: 4_100,
    filtered: { heartbeat: 80, lease: 8 },
    unknown: {},
    deadLettered: 12,
    balanced: true,
  },
  events: { total: 4_100, late: 3, duplicates: 0, dropped: 0, skewed: 2, old: 0 },
  windows: { open: { traces: 31, groups: 4, bytes: 12_900_000 }, closed: 900, evicted: 0 },
  stories: { told: 12, revised: 30, resolved: 0, retracted: 0, heldBack: 5 },
  log: {
    name: "nats:TAPIO",
    position: 4_200,
    time: "2026-03-01T13:11:25.000Z",
    behindMs: 35_000,
    pending: 1_500,
    gaps: 2,
    lost: 1_200,
    wentBack: 0,
  },
  checkpoint: { position: 4_100, ageMs: 1_200 },
  rules: {
    digest: "sha256:1",
    loadedAt: "2026-03-01T10:00:00.000Z",
    packs: [{ name: "memory", version: "1.4.0", digest: "sha256:5f0c1a2b3c4d5e6f", commit: "1a2b3c4", rules: 7 }],
    reloads: 0,
    failures: 0,
    problems: [],
  },
  sinks: [
    { name: "nats", kind: "stream", waiting: 0, delivered: 42, replaced: 0, failures: 0, buried: 0, breaker: "closed" },
    { name: "slack", kind: "notifier", waiting: 7, delivered: 3, replaced: 0, failures: 9, buried: 2, breaker: "open" },
  ],
};

test("the text says in a few lines what an engine reads, holds, told, and sends", () => {
  expect(renderStatus(READY, URL_OF_IT, plain)).toBe(
    [
      "● READY  tapio 1.2.3   up 3h12m   http://127.0.0.1:8787",
      "  log         nats:TAPIO at 4,200 · lag 1,500 entries · last entry 35s ago · up to 1,200 lost in 2 gaps",
      "  checkpoint  1.2s ago, at 4,100",
      "  windows     31 traces and 4 groups open · about 12.3 MiB",
      "  books       4,200 in = 4,100 used + 88 filtered + 12 dead-lettered · balanced",
      "  events      4,100 · 3 late · 2 with a wrong clock",
      "  stories     12 told · 30 revised · 5 kept from notifiers: a flood",
      "  packs       memory@1.4.0  7 rules  5f0c1a2b3c4d  commit 1a2b3c4",
      "  sinks       nats   ok            0 waiting  42 delivered  0 dead-lettered",
      "              slack  BREAKER OPEN  7 waiting  3 delivered   2 dead-lettered",
      "  !           the sink slack does not answer",
      "",
    ].join("\n"),
  );
});

test.for([
  { name: "ready", answer: { ...READY, sinks: [] }, code: 0, says: /^● READY/ },
  { name: "a broken sink", answer: READY, code: 1, says: /^ {2}! +the sink slack does not answer$/m },
  {
    name: "degraded",
    answer: { ...READY, sinks: [], status: "degraded", reason: "a.yaml:1:1: no" },
    code: 1,
    says: /^● DEGRADED[\s\S]*! +degraded: a\.yaml:1:1: no$/m,
  },
  {
    name: "not running yet",
    answer: { status: "not ready", reason: "not connected to NATS" },
    code: 1,
    says: /^● NOT READY[\s\S]*! +not ready: not connected to NATS$/m,
  },
  {
    name: "books that do not balance",
    answer: { ...READY, sinks: [], books: { ...READY.books, balanced: false } },
    code: 1,
    says: /NOT BALANCED/,
  },
])("$name: exits with $code", async ({ answer, code, says }) => {
  await using engine = await startReceiver(() => ({ status: 200, body: JSON.stringify(answer) }));
  const ran = await tapio(["status", "--url", engine.url]);
  expect(ran).toMatchObject({ code, err: "" });
  expect(ran.out).toMatch(says);
  expect(engine.received.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /api/v1/status"]);
});

describe("an engine that cannot be asked exits with 3 and says what to do", () => {
  test("nobody listens", async () => {
    await using gone = await startReceiver();
    await gone[Symbol.asyncDispose]();
    const { code, out, err } = await tapio(["status", "--url", gone.url]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(/^tapio: status: cannot ask http:\S+: .*ECONNREFUSED.*; is `tapio run` running there\? --url/);
  });

  test.for([
    { name: "another server", body: "<html>", says: /not JSON; is `tapio run` running there/ },
    { name: "another API", body: '{"data":{}}', says: /is not tapio; use --url/ },
  ])("$name", async ({ body, says }) => {
    await using other = await startReceiver(() => ({ status: 200, body }));
    const { code, err } = await tapio(["status", "--url", other.url]);
    expect(code).toBe(3);
    expect(err).toMatch(says);
  });

  test("an address that is none, with a password in it", async () => {
    const { code, err } = await tapio(["status", "--url", "ftp://me:s3cr3t@host"]);
    expect(code).toBe(3);
    expect(err).toMatch(/--url must be an address such as http:.*ftp:\/\/\*\*\*@host/);
  });
});

test("the address comes from http.listen, and a path in front of it stays", async () => {
  await using engine = await startReceiver(() => ({ status: 200, body: JSON.stringify(READY) }));
  const env = { TAPIO_HTTP_LISTEN: `0.0.0.0:${engine.port}` };
  expect((await tapio(["status", "-o", "json"], { env })).out).toContain('"pending": 1500');
  await tapio(["status", "--url", `${engine.url}/tapio`]);
  expect(engine.received.map(({ path }) => path)).toEqual(["/api/v1/status", "/tapio/api/v1/status"]);
});

describe.skipIf(!natsServerAvailable())("against a running engine", () => {
  test("lag, checkpoint, packs, sinks, and books that balance", { timeout: 60_000 }, async () => {
    await using server = await startNatsServer();
    await using connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    await using program = startProgram(["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"]);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    for (const event of seedEvents()) await jetstream(connection).publish("tapio.events.k8s", JSON.stringify(event));
    await jetstream(connection).publish("tapio.events.k8s", "{nope");
    await jetstream(connection).publish("tapio.events.k8s", '{"some":"thing"}');
    const asked = async () => parse((await tapio(["status", "--url", url, "-o", "yaml"])).out) as ServiceStatus;
    const status = await until("the checkpoint", async () => {
      const now = await asked();
      return now.status === "ready" && now.checkpoint?.position === 6 && now;
    });
    expect(status).toMatchObject({ log: { position: 6, pending: 0 }, books: { in: 6, used: 4, balanced: true } });
    const { code, out } = await tapio(["status", "--url", url]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^● READY {2}tapio \d+\.\d+\.\d+ {3}up \S+ {3}http:\S+\n {2}log +nats:TAPIO at 6 · no lag · last entry/,
    );
    expect(out).toMatch(
      /^ {2}books +6 in = 4 used \+ 0 filtered \+ 1 of unknown shape \+ 1 dead-lettered · balanced$/m,
    );
    expect(out).toMatch(/^ {2}packs +\S+@\d+\.\d+\.\d+ +\d+ rules +[0-9a-f]{12}/m);
    expect(out).toMatch(/^ {2}sinks +nats:tapio\.stories +ok +0 waiting/m);
  });
});
