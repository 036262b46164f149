import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Story } from "../../src/core/model/story.ts";
import { EngineRunner } from "./engine-runner.ts";
import { LogRecord } from "./log-record.ts";
import { Mischief, type Schedule } from "./mischief.ts";
import { undisturbed } from "./oracle.ts";
import { Publisher } from "./publisher.ts";
import { startServers } from "./servers.ts";
import { StreamHarm } from "./stream-harm.ts";
import { type Published, type Verdict, verdictOf } from "./verdict.ts";
import { Wire } from "./wire.ts";

/** One run of the harness. */
export interface ChaosOptions extends Schedule {
  readonly seed: number;
  readonly events: number;
  /** Servers; of several, which form a cluster, the one that leads the stream is killed or stopped. */
  readonly nodes?: number;
  /** A naive design that the harness must see failing: `careless`, `forgetful`, `receipt`, `dedupe`. */
  readonly design?: string;
  readonly log?: (line: string) => void;
  /** Ends the run. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface ChaosResult extends Verdict {
  readonly stories: number;
  readonly revisions: number;
  /** Letters of events that were taken for poison: none is. */
  readonly buried: readonly unknown[];
  /** Last words of engines that ended by themselves, with an error; the next one went on. */
  readonly gaveUp: readonly string[];
  /** What was done, and how often; `at <step>` where the engine died by itself at a named step. */
  readonly done: Readonly<Record<string, number>>;
}

const [STREAM, SUBJECT] = ["CHAOS", "chaos.events"];
/** What is asked of a server that was just killed gets no answer: better to ask again soon. */
const ANSWER_MS_MAX = 2_000;
/** Longer than a window may be idle, and a story about it may wait. */
const SETTLED_MS = 2_500;
const RULES = fileURLToPath(new URL("rules.yaml", import.meta.url));

/**
 * Publishes a log to a real server while the engine, a real process, is killed again and again; then
 * lets it come to the end, and compares every revision published with those of an undisturbed run.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { events, kills, log = () => undefined } = options;
  await using servers = await startServers(options.nodes ?? 1);
  await using wires = new AsyncDisposableStack();
  const ways: Wire[] = [];
  for (const url of servers.urls) ways.push(wires.use(await Wire.open(url)));
  const connection = await connect({ servers: [...servers.urls], maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  try {
    const [manager, { replicas }] = [await jetstreamManager(connection, { timeout: ANSWER_MS_MAX }), servers];
    const record = new LogRecord(connection, manager, STREAM);
    const publisher = new Publisher({
      ...options,
      connection,
      subject: SUBJECT,
      killed: () => mischief.count("kills"),
    });
    const harm = new StreamHarm({ manager, stream: STREAM, subject: SUBJECT, replicas, record, publisher });
    await harm.create();
    const url = ways.map((way) => way.url).join(",");
    await using engine = await EngineRunner.open({ ...options, url, stream: STREAM, rulesPath: RULES, replicas });
    const mischief = new Mischief({ ...options, engine, servers, wires: ways, harm, connection, stream: STREAM });
    const publishing = publisher.run();
    while (mischief.count("kills") < kills || publisher.published < events) {
      await mischief.next();
      log(`${mischief.count("kills")} kills · ${publisher.published} events published`);
    }
    await publishing;
    // When every window has had time to close, one last event lets log time say so.
    await sleep(SETTLED_MS);
    await publisher.tick();
    await record.catchUp();
    await engine.comeTo(record.position);
    await engine.signal("SIGTERM");
    const published = await publishedStories(connection, manager);
    const wanted = await undisturbed(record, RULES);
    const told = wanted.told.filter(({ status }) => status !== "retracted");
    return {
      ...verdictOf(wanted, published),
      stories: new Set(told.map(({ id }) => id)).size,
      revisions: wanted.told.length,
      buried: await lettersIn(manager),
      gaveUp: engine.gaveUp,
      done: mischief.done,
    };
  } finally {
    await connection.close();
  }
}

async function lettersIn(manager: JetStreamManager): Promise<unknown[]> {
  const { state } = await manager.streams.info("TAPIO_DEADLETTER");
  const letters: unknown[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    letters.push((await manager.streams.getMessage("TAPIO_DEADLETTER", { seq }))?.json());
  }
  return letters;
}

async function publishedStories(connection: NatsConnection, manager: JetStreamManager): Promise<Published[]> {
  const { state } = await manager.streams.info("TAPIO_STORIES");
  const found: Published[] = [];
  if (state.messages === 0) return found;
  const consumer = await jetstream(connection).consumers.get("TAPIO_STORIES");
  for await (const message of await consumer.consume()) {
    found.push({ story: message.json<Story>(), sequence: message.seq });
    if (message.info.pending === 0) break;
  }
  return found;
}
