import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { seeded } from "../../bench/random.ts";
import type { Story } from "../../src/core/model/story.ts";
import { startNatsServer } from "../support/nats-server.ts";
import { STEPS } from "./naive/die-at.ts";
import { undisturbed } from "./oracle.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { workload } from "./workload.ts";

/** One run of the harness. */
export interface ChaosOptions {
  readonly seed: number;
  readonly events: number;
  /** How often the engine is killed; every third time at a named step. */
  readonly kills: number;
  /** How often the server is killed and started again. */
  readonly serverKills?: number;
  /** How often the engine is stopped for a second, and goes on. */
  readonly pauses?: number;
  /** A naive design that the harness must see failing: `careless`, `forgetful`, `receipt`. */
  readonly design?: string;
  readonly log?: (line: string) => void;
}

/** What came of it. */
export interface ChaosResult extends Verdict {
  readonly stories: number;
  readonly revisions: number;
  readonly kills: number;
  readonly serverKills: number;
}

const STREAM = "CHAOS";
const RULES = fileURLToPath(new URL("rules.yaml", import.meta.url));
const ENGINE = fileURLToPath(new URL("engine-process.ts", import.meta.url));
/** Longest time for the last engine to come to the end of the stream. */
const SETTLE_MS_MAX = 60_000;

/**
 * Publishes a log to a real server while the engine, a real process, is killed again and again; then
 * lets it come to the end, and compares every revision published with those of an undisturbed run.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { events, kills, serverKills = 0, pauses = 0, design = "", log = () => undefined } = options;
  const random = seeded(options.seed);
  await using server = await startNatsServer();
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: STREAM, subjects: ["chaos.events"] });
    const engine = new EngineProcess([server.url, STREAM, RULES, design]);
    let published = 0;
    const publishing = publish(connection, options, (count) => {
      published = count;
    });
    const done = { kills: 0, serverKills: 0, pauses: 0 };
    while (done.kills < kills || published < events) {
      const step = done.kills % 3 === 2 ? STEPS[Math.floor(random() * STEPS.length)] : undefined;
      await engine.start(step);
      await Promise.race([sleep(100 + random() * 900), engine.ended()]);
      if (done.pauses < pauses && random() < 0.2) {
        done.pauses++;
        await engine.pause(1_000);
      }
      if (done.serverKills < serverKills && random() < 0.2) {
        done.serverKills++;
        await server.kill();
        await server.restart();
      }
      if (done.kills < kills) await engine.kill();
      else await sleep(200);
      done.kills++;
      log(`${done.kills} kills · ${done.serverKills} server kills · ${published} events published`);
    }
    await publishing;
    const last = await lastEvent(connection, manager);
    await engine.start();
    await comeToEnd(engine, manager, last);
    await engine.stop();
    const stories = await publishedStories(connection, manager);
    const wanted = await undisturbed(connection, { stream: STREAM, rulesPath: RULES, last });
    const told = wanted.filter(({ status }) => status !== "retracted");
    return {
      ...verdictOf(wanted, stories),
      stories: new Set(told.map(({ id }) => id)).size,
      revisions: wanted.length,
      kills,
      serverKills: done.serverKills,
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
  const pauseMs = Math.max(2, Math.min(50, (kills * 900 * 20) / events));
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

async function comeToEnd(engine: EngineProcess, manager: JetStreamManager, last: number): Promise<void> {
  const head = { last_by_subj: `$KV.tapio_checkpoint.${STREAM}` };
  for (let waited = 0; waited < SETTLE_MS_MAX; waited += 100) {
    // Before the engine has first come up there is no bucket.
    const stored = await manager.streams.getMessage("KV_tapio_checkpoint", head).catch(() => null);
    if (last <= (stored?.json<{ position: number }>().position ?? 0)) return;
    await sleep(100);
  }
  throw new Error(`the engine did not come to the end of the stream in time; its last words: ${engine.lastWords}`);
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

// A harness that ends early takes its engine with it.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The engine's process, and its successors. */
class EngineProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  /** What it wrote to stderr last: why it ended, if it did by itself. */
  lastWords = "";

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  async start(step = ""): Promise<void> {
    if (this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) return;
    const child = spawn(process.execPath, [ENGINE, ...this.#args, step], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.lastWords = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-2_000);
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    // Whether it comes up or dies on its way there.
    await Promise.race([once(child.stdout, "data"), this.ended()]);
  }

  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }

  async pause(ms: number): Promise<void> {
    this.#child?.kill("SIGSTOP");
    await sleep(ms);
    this.#child?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const ended = this.ended();
    this.#child?.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    const ended = this.ended();
    this.#child?.kill("SIGTERM");
    await ended;
  }
}
