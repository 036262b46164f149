import { open } from "node:fs/promises";
import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import type { Story } from "../../core/model/story.ts";
import { type DurationMs, formatDuration, parseDuration } from "../../core/model/time.ts";
import { behindStory } from "../../core/testing/story-evidence.ts";
import type { Source } from "../../ports/source.ts";
import { Books } from "../../service/books.ts";
import type { SettingKey } from "../../service/config-keys.ts";
import { compileFilter } from "../event-filter.ts";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { apart } from "../inputs.ts";
import { loadRules } from "../load-rules.ts";
import { openRedactor } from "../open-redactor.ts";
import { Recording } from "../recording.ts";
import { addSettings, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { eventsOf } from "../source-events.ts";
import { addRange, STREAM_KEYS } from "../stream-options.ts";
import { summaryOf } from "../summary.ts";
import { filesToTap, type LogOptions, streamToTap } from "../tapped-log.ts";

const KEYS: readonly SettingKey[] = [...STREAM_KEYS, "rules"];
const EVENTS_MAX = 10_000;
const BYTES_MAX = 64 * 2 ** 20;
/** Node's timers go no further: a longer one would end at once. */
const FOR_MS_MAX = 24 * 86_400_000;

interface TapOptions extends LogOptions {
  readonly type?: string[];
  readonly namespace?: string[];
  readonly trace?: string[];
  readonly rules?: string[];
  readonly maxEvents?: string;
  readonly maxBytes?: string;
  readonly redact?: boolean;
  readonly out?: string;
}

/** Adds `tap`: records what passes through a stream, or is in files, for `eval`, `backtest`, and rule tests. */
export function addTap(program: Command, run: RunVerb): void {
  const command = program
    .command("tap")
    .description("record the events of a stream, without disturbing anyone who reads it, or of files, as NDJSON")
    .argument("[file...]", "recorded events, as for eval; - is standard input; what a stream brings if left out");
  addRange(command, "goes on until Ctrl-C")
    .option("--for <duration>", "end after so long")
    .option("--type <glob...>", "only events of these types, such as k8s.pod.*")
    .option("--namespace <name...>", "only events about something in these namespaces")
    .option("--trace <id...>", "only events of these traces")
    .option("--story <id>", "only the events of this story; looked up at --url, or in the stream of stories")
    .option("--url <url>", "with --story: address of the engine that told it")
    .option("--max-events <count>", `end after so many events (default: ${EVENTS_MAX})`)
    .option("--max-bytes <count>", `end after so many bytes (default: ${BYTES_MAX})`)
    .option(
      "--redact",
      "replace names, addresses and free words; the rules tell the same stories (key: env TAPIO_REDACT_KEY)",
    )
    .option("--out <file>", "write to this new file instead of standard output");
  addSettings(command, KEYS).action((files: string[], options: TapOptions) =>
    run((shell) => tap(files, options, shell)),
  );
}

async function tap(files: readonly string[], options: TapOptions, shell: Shell): Promise<ExitCode> {
  const { paths, rules: named } = apart(files, options.rules);
  const { settings } = await readSettings(named === undefined ? options : { ...options, rules: named }, KEYS, shell);
  const [eventsMax, bytesMax] = [
    readCount("--max-events", options.maxEvents, EVENTS_MAX),
    readCount("--max-bytes", options.maxBytes, BYTES_MAX),
  ];
  const forMs = readLength(options.for);
  const openLog = 0 < paths.length ? filesToTap(paths, options, shell) : streamToTap(settings, options, shell);
  const redactor =
    options.redact === true ? openRedactor((await loadRules(settings.rules, shell)).rules, shell) : undefined;
  await using opened = new AsyncDisposableStack();
  const { sources, story } = await openLog(opened);
  await using output = await openOutput(options.out, shell);
  const recording = new Recording({ eventsMax, bytesMax }, output.write, redactor);
  const wanted = compileFilter({ types: options.type, namespaces: options.namespace, traces: options.trace, story });
  const late = forMs === undefined ? new AbortController().signal : AbortSignal.timeout(forMs);
  const endless = sources.find(({ finite }) => !finite);
  if (endless !== undefined) shell.stderr.say(`tapio: recording ${endless.name}; Ctrl-C ends it\n`);
  const signal = AbortSignal.any([shell.signal, late]);
  const books = await record({ sources, recording, wanted, story, signal, shell });
  const forTime = late.aborted ? `--for ${formatDuration(forMs ?? 0)}` : undefined;
  const byItself = endless === undefined || signal.aborted ? undefined : "the stream, which was emptied or made anew";
  const because = recording.fullBy ?? forTime ?? byItself;
  const ended = because === undefined ? "" : `, ended by ${because}`;
  shell.stderr.say(summaryOf(books, undefined, "rules would not see them there"));
  shell.stderr.say(`tapio: ${counted(recording.events, "event")} recorded${ended}\n`);
  return ExitCode.ok;
}

interface Work {
  readonly sources: readonly Source[];
  readonly recording: Recording;
  readonly wanted: ReturnType<typeof compileFilter>;
  readonly story: Story | undefined;
  /** Ends it in order. */
  readonly signal: AbortSignal;
  readonly shell: Shell;
}

async function record({ sources, recording, wanted, story, signal, shell }: Work): Promise<Books> {
  const books = new Books();
  const isBehind = story === undefined ? undefined : behindStory(story);
  for await (const { events, logTimeMs } of eventsOf(sources, { books, shell, signal })) {
    for (const event of events) if (wanted(event)) await recording.take(event);
    if (recording.fullBy !== undefined || isBehind?.(events, logTimeMs) === true) break;
  }
  await recording.end();
  return books;
}

interface RecordingOutput extends AsyncDisposable {
  readonly write: (line: string) => Promise<void>;
}

async function openOutput(path: string | undefined, { stdout }: Shell): Promise<RecordingOutput> {
  if (path === undefined) return { write: (line) => stdout.write(line), async [Symbol.asyncDispose]() {} };
  const file = await open(path, "wx").catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EEXIST" ? new CommandError(`tap: ${path} is there already; name a new file`) : cause;
  });
  return { write: (line) => file.appendFile(line), [Symbol.asyncDispose]: () => file.close() };
}

function readCount(flag: string, written: string | undefined, fallback: number): number {
  if (written === undefined) return fallback;
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written);
  throw new CommandError(`tap: ${flag} must be a whole number from 1, and not ${written}`);
}

function readLength(written: string | undefined): DurationMs | undefined {
  if (written === undefined) return undefined;
  const ms = parseDuration(written);
  if (ms !== undefined && 0 < ms && ms <= FOR_MS_MAX) return ms;
  const longest = formatDuration(FOR_MS_MAX);
  throw new CommandError(`tap: --for must be a duration such as 5m, of ${longest} at most, and not ${written}`);
}
