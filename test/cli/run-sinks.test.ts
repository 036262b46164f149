import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import type { Status } from "../../src/service/status.ts";
import { startAlertmanagerStandIn } from "../support/alertmanager-stand-in.ts";
import { startReceiver } from "../support/http-receiver.ts";
import { ACCOUNT_TOKEN, startKubernetes } from "../support/kubernetes-stand-in.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { CHANNEL, startSlack, TOKEN } from "../support/slack-stand-in.ts";
import { until } from "../support/until.ts";
import { startProgram } from "./program.ts";

const packOf = (version: number, type: string): string => `apiVersion: tapio.dev/v1
kind: RulePack
metadata: { name: team, version: 1.0.${version} }
rules:
  - id: crash
    title: A crash
    category: pod-lifecycle
    severity: error
    steps:
      - { as: crash, type: ${type}, role: cause }
    story: { summary: "{{ crash.entity.name }} crashed under ${version}" }
`;

/** A server with a stream, and a way to say that a pod crashed. */
async function startLog() {
  const server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "TAPIO", subjects: ["tapio.events.>"] });
  let events = 0;
  return {
    manager,
    argv: ["run", "--nats", server.url, "--stream", "TAPIO", "--listen", "127.0.0.1:0"],
    async crash(name: string, type = "x.crash") {
      const entity = { kind: "Pod", namespace: "shop", name };
      const time = new Date(Date.now()).toISOString();
      const event = { id: `e${++events}`, traceId: name, time, source: "test", type, severity: "error", entity };
      await jetstream(connection).publish("tapio.events.test", JSON.stringify(event));
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server.stop();
    },
  };
}

describe.skipIf(!natsServerAvailable())("tapio run", () => {
  test("tells every sink, buries what one refuses, and says how it does", { timeout: 60_000 }, async () => {
    await using log = await startLog();
    await using slack = await startSlack();
    await using alertmanager = await startAlertmanagerStandIn();
    await using kubernetes = await startKubernetes();
    await using refusing = await startReceiver(() => ({ status: 410, body: "gone" }));
    const folder = await mkdtemp(join(tmpdir(), "tapio-run-"));
    await writeFile(join(folder, "team.yaml"), packOf(1, "x.crash"));
    await writeFile(join(folder, "token"), `${TOKEN}\n`);
    await writeFile(join(folder, "account"), `${ACCOUNT_TOKEN}\n`);
    const stories = join(folder, "stories.ndjson");
    const env = {
      TAPIO_RULES: join(folder, "team.yaml"),
      TAPIO_FILE_PATH: stories,
      TAPIO_WEBHOOK_URL: refusing.url,
      TAPIO_WEBHOOK_ALLOW: "127.0.0.0/8",
      TAPIO_ALERTMANAGER_URL: `${alertmanager.receiver.url}/am`,
      TAPIO_SLACK_CHANNEL: CHANNEL,
      TAPIO_SLACK_TOKEN_FILE: join(folder, "token"),
      TAPIO_SLACK_URL: slack.url,
      TAPIO_KUBERNETES_EVENTS: "true",
      TAPIO_KUBERNETES_URL: kubernetes.url,
      TAPIO_KUBERNETES_TOKEN_FILE: join(folder, "account"),
    };
    await using program = startProgram(log.argv, env);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    await program.sees(/caught up with the stream; ready/);
    await log.crash("api-1");
    await until("the message", async () => slack.messages[0]?.text.includes("api-1 crashed under 1"));
    await until("the alert", async () => alertmanager.alerts()[0]?.labels["name"] === "api-1");
    await until("the Event", () => kubernetes.events()[0]?.message.startsWith("api-1 crashed under 1."));
    const lines = await until("the file", async () => (await readFile(stories, "utf8")).split("\n").filter(Boolean)[0]);
    const story = JSON.parse(lines) as Story;
    const buried = await until("the letter", () =>
      log.manager.streams
        .getMessage("TAPIO_DEADLETTER", { last_by_subj: "tapio.deadletter.undelivered" })
        .then((one) => one ?? undefined),
    );
    expect(buried.json()).toMatchObject({
      reason: expect.stringContaining("answered 410: gone"),
      story: { id: story.id },
    });
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as Status & { status: string };
    expect(status).toMatchObject({ status: "ready", books: { in: 1, used: 1, balanced: true }, stories: { told: 1 } });
    expect(status.sinks.map(({ name, buried: refused }) => [name.split(":")[0], refused])).toEqual([
      ["nats", 0],
      ["file", 0],
      ["webhook", 1],
      ["alertmanager", 0],
      ["slack", 0],
      ["kubernetes", 0],
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^tapio_stories_total\{change="told"\} 1$/m);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.out() + program.err()).not.toContain(TOKEN);
    expect(program.out() + program.err()).not.toContain(ACCOUNT_TOKEN);
    await rm(folder, { recursive: true });
  });

  test("loads rules anew; bad ones change nothing and say where", { timeout: 60_000 }, async () => {
    await using log = await startLog();
    const folder = await mkdtemp(join(tmpdir(), "tapio-run-"));
    await mkdir(join(folder, "rules"));
    const path = join(folder, "rules", "team.yaml");
    await writeFile(path, packOf(1, "x.crash"));
    await using program = startProgram([...log.argv, "--rules", join(folder, "rules")]);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    await program.sees(/caught up with the stream; ready/);
    const summaries = async (): Promise<string[]> => {
      const answer = (await (await fetch(`${url}/api/v1/stories`)).json()) as { stories: Story[] };
      return answer.stories.map(({ summary }) => summary);
    };
    await writeFile(path, packOf(2, "x.crash"));
    await program.sees(/loaded 1 rule anew/);
    await log.crash("api-1");
    await until("the story", async () => (await summaries()).includes("api-1 crashed under 2"));

    await writeFile(path, packOf(3, "x.crash").replace("role: cause", "role: culprit"));
    await program.sees(/the rules stay as they were: .*team\.yaml:10:\d+: TAP/);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: "degraded", reason: expect.stringContaining("team.yaml:10") });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^tapio_rules_reload_failed 1$/m);
    expect((await fetch(`${url}/-/reload`, { method: "POST" })).status).toBe(422);
    await log.crash("api-2");
    await until("the story", async () => (await summaries()).includes("api-2 crashed under 2"));

    await writeFile(path, packOf(4, "x.crash"));
    await until(
      "recovery",
      async () => ((await (await fetch(`${url}/readyz`)).json()) as { status: string }).status === "ready",
    );
    await log.crash("api-3");
    await until("the story", async () => (await summaries()).includes("api-3 crashed under 4"));
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    await rm(folder, { recursive: true });
  });
});
