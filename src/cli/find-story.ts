import { readFile } from "node:fs/promises";
import { isRecord } from "../core/expression/read-path.ts";
import type { Story } from "../core/model/story.ts";
import { type EpochMs, parseTime } from "../core/model/time.ts";
import { askEngine, engineUrl } from "./engine-url.ts";
import { CommandError } from "./failure.ts";

/** How long before a story's window a log is read: owners are told of before. */
const LEAD_MS = 1_800_000;

const ID = /^st_[A-Za-z0-9]{1,64}$/;

/** Whether a text could be the id of a story. */
export function looksLikeStoryId(text: string): boolean {
  return ID.test(text);
}

/** Checks that a text could be the id of a story. */
export function checkStoryId(verb: string, id: string): void {
  if (!looksLikeStoryId(id)) throw new CommandError(`${verb}: ${id} is not the id of a story; they look like st_5f0c…`);
}

/** A story as a running engine has it. Throws {@link CommandError} where it has none. */
export async function storyOfEngine(verb: string, address: string, id: string, signal: AbortSignal): Promise<Story> {
  const url = engineUrl(verb, address);
  return asStory(verb, id, await askEngine(verb, url, `api/v1/stories/${id}`, { signal }));
}

/** The last revision of a story in a file of stories, one a line or a list. Throws {@link CommandError}. */
export async function storyInFile(verb: string, file: string, id: string): Promise<Story> {
  const text = await readFile(file, "utf8");
  const documents = text.trimStart().startsWith("[") ? [text] : text.split("\n").filter((line) => line.includes(id));
  const stories = documents.flatMap((document) => parsed(verb, file, document));
  return asStory(
    verb,
    id,
    stories.findLast((story) => isRecord(story) && story["id"] === id),
  );
}

function parsed(verb: string, file: string, text: string): unknown[] {
  try {
    return [JSON.parse(text)].flat();
  } catch (cause) {
    throw new CommandError(`${verb}: ${file} is no file of stories: ${(cause as Error).message}`);
  }
}

/** What somebody gave as a story. Throws {@link CommandError} where it is not that story. */
export function asStory(verb: string, id: string, given: unknown): Story {
  const story = storyOf(id, given);
  if (story === undefined) throw new CommandError(`${verb}: there is no story ${id} there`);
  return story;
}

/** The same, checked as far as it is looked at; `undefined` where it is another thing. */
export function storyOf(id: string, given: unknown): Story | undefined {
  const isStory = isRecord(given) && given["kind"] === "Story" && given["id"] === id && isWhole(given);
  return isStory ? (given as unknown as Story) : undefined;
}

/** From when on a log is to be read for the events of a story. */
export function startOfStory({ window }: Story): EpochMs {
  return (parseTime(window.start)?.ms ?? 0) - LEAD_MS;
}

function isWhole({ bound, timeline, window, rule, traceId }: Readonly<Record<string, unknown>>): boolean {
  return (
    isRecord(bound) && Array.isArray(timeline) && isRecord(window) && isRecord(rule) && typeof traceId === "string"
  );
}
