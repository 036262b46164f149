import { open } from "node:fs/promises";
import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import type { Story } from "../../core/model/story.ts";
import { type DurationMs, formatDuration, parseDuration } from "../../core/model/time.ts";
import { behindStory } from "../../core/testing/story-evidence.ts";
import type { Source } from "../../ports/source.ts";
import { Books } from "../../service/books.ts";
import type { SettingKey } from "../../service/config-keys.ts";
import { clock, openReadOnly, type ReadOnlyStream } from "../compose.ts";
import { compileFilter } from "../event-filter.ts";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { asStory, checkStoryId, startOfStory, storyOfEngine } from "../find-story.ts";
import { loadRules } from "../load-rules.ts";
import { openRedactor } from "../open-redactor.ts";
import { Recording } from "../recording.ts";
import { addSettings, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { eventsOf } from "../source-events.ts";
import { addRange, checkRange, type RangeOptions, readWhen, STREAM_KEYS, withStream } from "../stream-options.ts";
import { summaryOf } from "../summary.ts";

const KEYS: readonly SettingKey[] = [...STREAM_KEYS, "rules"];
const EVENTS_MAX = 10_000;
const BYTES_MAX = 64 * 2 ** 20;
/** Node's timers go no further: a longer one would end at once. */
const FOR_MS_MAX = 24 * 86_400_000;

interface TapOptions extends RangeOptions {
  readonly for?: string;
  readonly type?: string[];
  readonly namespace?: string[];
  readonly trace?: string[];
  readonly story?: string;
  readonly url?: string;
  readonly maxEvents?: string;
  readonly maxBytes?: string;
  readonly redact?: boolean;
  readonly out?: string;
}

/** Adds `tap`: records what passes through a stream, for `eval`, `backtest`, and rule tests. */
export function addTap(program: Command, run: RunVerb): void {
  const command = program
    .command("tap")
    .description("record the events of a stream as NDJSON, without disturbing anyone who reads it");
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
  addSettings(command, KEYS).action((options: TapOptions) => run((shell) => tap(options, shell)));
}

async function tap(options: TapOptions, shell: Shell): Promise<ExitCode> {
  const { settings } = await readSettings(options, KEYS, shell);
  const [eventsMax, bytesMax] = [
    readCount("--max-events", options.maxEvents, EVENTS_MAX),
    readCount("--max-bytes", options.maxBytes, BYTES_MAX),
  ];
  const forMs = readLength(options.for);
  const [sinceMs, untilMs] = [readWhen("tap", "--since", options.since), readWhen("tap", "--until", options.until)];
  if (options.story !== undefined) checkStoryId("tap", options.story);
  else checkRange("tap", sinceMs ?? clock.now(), untilMs);
  const redactor =
    options.redact === true ? openRedactor((await loadRules(settings.rules, shell)).rules, shell) : undefined;
  await using stream = await openReadOnly(withStream("tap", settings));
  const story = options.story === undefined ? undefined : await findStory(options.story, { options, stream, shell });
  await using source = await stream.open({
    sinceMs: sinceMs ?? (story === undefined ? undefined : startOfStory(story)),
    end: untilMs ?? (story === undefined ? undefined : "now"),
  });
  await using output = await openOutput(options.out, shell);
  const recording = new Recording({ eventsMax, bytesMax }, output.write, redactor);
  const wanted = compileFilter({ types: options.type, namespaces: options.namespace, traces: options.trace, story });
  const late = forMs === undefined ? new AbortController().signal : AbortSignal.timeout(forMs);
  if (!source.finite) shell.stderr.say(`tapio: recording ${source.name}; Ctrl-C ends it\n`);
  const signal = AbortSignal.any([shell.signal, late]);
  const books = await record({ source, recording, wanted, story, signal, shell });
  const forTime = late.aborted ? `--for ${formatDuration(forMs ?? 0)}` : undefined;
  const byItself = source.finite || signal.aborted ? undefined : "the stream, which was emptied or made anew";
  const because = recording.fullBy ?? forTime ?? byItself;
  const ended = because === undefined ? "" : `, ended by ${because}`;
  shell.stderr.say(summaryOf(books, undefined, "rules would not see them there"));
  shell.stderr.say(`tapio: ${counted(recording.events, "event")} recorded${ended}\n`);
  return ExitCode.ok;
}

interface Work {
  readonly source: Source;
  readonly recording: Recording;
  readonly wanted: ReturnType<typeof compileFilter>;
  readonly story: Story | undefined;
  /** Ends it in order. */
  readonly signal: AbortSignal;
  readonly shell: Shell;
}

async function record({ source, recording, wanted, story, signal, shell }: Work): Promise<Books> {
  const books = new Books();
  const isBehind = story === undefined ? undefined : behindStory(story);
  for await (const { events, logTimeMs } of eventsOf(source, { books, shell, signal })) {
    for (const event of events) if (wanted(event)) await recording.take(event);
    if (recording.fullBy !== undefined || isBehind?.(events, logTimeMs) === true) break;
  }
  await recording.end();
  return books;
}

interface Search {
  readonly options: TapOptions;
  readonly stream: ReadOnlyStream;
  readonly shell: Shell;
}

async function findStory(id: string, { options, stream, shell }: Search): Promise<Story> {
  if (options.url !== undefined) return storyOfEngine("tap", options.url, id, shell.signal);
  return asStory("tap", id, await stream.findStory(id));
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
