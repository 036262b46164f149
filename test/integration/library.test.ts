import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPackSource } from "../../src/adapters/file/pack-source.ts";
import { CorrelationEngine, NatsSubscriber, PackError, PackSourceError, type Story } from "../../src/index.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { SEED_PACK, seedEvents } from "../support/seed-pack.ts";

const SUMMARY = "Service disruption due to memory pressure";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
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

/** A program of docs/library.md, from 0, as it is written there but for where the package and the server are. */
async function startShown(which: number, server = ""): Promise<{ program: ChildProcess; said: () => string }> {
  const page = await readFile(join(ROOT, "docs", "library.md"), "utf8");
  const [, text = ""] = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)][which] ?? [];
  const file = join(folder, `shown-${which}.ts`);
  const here = text.replace('"tapio-correlator"', JSON.stringify(join(ROOT, "src", "index.ts")));
  await writeFile(file, here.replace("nats://127.0.0.1:4222", server));
  const program = spawn(process.execPath, [file], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  program.stdout?.on("data", (chunk) => {
    out += String(chunk);
  });
  return { program, said: () => out };
}

test("docs/library.md: what it shows of a finite log is what comes of it", { timeout: 60_000 }, async () => {
  const { program, said } = await startShown(0);
  expect(await once(program, "close")).toEqual([0, null]);
  expect(await readFile(join(ROOT, "docs", "library.md"), "utf8")).toContain(`\`\`\`text\n${said()}\`\`\`\n`);
});

test.skipIf(!natsServerAvailable())(
  "docs/library.md: what it shows of a stream tells stories, and ends at the signal by itself",
  { timeout: 60_000 },
  async () => {
    await using server = await startNatsServer();
    const publisher = await connect({ servers: server.url });
    await (await jetstreamManager(publisher)).streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    for (const event of seedEvents()) await jetstream(publisher).publish("tapio.events.x", JSON.stringify(event));
    await publisher.close();
    const { program, said } = await startShown(1, server.url);
    const ended = once(program, "close");
    await expect.poll(said, { timeout: 30_000 }).toMatch(/^Root cause: \S/);
    program.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  },
);
