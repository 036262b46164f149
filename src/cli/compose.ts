import type { ConfigFile } from "../adapters/file/config-file.ts";
import { openFileSource } from "../adapters/file/file-source.ts";
import { isPackFile } from "../adapters/file/find-packs.ts";
import { LanguageThread } from "../adapters/file/language-thread.ts";
import { packPrint } from "../adapters/file/pack-snapshot.ts";
import { openPackSource } from "../adapters/file/pack-source.ts";
import { filesOfFolder as filesOf } from "../adapters/file/rule-folder.ts";
import { type RuleText, readRuleText as readText } from "../adapters/file/rule-text.ts";
import type { JsonAnswer } from "../adapters/http/read-json.ts";
import type { NatsAccess } from "../adapters/nats/connect.ts";
import type { StreamStart } from "../adapters/nats/jetstream-source.ts";
import type { RefusedChange } from "../adapters/nats/undelivered.ts";
import { openReloadTriggers, type ReloadTriggers } from "../adapters/reload-triggers.ts";
import type { StoryOutlets } from "../adapters/story-outlets.ts";
import { monotonicNow, randomKey, type ShutdownSignals, shutdownSignals, systemClock } from "../adapters/system.ts";
import { type EpochMs, parseTime } from "../core/model/time.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { PackSource } from "../ports/pack-source.ts";
import type { Sink } from "../ports/sink.ts";
import type { Source } from "../ports/source.ts";
import type { Settings } from "../service/config-keys.ts";
import type { LogPart } from "../service/read-back.ts";
import type { Surroundings } from "./shell.ts";

// The only file that chooses what stands behind the ports. What few commands need is loaded when it is needed.

/** The wall clock. */
export const clock: Clock = systemClock;

/** Milliseconds that only ever go on, for spans. */
export const monotonicMs: () => number = monotonicNow;

/** SIGINT and SIGTERM as one abort signal. */
export function listenForSignals(): ShutdownSignals {
  return shutdownSignals();
}

/** The named configuration file, or `tapio.yaml` in the working folder. */
export async function openConfigFile(named: string | undefined): Promise<ConfigFile | undefined> {
  const { readConfigFile } = await import("../adapters/file/config-file.ts");
  return readConfigFile(named);
}

/** The rule packs in these files and folders. */
export function packsAt(
  paths: readonly string[],
  options: { readonly today?: string; readonly thread?: LanguageThread } = {},
): PackSource {
  return openPackSource({ paths, ...options });
}

/** A thread that reads packs and rule tests, and starts at once. */
export function openLanguageThread(): LanguageThread {
  const thread = new LanguageThread();
  thread.start();
  return thread;
}

/** The files of a folder that may have to do with rules. */
export function filesOfFolder(folder: string): Promise<string[]> {
  return filesOf(folder);
}

/** The text of a file of rules or of their tests. */
export function readRuleText(path: string): Promise<RuleText> {
  return readText(path);
}

/** A text that changes with these files, and with the packs in these folders. */
export function printOfFiles(paths: readonly string[]): Promise<string> {
  return packPrint(paths, isPackFile);
}

/** Yields when something in these files and folders has changed, until the signal. */
export async function* watchFiles(paths: () => readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  const { watchPacks } = await import("../adapters/file/watch-packs.ts");
  yield* watchPacks({ paths, signal });
}

/** A file of events; `-` is standard input. */
export function eventsAt(path: string, stdin: Surroundings["stdin"]): Source {
  return path === "-" ? openFileSource({ path: "<stdin>", stream: stdin }) : openFileSource({ path });
}

/** Recorded events that a rule test names. */
export function recordingAt(path: string): Source {
  return openFileSource({ path });
}

/** A stream to read, and where the stories, the letters and the place in it go. */
export interface NatsWorld extends AsyncDisposable {
  readonly source: Source;
  readonly stories: Sink;
  readonly deadLetters: DeadLetters;
  /** Keeps the stories that another sink refused for good. */
  readonly undelivered: (refused: RefusedChange) => Promise<void>;
  readonly checkpoints: CheckpointStore;
  /** Position of the last entry that the stream holds. */
  lastPosition(): Promise<number>;
  /** The stream once more, from a time on, up to what it holds now. */
  openPart(sinceMs: EpochMs): Promise<LogPart>;
  /** A story that was published, as JSON. */
  findStory(id: string): Promise<unknown>;
  /** Resolves when the connection is closed for good. Tells of every loss and return until then. */
  watch(onChange: (connected: boolean) => void): Promise<void>;
}

/** What of the settings the daemon cannot do without. */
export type NatsSettings = Settings & { readonly "nats.url": string; readonly "nats.stream": string };

/** The adapters of NATS: a command that needs no server starts without them. */
async function natsAdapters() {
  const { openCheckpointFile } = await import("../adapters/file/checkpoint-file.ts");
  const { openCheckpointStore } = await import("../adapters/nats/checkpoint.ts");
  const { connectNats } = await import("../adapters/nats/connect.ts");
  const { openDeadLetters } = await import("../adapters/nats/dead-letter.ts");
  const { findPublishedStory } = await import("../adapters/nats/find-story.ts");
  const { lastSequenceOf, openJetStreamSource } = await import("../adapters/nats/jetstream-source.ts");
  const { openStorySink } = await import("../adapters/nats/story-sink.ts");
  const { endingSource } = await import("../adapters/nats/stream-range.ts");
  const { openThreadedSource } = await import("../adapters/nats/threaded-source.ts");
  const { openUndelivered } = await import("../adapters/nats/undelivered.ts");
  return {
    openCheckpointFile,
    openCheckpointStore,
    connectNats,
    openDeadLetters,
    findPublishedStory,
    lastSequenceOf,
    openJetStreamSource,
    openStorySink,
    endingSource,
    openThreadedSource,
    openUndelivered,
  };
}

/** Connects to NATS, and makes the streams to write to where they are missing. */
export async function openNats(settings: NatsSettings, onTrouble: (message: string) => void): Promise<NatsWorld> {
  const { "nats.stream": stream, "nats.subjects": subjects, "nats.replicas": replicas } = settings;
  const path = settings["checkpoint.path"];
  const access = accessOf(settings);
  const nats = await natsAdapters();
  const connection = await nats.connectNats(access);
  let source: Source | undefined;
  const close = async (): Promise<void> => {
    await source?.[Symbol.asyncDispose]();
    await connection.close();
  };
  try {
    const start = startOf(settings["nats.start"]);
    source = await nats.openThreadedSource({ access, stream, subjects, start });
    return {
      source,
      stories: await nats.openStorySink({ connection, replicas }),
      deadLetters: await nats.openDeadLetters({ connection, stream, replicas }),
      undelivered: await nats.openUndelivered({ connection, replicas }),
      checkpoints:
        path === undefined
          ? await nats.openCheckpointStore({ connection, stream, replicas })
          : nats.openCheckpointFile({ path, log: source.name, onTrouble }),
      lastPosition: () => nats.lastSequenceOf(connection, stream),
      openPart: async (sinceMs) => ({
        source: await nats.openJetStreamSource({ connection, stream, subjects, start: { timeMs: sinceMs } }),
        lastPosition: await nats.lastSequenceOf(connection, stream),
      }),
      findStory: (id) => nats.findPublishedStory(connection, id),
      async watch(onChange) {
        for await (const { type } of connection.status()) {
          if (type === "disconnect") onChange(false);
          else if (type === "reconnect") onChange(true);
        }
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function accessOf(settings: NatsSettings): NatsAccess {
  return {
    url: settings["nats.url"],
    credsFile: settings["nats.creds"],
    user: settings["nats.user"],
    password: settings["nats.password"],
    token: settings["nats.token"],
  };
}

/** A stream to read and to do nothing else with: nothing is made on the server, and nothing is left there. */
export interface ReadOnlyStream extends AsyncDisposable {
  /** From a time on, or from now on; up to a time, or to what the stream holds now, or without an end. */
  open(range: { readonly sinceMs?: EpochMs | undefined; readonly end?: EpochMs | "now" | undefined }): Promise<Source>;
  /** A story that was published, as JSON. */
  findStory(id: string): Promise<unknown>;
}

/** Connects to NATS to read. */
export async function openReadOnly(settings: NatsSettings): Promise<ReadOnlyStream> {
  const { "nats.stream": stream, "nats.subjects": subjects } = settings;
  const nats = await natsAdapters();
  const connection = await nats.connectNats(accessOf(settings));
  return {
    async open({ sinceMs, end }) {
      const start = sinceMs === undefined ? "new" : { timeMs: sinceMs };
      const source = await nats.openJetStreamSource({ connection, stream, subjects, start });
      if (end === undefined) return source;
      const isPast = end === "now" || end <= clock.now();
      const position = isPast ? await nats.lastSequenceOf(connection, stream) : Number.POSITIVE_INFINITY;
      return nats.endingSource(source, { position, untilMs: end === "now" ? undefined : end });
    },
    findStory: (id) => nats.findPublishedStory(connection, id),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** A number that nobody can guess, as a text. */
export function chanceKey(): string {
  return randomKey();
}

/** Every sink besides NATS that the settings ask for. */
export async function openOutlets(settings: Settings, onTrouble: (message: string) => void): Promise<StoryOutlets> {
  const { openStoryOutlets } = await import("../adapters/story-outlets.ts");
  return openStoryOutlets(settings, { clock, onTrouble });
}

/** A JSON document of a web server, or its words on why there is none. */
export async function readJsonAt(url: URL, signal: AbortSignal, timeoutMs: number): Promise<JsonAnswer> {
  const { readJson } = await import("../adapters/http/read-json.ts");
  return readJson(url, signal, timeoutMs);
}

/** Has the rules loaded anew when they change, and at SIGHUP. */
export function onReloadWanted(triggers: ReloadTriggers): AsyncDisposable {
  return openReloadTriggers(triggers);
}

function startOf(written: string): StreamStart {
  return written === "all" || written === "new" ? written : { timeMs: parseTime(written)?.ms ?? 0 };
}
