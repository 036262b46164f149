import { Engine } from "../core/engine/engine.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { StoryChange } from "../core/model/story.ts";
import type { Sink } from "../ports/sink.ts";
import { type PipelineResult, runPipeline } from "../service/pipeline.ts";
import { clock, type NatsSettings, newDecoder, openNats } from "./compose.ts";
import { CommandError } from "./failure.ts";
import type { Log } from "./log.ts";
import type { DaemonReadiness } from "./readiness.ts";
import { limitsOf } from "./replay.ts";

/** How long ending in order may take after the first signal. */
const DRAIN_MS_MAX = 10_000;

/** What the daemon works with. */
export interface DaemonOptions {
  readonly settings: NatsSettings;
  readonly rules: RuleSet;
  /** Sinks besides NATS. */
  readonly sinks: readonly Sink[];
  readonly readiness: DaemonReadiness;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Reads the stream and tells its stories until `signal` aborts, then ends in order: what was read is
 * delivered and the place in the stream is kept. Throws where that takes longer than 10 s.
 */
export async function runDaemon({
  settings,
  rules,
  sinks,
  readiness,
  log,
  signal,
}: DaemonOptions): Promise<PipelineResult> {
  await using nats = await openNats(settings);
  readiness.connected = true;
  log("info", `connected; reading ${nats.source.name}`);
  const watching = nats.watch((connected) => {
    readiness.connected = connected;
    log(
      connected ? "info" : "warn",
      connected ? "connected to NATS again" : "lost the connection to NATS; trying again",
    );
  });
  watching.catch(() => undefined);
  const source = readiness.watch(nats.source, () => log("info", "caught up with the stream; ready"));
  const engine = new Engine({ rules, limits: limitsOf(settings) });
  const running = runPipeline({
    sources: [source],
    decoder: newDecoder(),
    engine,
    sinks: [nats.stories, ...sinks, storyLog(log)],
    deadLetters: nats.deadLetters,
    checkpoints: nats.checkpoints,
    clock,
    signal,
    onTrouble: (message) => log("warn", message),
  });
  const done = new AbortController();
  try {
    return await Promise.race([running, deadlineAfter(signal, done.signal)]);
  } finally {
    done.abort();
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
