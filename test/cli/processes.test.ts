import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { seedEvents } from "../support/seed-pack.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// The program as people start it: a process of its own, with real signals.

test("demo --once prints its story and ends, even with --serve", async () => {
  await using program = startProgram(["demo", "--serve", "--once"]);
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/^● CRITICAL {2}.*\n {2}root cause .*\n {2}chain .*\n {2}impact .*\n {2}rule /);
  expect(program.err()).toContain("kubectl get events -A -o json | tapio eval");
});

test.for(["SIGINT", "SIGTERM"] as const)("demo --serve serves until %s", async (signal) => {
  await using program = startProgram(["demo", "--serve", "--listen", "127.0.0.1:0"]);
  const [, url = ""] = await program.sees(/serving the live page at (http:\S+)\/ until Ctrl-C/);
  const answer = await fetch(`${url}/api/v1/stories`);
  const listed = (await answer.json()) as { stories: readonly Story[] };
  expect(listed).toMatchObject({ total: 1, stories: [{ rule: { id: "oom-hits-dependant" } }] });
  const asked = async (path: string) => (await fetch(`${url}/api/v1/${path}`)).json();
  const below = `stories/${listed.stories[0]?.id}`;
  expect(await asked(`${below}/explanation`)).toMatchObject({
    stories: [{ steps: [{ step: "oom" }, { step: "hit" }] }],
  });
  const { events } = (await asked(`${below}/events`)) as { events: readonly object[] };
  expect(events.length).toBeGreaterThan(listed.stories[0]?.timeline.length ?? 0);
  expect(await asked("explain?rule=pod-oom-killed")).toMatchObject({ rules: [{ failed: { because: "superseded" } }] });
  for (const path of ["explain?rule=pod-oom-kill", "stories/st_x/explanation", "stories/st_x/events"])
    expect(await asked(path)).toMatchObject({ error: { status: 404 } });
  for (const path of ["/readyz", "/", "/page/main.js", "/api/v1/status", "/api/v1/rules"])
    expect((await fetch(`${url}${path}`)).status, path).toBe(200);
  program.signal(signal);
  expect(await program.ended).toBe(0);
});

test("two demos side by side find a port each", async () => {
  await using first = startProgram(["demo", "--serve"]);
  await using second = startProgram(["demo", "--serve"]);
  const [[, one], [, two]] = await Promise.all([first.sees(/page at (\S+)/), second.sees(/page at (\S+)/)]);
  expect(one).not.toBe(two);
});

test.for([["eval", "rules/resource-pressure/fixtures/oom-hits-dependant.ndjson"], ["--help"]])(
  "a reader that leaves %j early is no error",
  async (argv) => {
    await using program = startProgram(argv);
    program.closeOutput();
    expect(await program.ended).toBe(0);
    expect(program.err()).not.toMatch(/EPIPE|bug/);
  },
);

test("what was compiled is kept for the next start where there is a place for it, and never missed", async () => {
  await using folder = await temporaryFolder({ "a-file": "" });
  for (const caches of [folder.path("."), folder.path("a-file")]) {
    await using program = startProgram(["version"], { XDG_CACHE_HOME: caches });
    expect(await program.ended).toBe(0);
    expect(program.err()).toBe("");
  }
  expect(await readdir(folder.path("tapio"))).toHaveLength(1);
});

describe.skipIf(!natsServerAvailable())("run against a real nats-server", () => {
  test("four events by another client become one published story; SIGTERM ends it with 0", {
    timeout: 60_000,
  }, async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
    const stories = connection.subscribe("tapio.stories.>");

    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--subjects", "tapio.events.>"];
    await using program = startProgram([...argv, "--listen", "127.0.0.1:0", "-o", "ndjson"]);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await program.sees(/caught up with the stream; ready/);
    for (const path of ["/readyz", "/", "/page/main.js", "/api/v1/status", "/api/v1/rules"])
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);

    const client = jetstream(connection);
    for (const event of seedEvents()) await client.publish("tapio.events.k8s", JSON.stringify(event));
    await client.publish("tapio.events.k8s", "{nope");
    const told: Story[] = [];
    for await (const message of stories) {
      const story = message.json<Story>();
      expect(message.subject).toBe(`tapio.stories.${story.id}`);
      expect(message.headers?.get("Nats-Msg-Id")).toBe(`${story.id}-${story.revision}`);
      told.push(story);
      if (Object.keys(story.bound).length === 4) break;
    }
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(told.at(-1)).toMatchObject({ summary: "Service disruption due to memory pressure", traceId: "abc123" });
    const listed = (await (await fetch(`${url}/api/v1/stories`)).json()) as { total: number };
    expect(listed.total).toBe(1);
    await untilBuried(manager);

    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.err()).toMatch(/ended in order on SIGTERM\n/);
    expect(program.err()).toMatch(/5 entries read · 4 events · 1 bad line skipped\n {2}bad: TAPIO:5: not JSON/);
    // They happened long ago, and say so: they are told among themselves.
    expect(program.err()).toMatch(/^ {2}old: 4 events more than a day behind the stream: set aside$/m);
    const printed = program.out().trim().split("\n");
    expect(printed.map((line) => (JSON.parse(line) as Story).id)).toContain(told[0]?.id);
    await connection.close();
  });

  test("secrets come from the environment and show in no message", { timeout: 30_000 }, async () => {
    await using server = await startNatsServer({ config: 'authorization: { token: "right" }\n' });
    const argv = ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"];
    await using program = startProgram(argv, { TAPIO_NATS_TOKEN: "wrong-t0ken" });
    expect(await program.ended).toBe(3);
    expect(program.err()).toContain("check the credentials");
    expect(program.err()).not.toContain("wrong-t0ken");
  });
});

/** Waits until the bad message lies with the dead letters. */
async function untilBuried(manager: Awaited<ReturnType<typeof jetstreamManager>>): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
    const [name] = await manager.streams.names("tapio.deadletter.>").next();
    if (name !== undefined && 0 < (await manager.streams.info(name)).state.messages) return;
    await sleep(50);
  }
  throw new Error("the bad message was not buried within 10 s");
}

test("the entry file can be run by its shebang", async () => {
  expect((await readFile("src/cli/main.ts", "utf8")).split("\n")[0]).toMatch(/^#!\/usr\/bin\/env -S node /);
});
