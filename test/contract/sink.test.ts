import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { openAlertmanagerSink } from "../../src/adapters/alertmanager/alertmanager-sink.ts";
import { openStoryFile } from "../../src/adapters/file/story-file.ts";
import { openKubernetesEventSink } from "../../src/adapters/kubernetes/event-sink.ts";
import { openStorySink } from "../../src/adapters/nats/story-sink.ts";
import { openSlackSink } from "../../src/adapters/slack/slack-sink.ts";
import { openWebhookSink } from "../../src/adapters/webhook/webhook-sink.ts";
import type { Story } from "../../src/core/model/story.ts";
import { StoryBoard } from "../../src/web/story-board.ts";
import { startAlertmanagerStandIn } from "../support/alertmanager-stand-in.ts";
import { startReceiver } from "../support/http-receiver.ts";
import { ACCOUNT_TOKEN, startKubernetes } from "../support/kubernetes-stand-in.ts";
import { natsServerAvailable, startNatsServer } from "../support/nats-server.ts";
import { CHANNEL, startSlack, TOKEN } from "../support/slack-stand-in.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { describeSink } from "./sink.ts";

const revisionOf = ({ id, revision }: Story): string => `${id}-${revision}`;
const revisionsIn = (lines: string): string[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => revisionOf(JSON.parse(line)));

describeSink(
  "the story board",
  async () => {
    const sink = new StoryBoard();
    return { sink, held: async () => sink.latest(1_000).map(revisionOf), async [Symbol.asyncDispose]() {} };
  },
  { lastOnly: true },
);

describeSink("the story file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapio-stories-"));
  const path = join(folder, "stories.ndjson");
  const sink = await openStoryFile({ path });
  return {
    sink,
    held: async () => revisionsIn(await readFile(path, "utf8")),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});

describeSink("the webhook", async () => {
  const receiver = await startReceiver();
  const held: string[] = [];
  let away = false;
  receiver.answer = ({ headers }) => {
    const key = headers["idempotency-key"] ?? "no key";
    if (away && key.startsWith("st_b")) return { status: 503 };
    held.push(key);
    return { status: 204 };
  };
  const sink = openWebhookSink({ url: `${receiver.url}/hook`, allowNetworks: ["127.0.0.0/8"] });
  return {
    sink,
    held: async () => held,
    async disturb(now) {
      away = now;
    },
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
});

describeSink(
  "the Alertmanager sink",
  async () => {
    const alertmanager = await startAlertmanagerStandIn();
    const clock = new VirtualClock(Date.parse("2026-03-01T11:00:00Z"));
    const sink = openAlertmanagerSink({ url: `${alertmanager.receiver.url}/am`, clock });
    return {
      sink,
      held: async () =>
        alertmanager.alerts().map(({ labels, annotations }) => `${labels["story"]}-${annotations["revision"]}`),
      async disturb(away) {
        alertmanager.away = away;
      },
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]();
        await alertmanager[Symbol.asyncDispose]();
      },
    };
  },
  { lastOnly: true },
);

describeSink(
  "the Kubernetes Event sink",
  async () => {
    const kubernetes = await startKubernetes();
    const url = new URL(kubernetes.url);
    const sink = openKubernetesEventSink({ url, token: async () => ACCOUNT_TOKEN, ca: undefined });
    return {
      sink,
      held: async () =>
        kubernetes.events().map(({ metadata: { annotations: told } }) => {
          return `${told["tapio.dev/story"]}-${told["tapio.dev/revision"]}`;
        }),
      async disturb(away) {
        kubernetes.interfere = () => (away ? { status: 503 } : undefined);
      },
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]();
        await kubernetes[Symbol.asyncDispose]();
      },
    };
  },
  { lastOnly: true },
);

describeSink(
  "the Slack sink",
  async () => {
    const slack = await startSlack();
    const sink = openSlackSink({ url: slack.url, channel: CHANNEL, token: async () => TOKEN });
    return {
      sink,
      held: async () =>
        slack.messages
          .filter(({ thread_ts }) => thread_ts === undefined)
          .map(({ metadata: { event_payload: stamp } }) => `${stamp.story}-${stamp.revision}`),
      async disturb(away) {
        slack.interfere = () => (away ? "ratelimited" : undefined);
      },
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]();
        await slack[Symbol.asyncDispose]();
      },
    };
  },
  { lastOnly: true },
);

if (natsServerAvailable()) {
  describeSink("the NATS stories stream", async () => {
    const server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    return {
      sink: await openStorySink({ connection }),
      async held() {
        const { state } = await manager.streams.info("TAPIO_STORIES");
        const revisions: string[] = [];
        for (let seq = state.first_seq; 0 < state.messages && seq <= state.last_seq; seq++) {
          const stored = await manager.streams.getMessage("TAPIO_STORIES", { seq });
          revisions.push(stored?.header.get("Nats-Msg-Id") ?? "gone");
        }
        return revisions;
      },
      async [Symbol.asyncDispose]() {
        await connection.close();
        await server.stop();
      },
    };
  });
}
