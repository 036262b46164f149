import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Story } from "../../src/core/model/story.ts";
import { EngineRunner } from "./engine-runner.ts";
import { Mischief } from "./mischief.ts";
import { undisturbed } from "./oracle.ts";
import { startServers } from "./servers.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { workload } from "./workload.ts";

/** One run of the harness. */
export interface ChaosOptions {
  readonly seed: number;
  readonly events: number;
  /** How often the engine is killed; every third time at a named step, each step in turn. */
  readonly kills: number;
  /** Servers; of several, which form a cluster, the one that leads the stream is killed or stopped. */
  readonly nodes?: number;
  /** How often the server is killed and started again. */
  readonly serverKills?: number;
  /** How often the server is stopped for so long that what was published gets no answer. */
  readonly serverPauses?: number;
  /** How often the engine is stopped for a second, and goes on. */
  readonly pauses?: number;
  /** A naive design that the harness must see failing: `careless`, `forgetful`, `receipt`, `dedupe`. */
  readonly design?: string;
  readonly log?: (line: string) => void;
}

/** What came of it. */
export interface ChaosResult extends Verdict {
  readonly stories: number;
  readonly revisions: number;
  /** Letters of events that were taken for poison: none is. */
  readonly buried: readonly unknown[];
  /** What was done, and how often; `at <step>` where the engine died by itself at a named step. */
  readonly done: Readonly<Record<string, number>>;
}

const STREAM = "CHAOS";
const RULES = fileURLToPath(new URL("rules.yaml", import.meta.url));
/** Longest time for the last engine to come to the end of the stream. */
const SETTLE_MS_MAX = 60_000;

/**
 * Publishes a log to a real server while the engine, a real process, is killed again and again; then
 * lets it come to the end, and compares every revision published with those of an undisturbed run.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { events, kills, design = "", log = () => undefined } = options;
  await using servers = await startServers(options.nodes ?? 1);
  const connection = await connect({ servers: [...servers.urls], maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: STREAM, subjects: ["chaos.events"], num_replicas: servers.replicas });
    const url = servers.urls.join(",");
    await using engine = await EngineRunner.open({
      url,
      stream: STREAM,
      rulesPath: RULES,
      design,
      replicas: servers.replicas,
    });
    let published = 0;
    const publishing = publish(connection, options, (count) => {
      published = count;
    });
    const mischief = new Mischief({ ...options, engine, servers, connection, stream: STREAM });
    while (mischief.count("kills") < kills || published < events) {
      await mischief.next();
      log(`${mischief.count("kills")} kills · ${published} events published`);
    }
    await publishing;
    const last = await lastEvent(connection, manager);
    await engine.start();
    await comeToEnd(engine, manager, last);
    await engine.signal("SIGTERM");
    const stories = await publishedStories(connection, manager);
    const wanted = await undisturbed(connection, { stream: STREAM, rulesPath: RULES, last });
    const told = wanted.told.filter(({ status }) => status !== "retracted");
    return {
      ...verdictOf(wanted, stories),
      stories: new Set(told.map(({ id }) => id)).size,
      revisions: wanted.told.length,
      buried: await lettersIn(manager),
      done: mischief.done,
    };
  } finally {
    await connection.close();
  }
}

async function publish(
  connection: NatsConnection,
  { seed, events, kills }: ChaosOptions,
  report: (count: number) => void,
): Promise<void> {
  const client = jetstream(connection, { timeout: 2_000 });
  const log = workload(seed);
  // Spread over the time that the kills take, so that each falls into live traffic.
  const pauseMs = Math.max(2, Math.min(50, (kills * 600 * 20) / events));
  for (let count = 0; count < events; count += 20) {
    for (let n = 0; n < Math.min(20, events - count); n++) {
      const text = log.next().value(Date.now());
      for (;;) {
        try {
          await client.publish("chaos.events", text);
          break;
        } catch {
          // The server is down, or its answer was lost: the same event again is the same event.
          await sleep(50);
        }
      }
    }
    report(count + 20);
    await sleep(pauseMs);
  }
}

/** When every window has had time to close, one last event lets log time say so. */
async function lastEvent(connection: NatsConnection, manager: JetStreamManager): Promise<number> {
  await sleep(2_500);
  const time = new Date().toISOString();
  const tick = {
    id: "tick",
    traceId: "tick",
    time,
    source: "k8s",
    type: "x.tick",
    entity: { kind: "Pod", name: "tick" },
  };
  await jetstream(connection).publish("chaos.events", JSON.stringify(tick));
  return (await manager.streams.info(STREAM)).state.last_seq;
}

async function comeToEnd(engine: EngineRunner, manager: JetStreamManager, last: number): Promise<void> {
  const head = { last_by_subj: `$KV.tapio_checkpoint.${STREAM}` };
  for (let waited = 0; waited < SETTLE_MS_MAX; waited += 100) {
    // Before the engine has first come up there is no bucket.
    const stored = await manager.streams.getMessage("KV_tapio_checkpoint", head).catch(() => null);
    if (last <= (stored?.json<{ position: number }>().position ?? 0)) return;
    await sleep(100);
  }
  throw new Error(`the engine did not come to the end of the stream in time; its last words: ${engine.lastWords}`);
}

async function lettersIn(manager: JetStreamManager): Promise<unknown[]> {
  const { state } = await manager.streams.info("TAPIO_DEADLETTER");
  const letters: unknown[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    letters.push((await manager.streams.getMessage("TAPIO_DEADLETTER", { seq }))?.json());
  }
  return letters;
}

async function publishedStories(connection: NatsConnection, manager: JetStreamManager): Promise<Story[]> {
  const { state } = await manager.streams.info("TAPIO_STORIES");
  const found: Story[] = [];
  if (state.messages === 0) return found;
  const consumer = await jetstream(connection).consumers.get("TAPIO_STORIES");
  for await (const message of await consumer.consume()) {
    found.push(message.json<Story>());
    if (message.info.pending === 0) break;
  }
  return found;
}
