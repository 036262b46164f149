import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { until } from "../support/until.ts";
import { startProgram } from "./program.ts";

const PACK = `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: team, version: 1.0.0 }
rules:
  - id: pair
    title: A pair
    category: pod-lifecycle
    severity: error
    steps:
      - { as: first, type: x.first, role: cause }
      - { as: then, type: x.then, role: impact, after: first }
    story: { summary: A pair }
`;

const KILLS = 4;
const TRACES = 12;

async function publishAll(connection: NatsConnection, type: string, round: number): Promise<void> {
  for (let trace = 0; trace < TRACES; trace++) {
    const traceId = `t${round}-${trace}`;
    const entity = { kind: "Pod", namespace: "shop", name: traceId };
    const event = { id: `${type}-${traceId}`, traceId, time: new Date().toISOString(), source: "test", type, entity };
    await jetstream(connection).publish("tapio.events.test", JSON.stringify(event));
  }
}

async function storiesIn(manager: JetStreamManager): Promise<Story[]> {
  const { state } = await manager.streams.info("TAPIO_STORIES");
  const stories: Story[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage("TAPIO_STORIES", { seq });
    if (message !== null) stories.push(message.json<Story>());
  }
  return stories;
}

describe.skipIf(!natsServerAvailable())("tapio run with its checkpoint in a local file", () => {
  test("killed in the midst of open windows, again and again: every story once; no bucket in NATS", {
    timeout: 90_000,
  }, async () => {
    await using server = await startNatsServer();
    await using connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    const folder = await mkdtemp(join(tmpdir(), "tapio-run-"));
    await writeFile(join(folder, "team.yaml"), PACK);
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"];
    const env = { TAPIO_CHECKPOINT_PATH: join(folder, "checkpoint"), TAPIO_RULES: join(folder, "team.yaml") };
    const start = () => startProgram(argv, env);
    for (let round = 0; round < KILLS; round++) {
      await using program = start();
      // The windows that the last one left open are closed by what comes to this one.
      await program.sees(/caught up with the stream; ready/);
      if (0 < round) await publishAll(connection, "x.then", round - 1);
      await publishAll(connection, "x.first", round);
      if (round % 2 === 0) await until("a checkpoint", async () => (await readdir(folder)).includes("checkpoint.a"));
      program.signal("SIGKILL");
      await program.ended;
    }
    await using last = start();
    await last.sees(/caught up with the stream; ready/);
    await publishAll(connection, "x.then", KILLS - 1);
    const expected = Array.from({ length: KILLS * TRACES }, (_, n) => `t${Math.floor(n / TRACES)}-${n % TRACES}`);
    const stories = await until("every story", async () => {
      const now = await storiesIn(manager);
      return expected.length <= now.length && now;
    });
    expect(stories.map(({ traceId, revision }) => `${traceId} ${revision}`).sort()).toEqual(
      expected.map((traceId) => `${traceId} 1`).sort(),
    );
    last.signal("SIGTERM");
    expect(await last.ended).toBe(0);
    expect(await manager.streams.names("$KV.tapio_checkpoint.>").next()).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test("a second engine takes the file over, and the first one stops", { timeout: 60_000 }, async () => {
    await using server = await startNatsServer();
    await using connection = await connect({ servers: server.url });
    await (await jetstreamManager(connection)).streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    const folder = await mkdtemp(join(tmpdir(), "tapio-run-"));
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"];
    const env = { TAPIO_CHECKPOINT_PATH: join(folder, "checkpoint") };
    await using first = startProgram(argv, env);
    await first.sees(/caught up with the stream; ready/);
    await using second = startProgram(argv, env);
    await second.sees(/caught up with the stream; ready/);
    await publishAll(connection, "x.first", 0);
    expect(await first.ended).toBe(3);
    expect(first.err()).toContain("another engine has taken the checkpoint");
    await until("the second one's checkpoint", async () => (await readdir(folder)).includes("checkpoint.a"));
    second.signal("SIGTERM");
    expect(await second.ended).toBe(0);
    await rm(folder, { recursive: true });
  });
});
