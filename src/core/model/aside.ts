import type { Event } from "./event.ts";
import type { StoryChange } from "./story.ts";

/** What the traces and join keys of events end in that are set aside. No collector's do. */
const MARK = "@aside";

/** The trace of an event that is set aside: it meets others that are, and nobody else. */
export function asideOf(traceId: string): string {
  return traceId + MARK;
}

/** What to append to a join key of this trace's events: those set aside join each other only. */
export function markOf(traceId: string): string {
  return traceId.endsWith(MARK) ? MARK : "";
}

/** A trace or a join key as it was given. */
export function asGiven(text: string): string {
  return text.endsWith(MARK) ? text.slice(0, -MARK.length) : text;
}

/** A change with the trace and the keys as collectors gave them. */
export function changeAsGiven(change: StoryChange): StoryChange {
  const { story } = change;
  const isAside = markOf(story.traceId) !== "" || Object.values(story.group).some((key) => markOf(key) !== "");
  if (!isAside) return change;
  const group = Object.fromEntries(Object.entries(story.group).map(([name, key]) => [name, asGiven(key)]));
  return { ...change, story: { ...story, traceId: asGiven(story.traceId), group } };
}

/** An event as collectors gave it, where it was set aside. */
export function eventAsGiven(event: Event): Event {
  if (markOf(event.traceId) === "") return event;
  const { clockSkew: _skew, ...attributes } = event.attributes ?? {};
  const had = 0 < Object.keys(attributes).length;
  return { ...event, traceId: asGiven(event.traceId), attributes: had ? attributes : undefined };
}
