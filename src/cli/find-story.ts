import { isRecord } from "../core/expression/read-path.ts";
import type { Story } from "../core/model/story.ts";
import { askEngine, engineUrl } from "./engine-url.ts";
import { CommandError } from "./failure.ts";

const ID = /^st_[A-Za-z0-9]{1,64}$/;

/** Checks that a text could be the id of a story. */
export function checkStoryId(verb: string, id: string): void {
  if (!ID.test(id)) throw new CommandError(`${verb}: ${id} is not the id of a story; they look like st_5f0c…`);
}

/** A story as a running engine has it. Throws {@link CommandError} where it has none. */
export async function storyOfEngine(verb: string, address: string, id: string, signal: AbortSignal): Promise<Story> {
  const url = engineUrl(verb, address);
  return asStory(verb, id, await askEngine(verb, url, `api/v1/stories/${id}`, signal));
}

/** What somebody gave as a story, checked as far as it is looked at. */
export function asStory(verb: string, id: string, given: unknown): Story {
  if (isRecord(given) && given["kind"] === "Story" && given["id"] === id && isWhole(given))
    return given as unknown as Story;
  throw new CommandError(`${verb}: there is no story ${id} there`);
}

function isWhole({ bound, timeline, window, rule, traceId }: Readonly<Record<string, unknown>>): boolean {
  return (
    isRecord(bound) && Array.isArray(timeline) && isRecord(window) && isRecord(rule) && typeof traceId === "string"
  );
}
