import { Engine } from "../core/engine/engine.ts";
import { Decoder } from "../core/intake/decoder.ts";
import type { StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";
import { FloodGate } from "../service/flood-gate.ts";
import { Outlets } from "../service/outlets.ts";
import { type PipelineResult, runPipeline } from "../service/pipeline.ts";
import type { RuleReloader } from "../service/reload.ts";
import type { ServiceObserver } from "../service/service-state.ts";
import { clock, type NatsSettings, type NatsWorld, openNats, openOutlets } from "./compose.ts";
import { CommandError } from "./failure.ts";
import type { Log } from "./log.ts";
import type { DaemonReadiness } from "./readiness.ts";
import { limitsOf } from "./replay.ts";

/** How long ending in order may take after the first signal. */
const DRAIN_MS_MAX = 10_000;
/** How often the server is asked how far the stream goes, while reading is held up. */
const LOOK_BEHIND_EVERY_MS = 5_000;

/** What the daemon works with. */
export interface DaemonOptions {
  readonly settings: NatsSettings;
  readonly rules: RuleReloader;
  /** Sinks of this process, without queues; those with queues come from the settings. */
  readonly sinks: readonly Sink[];
  readonly observer: ServiceObserver;
  readonly readiness: DaemonReadiness;
  /** Hears of the connection, which it may read with. */
  readonly onConnected?: (nats: NatsWorld) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Reads the stream and tells its stories until `signal` aborts, then ends in order: what was read is
 * delivered and the place in the stream is kept. Throws where that takes longer than 10 s.
 */
export async function runDaemon(options: DaemonOptions): Promise<PipelineResult> {
  const { settings, rules, sinks, observer, readiness, onConnected, log, signal } = options;
  const onTrouble = (message: string): void => log("warn", message);
  await using nats = await openNats(settings, onTrouble);
  readiness.connected = true;
  onConnected?.(nats);
  log("info", `connected; reading ${nats.source.name}`);
  const watching = nats.watch((connected) => {
    readiness.connected = connected;
    const [level, message] = connected
      ? (["info", "connected to NATS again"] as const)
      : (["warn", "lost the connection to NATS; trying again"] as const);
    log(level, message);
  });
  watching.catch(() => undefined);
  const source = readiness.watch(nats.source, () => log("info", "caught up with the stream; ready"));
  const engine = new Engine({ rules: rules.state.rules, limits: limitsOf(settings) });
  const flood = new FloodGate({ clock, storiesMax: settings["notify.storiesMax"] });
  await using opened = await openOutlets(settings, onTrouble).catch((cause: unknown) => {
    throw cause instanceof RangeError ? new CommandError(`run: ${cause.message}`) : cause;
  });
  await using outlets = new Outlets({
    outlets: [{ sink: nats.stories, kind: "stream" }, ...opened.outlets],
    gate: flood,
    bury: nats.undelivered,
    chance: Math.random,
    clock,
    signal,
    onTrouble,
  });
  observer.observe({ engine, outlets, flood, rules });
  const done = new AbortController();
  void lookBehind(observer, nats, AbortSignal.any([signal, done.signal]));
  const running = runPipeline({
    sources: [observer.watchSource(source)],
    decoder: new Decoder({ eventCharsMax: settings["limits.eventBytes"] }),
    engine,
    sinks: [...sinks, storyLog(log)],
    outlets,
    betweenEvents: () => rules.swapInto(engine),
    deadLetters: nats.deadLetters,
    checkpoints: observer.watchCheckpoints(nats.checkpoints),
    clock,
    signal,
    onProgress: observer.progress,
    onTrouble,
  });
  try {
    return await Promise.race([running, deadlineAfter(signal, done.signal)]);
  } finally {
    done.abort();
  }
}

/** Keeps the lag true while a full queue holds up reading. */
async function lookBehind(observer: ServiceObserver, nats: NatsWorld, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(LOOK_BEHIND_EVERY_MS, signal);
    if (signal.aborted) return;
    // Where the server cannot be asked now, the next look will tell.
    await observer.lookBehind(nats.lastPosition).catch(() => undefined);
  }
}

/** Rejects when ending has taken too long; never resolves. */
async function deadlineAfter(signal: AbortSignal, done: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true, signal: done });
    });
  }
  await clock.sleep(DRAIN_MS_MAX, done);
  throw new CommandError(
    `could not end in order within ${DRAIN_MS_MAX / 1000} s; the next start reads again what is missing`,
  );
}

/** Says in the log what was told. */
function storyLog(log: Log): Sink {
  return {
    name: "log",
    async deliver(changes: readonly StoryChange[]) {
      for (const { kind, story } of changes) {
        log("info", `story ${kind}: ${story.summary} (${story.id} revision ${story.revision}, trace ${story.traceId})`);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}
