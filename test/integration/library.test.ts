import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { CorrelationEngine, NatsSubscriber, PackError, PackSourceError, type Story } from "../../src/index.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { SEED_PACK, seedEvents } from "../support/seed-pack.ts";

const SUMMARY = "Service disruption due to memory pressure";
let folder: string;
let rules: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapio-library-"));
  rules = join(folder, "seed.yaml");
  await writeFile(rules, SEED_PACK);
});
afterAll(() => rm(folder, { recursive: true }));

test("without NATS: the seed's events are one story, and none with four traces", async () => {
  const engine = await CorrelationEngine.fromPacks([rules]);
  const stories = await engine.evaluate(seedEvents());
  expect(stories).toHaveLength(1);
  expect(stories[0]).toMatchObject({ summary: SUMMARY, traceId: "abc123", rule: { pack: "seed", version: "1.0.0" } });
  expect(stories[0]?.bound).toEqual({ pressure: ["e1"], oom: ["e2"], rollback: ["e3"], gone: ["e4"] });
  expect(await engine.evaluate(seedEvents((n) => `trace-${n}`))).toEqual([]);
});

test("an event that cannot be decoded is an error with its place", async () => {
  const engine = await CorrelationEngine.fromPacks([rules]);
  await expect(engine.evaluate([...seedEvents(), "{"])).rejects.toThrow(/^event 5: /);
});

test("an option that cannot be used is an error that names it", async () => {
  const engine = await CorrelationEngine.fromPacks([rules]);
  await expect(engine.evaluate([], { correlationWindow: "soon" })).rejects.toThrow(
    /correlationWindow must be .* not "soon"/,
  );
  await expect(engine.evaluate([], { minEventsForCorrelation: 0 })).rejects.toThrow(RangeError);
});

test("a broken pack is a PackError with every place; a missing one says so", async () => {
  const broken = join(folder, "broken");
  await writeFile(
    broken,
    SEED_PACK.replace("role: impact", "rool: impact").replace("severity: critical", "severity: awful"),
  );
  const loading = CorrelationEngine.fromPacks([broken]);
  await expect(loading).rejects.toThrow(PackError);
  await expect(loading).rejects.toMatchObject({
    code: "PACK_INVALID",
    message: expect.stringContaining(`${broken}:8:`),
  });
  const error = await loading.catch((thrown: unknown) => thrown as PackError);
  expect((error as PackError).findings.length).toBeGreaterThan(1);
  await rm(broken);
  await expect(CorrelationEngine.fromPacks([join(folder, "nowhere")])).rejects.toThrow(PackSourceError);
});

test("reading packs is given up at its deadline", async () => {
  await expect(openPackSource({ paths: [rules], deadlineMs: 1 }).load({})).rejects.toThrow(/more than 0\.001 s/);
});

test.skipIf(!natsServerAvailable())("word for word as the contract shows it", { timeout: 30_000 }, async () => {
  await using server = await startNatsServer();
  const publisher = await connect({ servers: server.url });
  await (await jetstreamManager(publisher)).streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
  const controller = new AbortController();
  const { signal } = controller;
  const { url } = server;

  const engine = await CorrelationEngine.fromPacks([rules]);
  const subscriber = new NatsSubscriber(
    {
      url,
      streamName: "TAPIO",
      traceSubjects: ["tapio.events.>"],
      correlationWindow: "5m",
      minEventsForCorrelation: 2,
    },
    engine,
  );
  await subscriber.start({ signal });
  for (const event of seedEvents().toReversed())
    await jetstream(publisher).publish("tapio.events.x", JSON.stringify(event));
  const stories: Story[] = [];
  for await (const result of subscriber.results()) {
    stories.push(result);
    if (Object.keys(result.bound).length === 4) controller.abort();
  }

  expect(new Set(stories.map(({ id }) => id)).size).toBe(1);
  expect(stories.at(-1)?.summary).toBe(SUMMARY);
  await publisher.close();
});

test.skipIf(!natsServerAvailable())("a stream that is not there fails at the start", { timeout: 30_000 }, async () => {
  await using server = await startNatsServer();
  const engine = await CorrelationEngine.fromPacks([rules]);
  const subscriber = new NatsSubscriber(
    { url: server.url, streamName: "NONE", traceSubjects: ["tapio.events.>"] },
    engine,
  );
  await expect(subscriber.start({ signal: AbortSignal.timeout(10_000) })).rejects.toThrow(/there is no stream NONE/);
  await expect(subscriber.results()[Symbol.asyncIterator]().next()).rejects.toThrow(/there is no stream NONE/);
});
