import { writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { counted } from "../core/expression/counted.ts";
import { isRecord } from "../core/expression/read-path.ts";
import { Decoder } from "../core/intake/decoder.ts";
import { changeAsGiven } from "../core/model/aside.ts";
import type { Event } from "../core/model/event.ts";
import { DEFAULT_LIMITS } from "../core/model/limits.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { Story } from "../core/model/story.ts";
import { ruleKeyOf } from "../core/testing/compare-story.ts";
import { exactDuration } from "../core/testing/event-words.ts";
import { packsOfRule } from "../core/testing/packs-of-rule.ts";
import { behindStory } from "../core/testing/story-evidence.ts";
import type { Source } from "../ports/source.ts";
import { Books } from "../service/books.ts";
import type { Settings } from "../service/config-keys.ts";
import { eventsAt, openReadOnly, packsAt } from "./compose.ts";
import { askEngine, engineUrl, READ_BACK_TIMEOUT_MS } from "./engine-url.ts";
import { compileFilter } from "./event-filter.ts";
import { ExitCode } from "./exit-code.ts";
import { CommandError } from "./failure.ts";
import { asStory, checkStoryId, startOfStory, storyInFile, storyOfEngine } from "./find-story.ts";
import { loadRules } from "./load-rules.ts";
import { openRedactor } from "./open-redactor.ts";
import { limitsOf, replay } from "./replay.ts";
import { readSettings } from "./settings-options.ts";
import type { Shell } from "./shell.ts";
import { eventsOf } from "./source-events.ts";
import { type CaseFrame, caseOfStory } from "./story-case.ts";
import { FROM_STORY_KEYS, withStream } from "./stream-options.ts";

/** Where the story is, and where the case goes. */
export interface FromStoryOptions {
  readonly url?: string;
  readonly stories?: string;
  readonly out?: string;
  readonly redact?: boolean;
}

/** A case holds no more. */
const EVENTS_MAX = 2_000;

/** Turns a story into a rule test that passes: with the events that it is bound to, or with all it saw. */
export async function writeCase(
  id: string,
  paths: readonly string[],
  options: FromStoryOptions,
  shell: Shell,
): Promise<ExitCode> {
  checkStoryId("test", id);
  if (paths.includes("-")) throw new CommandError("test: --from-story reads events twice; name a file instead of -");
  const { settings } = await readSettings(options, FROM_STORY_KEYS, shell);
  const rules = await loadRules(settings.rules, shell);
  const search: Search = { id, paths, options, settings, rules, shell };
  const { story, events } = await find(search);
  const rule = rules.rules.find(({ key }) => key === ruleKeyOf(story));
  if (rule === undefined) throw new CommandError(`test: there is no rule ${ruleKeyOf(story)} here; use --rules`);
  const packs = packsOfRule(rule, rules);
  const files = packs.map(({ file }) => file);
  const { rules: ofCase } = await packsAt(files, { today: story.window.start.slice(0, 10) }).load(shell);
  const folder = dirname(options.out ?? "a.test.yaml");
  const frame: CaseFrame = {
    packs: files.map((file) => relative(folder, file)),
    rules: ofCase,
    engine: engineOf(settings),
    redactor: options.redact === true ? openRedactor(rules.rules, shell) : undefined,
  };
  const ids = new Set(Object.values(story.bound).flat());
  let failed = "";
  for (const some of [events.filter((event) => ids.has(event.id)), events]) {
    const made =
      some.length <= EVENTS_MAX ? await caseOfStory(story, some, frame) : { failed: "it has too many events" };
    if ("text" in made) return write(made.text, some.length, options, shell);
    failed = made.failed;
  }
  throw new CommandError(`test: ${id} cannot be made a case that passes: ${failed}`);
}

interface Search {
  readonly id: string;
  readonly paths: readonly string[];
  readonly options: FromStoryOptions;
  readonly settings: Settings;
  readonly rules: RuleSet;
  readonly shell: Shell;
}

interface Found {
  readonly story: Story;
  /** All that belong to it. */
  readonly events: readonly Event[];
}

/** In recordings where they are named, else in the stream, else where the engine finds it in its own. */
function find(search: Search): Promise<Found> {
  const { paths, options, settings } = search;
  if (0 < paths.length) return inFiles(search);
  if (options.url !== undefined && settings["nats.stream"] === undefined) return inEngine(options.url, search);
  return inStream(search);
}

async function inFiles(search: Search): Promise<Found> {
  const { id, paths, settings, rules, shell } = search;
  let story = await namedStory(search);
  if (story === undefined) {
    const sources = paths.map((path) => eventsAt(path, shell.stdin));
    const { stories } = await replay({ sources, rules, limits: limitsOf(settings), shell });
    story = stories.find((each) => each.id === id);
  }
  if (story === undefined) throw new CommandError(`test: these events tell no story ${id}; \`tapio eval\` lists them`);
  await using again = new AsyncDisposableStack();
  const sources = paths.map((path) => again.use(eventsAt(path, shell.stdin)));
  return { story, events: await belonging(story, sources, shell) };
}

async function inStream(search: Search): Promise<Found> {
  const { id, settings, shell } = search;
  const named = await namedStory(search);
  await using stream = await openReadOnly(withStream("test", settings));
  const story = named ?? asStory("test", id, await stream.findStory(id));
  await using source = await stream.open({ sinceMs: startOfStory(story), end: "now" });
  return { story, events: await belonging(story, [source], shell) };
}

async function inEngine(address: string, { id, shell }: Search): Promise<Found> {
  const { signal } = shell;
  const story = await storyOfEngine("test", address, id, signal);
  const base = engineUrl("test", address);
  const path = `api/v1/stories/${id}/events`;
  const given = await askEngine("test", base, path, { signal, timeoutMs: READ_BACK_TIMEOUT_MS });
  const decoder = new Decoder();
  const payloads = isRecord(given) && Array.isArray(given["events"]) ? given["events"] : [];
  const decoded = payloads.map((payload: unknown) => decoder.decodeValue(payload));
  return { story, events: decoded.flatMap((each) => (each.outcome === "events" ? each.events : [])) };
}

/** The story where an engine or a file has it. */
async function namedStory({ id, options: { url, stories }, shell }: Search): Promise<Story | undefined> {
  if (url !== undefined) return storyOfEngine("test", url, id, shell.signal);
  return stories === undefined ? undefined : storyInFile("test", stories, id);
}

async function belonging(story: Story, sources: readonly Source[], shell: Shell): Promise<Event[]> {
  const given = changeAsGiven({ kind: "told", story }).story;
  const belongs = compileFilter({ story: given });
  const found: Event[] = [];
  const isBehind = behindStory(story);
  for await (const { events, logTimeMs } of eventsOf(sources, { books: new Books(), shell, signal: shell.signal })) {
    found.push(...events.filter(belongs));
    if (isBehind(events, logTimeMs)) break;
  }
  return found;
}

/** What a case has to say of the engine, where it was not the default one. */
function engineOf(settings: Settings): Record<string, string | number> {
  const { correlationWindow, maxWindow, minEvents } = settings;
  return {
    ...(correlationWindow === DEFAULT_LIMITS.correlationWindowMs
      ? {}
      : { correlationWindow: exactDuration(correlationWindow) }),
    ...(maxWindow === DEFAULT_LIMITS.maxWindowMs ? {} : { maxWindow: exactDuration(maxWindow) }),
    ...(minEvents === DEFAULT_LIMITS.minEvents ? {} : { minEvents }),
  };
}

async function write(text: string, events: number, { out }: FromStoryOptions, shell: Shell): Promise<ExitCode> {
  if (out === undefined) await shell.stdout.write(text);
  else
    await writeFile(out, text, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === "EEXIST" ? new CommandError(`test: ${out} is there already; name a new file`) : cause;
    });
  const where = out === undefined ? "" : `wrote ${out}: `;
  shell.stderr.say(`tapio: ${where}a case of ${counted(events, "event")}, which passes\n`);
  return ExitCode.ok;
}
