import { readFile } from "node:fs/promises";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openStorySink } from "../../src/adapters/nats/story-sink.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import { startProgram } from "../cli/program.ts";
import { type NatsServer, natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { seedEvents } from "../support/seed-pack.ts";
import { until } from "../support/until.ts";

const PASSWORD = "s3cr3t-of-tapio";

/** The very block that operators copy. */
async function documentedConfig(): Promise<string> {
  const [, block] = /^```nats\n([\s\S]*?)^```$/m.exec(await readFile("docs/operating.md", "utf8")) ?? [];
  if (block === undefined) throw new Error("docs/operating.md shows no configuration of NATS");
  return block;
}

describe.skipIf(!natsServerAvailable())("a server configured as docs/operating.md says", () => {
  let server: NatsServer;
  let admin: NatsConnection;
  let collector: NatsConnection;
  let tapio: NatsConnection;
  let manager: JetStreamManager;

  beforeAll(async () => {
    vi.stubEnv("NATS_ADMIN_PASSWORD", "of-admin");
    vi.stubEnv("NATS_COLLECTOR_PASSWORD", "of-collector");
    vi.stubEnv("NATS_TAPIO_PASSWORD", PASSWORD);
    server = await startNatsServer({ config: await documentedConfig() });
    const as = (user: string, pass: string) => connect({ servers: server.url, user, pass });
    [admin, collector, tapio] = await Promise.all([
      as("admin", "of-admin"),
      as("collector", "of-collector"),
      as("tapio", PASSWORD),
    ]);
    manager = await jetstreamManager(admin);
    await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    await manager.streams.add({ name: "TAPIO_STORIES", subjects: ["tapio.stories.>"] });
    await manager.streams.add({ name: "TAPIO_DEADLETTER", subjects: ["tapio.deadletter.>"] });
    await new Kvm(admin).create("tapio_checkpoint", { history: 2 });
  });
  afterAll(async () => {
    for (const connection of [admin, collector, tapio]) await connection.close();
    await server.stop();
    vi.unstubAllEnvs();
  });

  test("the engine reads, tells, buries, keeps its place, and goes on from it", { timeout: 60_000 }, async () => {
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--subjects", "tapio.events.>"];
    const env = { TAPIO_NATS_USER: "tapio", TAPIO_NATS_PASSWORD: PASSWORD };
    const start = () => startProgram([...argv, "--listen", "127.0.0.1:0"], env);
    await using first = start();
    await first.sees(/caught up with the stream; ready/);
    const client = jetstream(collector);
    for (const event of seedEvents()) await client.publish("tapio.events.k8s", JSON.stringify(event));
    await client.publish("tapio.events.k8s", "{nope");
    const stored = async (stream: string): Promise<number> => (await manager.streams.info(stream)).state.messages;
    await until("the story", async () => 0 < (await stored("TAPIO_STORIES")));
    await until("the dead letter", async () => 0 < (await stored("TAPIO_DEADLETTER")));
    await until("the checkpoint", async () => 0 < (await stored("KV_tapio_checkpoint")));
    const violations = async () => ((await server.log()).match(/\w+ Violation .*/g) ?? []).join("\n");
    expect(await violations()).toBe("");
    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);

    await using second = start();
    await second.sees(/caught up with the stream; ready/);
    second.signal("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(second.err()).toContain("ended in order");
    expect(await stored("TAPIO_DEADLETTER")).toBe(1);
    for (const violation of (await violations()).split("\n"))
      expect(violation).toContain("CONSUMER.DELETE.TAPIO.tapio_");
    for (const { err, out } of [first, second]) expect(err() + out()).not.toContain(PASSWORD);
  });

  test("a story that is there already is found out, and not told twice", async () => {
    const change = (revision: number): StoryChange => ({
      kind: "told",
      story: { id: "st_twice", traceId: "twice", revision } as Story,
    });
    await (await openStorySink({ connection: tapio })).deliver([change(1), change(2)]);
    await (await openStorySink({ connection: tapio })).deliver([change(1), change(2), change(3)]);
    const { state } = await manager.streams.info("TAPIO_STORIES", { subjects_filter: "tapio.stories.st_twice" });
    expect(state.subjects).toEqual({ "tapio.stories.st_twice": 3 });
  });

  test("a permission that is missing is named where it is missed", async () => {
    const config = (await documentedConfig()).replace('"tapio.stories.*"', "");
    await using poor = await startNatsServer({ config });
    const make = await connect({ servers: poor.url, user: "admin", pass: "of-admin" });
    await (await jetstreamManager(make)).streams.add({ name: "TAPIO_STORIES", subjects: ["tapio.stories.>"] });
    await make.close();
    const connection = await connect({ servers: poor.url, user: "tapio", pass: PASSWORD });
    const sink = await openStorySink({ connection });
    const change: StoryChange = { kind: "told", story: { id: "st_no", traceId: "no", revision: 1 } as Story };
    await expect(sink.deliver([change])).rejects.toThrow('Permissions Violation for Publish to "tapio.stories.st_no"');
    await connection.close();
  });

  test.for([
    ["purge the events", (own) => own.streams.purge("TAPIO")],
    ["purge the stories", (own) => own.streams.purge("TAPIO_STORIES")],
    ["delete a message", (own) => own.streams.deleteMessage("TAPIO", 1)],
    ["delete the stream", (own) => own.streams.delete("TAPIO")],
    ["delete the checkpoints", (own) => own.streams.delete("KV_tapio_checkpoint")],
    ["change the stream", (own) => own.streams.update("TAPIO", { max_msgs: 1 })],
    ["make a stream", (own) => own.streams.add({ name: "MINE", subjects: ["mine.>"] })],
    ["read another stream", (own) => own.streams.info("OTHER")],
    ["make a consumer of all subjects", (own) => own.consumers.add("TAPIO", { durable_name: "mine" })],
    ["delete somebody's consumer", (own) => own.consumers.delete("TAPIO", "somebody")],
    ["read a story by the back door", (own) => own.streams.getMessage("TAPIO", { seq: 1 })],
  ] satisfies [string, (own: JetStreamManager) => Promise<unknown>][])("it may not %s", async ([_what, attempt]) => {
    const own = await jetstreamManager(tapio, { checkAPI: false });
    await expect(attempt(own)).rejects.toThrow(/Permissions Violation for Publish to "\$JS\.API\./);
  });

  test.for(["tapio.events.k8s", "other.subject", "tapio.stories", "$KV.other.key", "$SYS.REQ.SERVER.PING"])(
    "it may not publish to %s",
    async (subject) => {
      await expect(tapio.request(subject, "x", { timeout: 2_000 })).rejects.toThrow(
        `Permissions Violation for Publish to "${subject}"`,
      );
    },
  );

  test.for([">", "tapio.events.>", "tapio.stories.>"])("it may not subscribe to %s", async (subject) => {
    const listening = (async () => {
      for await (const message of tapio.subscribe(subject)) expect.unreachable(`heard ${message.subject}`);
    })();
    await expect(listening).rejects.toThrow(`Permissions Violation for Subscription to "${subject}"`);
  });
});
