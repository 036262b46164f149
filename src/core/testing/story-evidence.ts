import type { Event } from "../model/event.ts";
import type { Story } from "../model/story.ts";
import { type EpochMs, parseTime } from "../model/time.ts";

/** Which events a story was told of: those that it names, and what else its trace saw in its window. */
export function belongsToStory(story: Story): (event: Event) => boolean {
  const { traceId, window } = story;
  const ids = idsOfStory(story);
  const [fromMs = 0, toMs = 0] = [window.start, window.end].map((text) => parseTime(text)?.ms);
  return (event) => ids.has(event.id) || (event.traceId === traceId && fromMs <= event.timeMs && event.timeMs <= toMs);
}

/** How long behind a story's window a log is read: collectors are late, and what is absent is decided then. */
const BEHIND_MS = 1_800_000;

/** Tells, batch by batch, whether all that a story names has come, and its window is long over. */
export function behindStory(story: Story): (events: Iterable<{ readonly id: string }>, logTimeMs: EpochMs) => boolean {
  const missing = new Set([...idsOfStory(story)].filter((id) => !isStoryId(id)));
  const untilMs = (parseTime(story.window.end)?.ms ?? 0) + BEHIND_MS;
  return (events, logTimeMs) => {
    for (const { id } of events) missing.delete(id);
    return missing.size === 0 && untilMs < logTimeMs;
  };
}

/** The ids of the events that a story names. */
function idsOfStory({ bound, timeline }: Story): Set<string> {
  return new Set([...timeline.map(({ event }) => event), ...Object.values(bound).flat()]);
}

/** Whether an event is a story that another one was told of: no log holds it. */
export function isStoryId(eventId: string): boolean {
  return eventId.startsWith("story:");
}
