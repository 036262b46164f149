import { compileGlob } from "../core/expression/glob.ts";
import type { Event } from "../core/model/event.ts";
import type { Story } from "../core/model/story.ts";
import { parseTime } from "../core/model/time.ts";

/** Which events are wanted; what is left out wants all. */
export interface EventFilter {
  /** Globs, any of which may match. */
  readonly types?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly traces?: readonly string[] | undefined;
  /** The events that this story was told of. */
  readonly story?: Story | undefined;
}

/** A test of what a filter wants. */
export function compileFilter({ types, namespaces, traces, story }: EventFilter): (event: Event) => boolean {
  const globs = types?.map(compileGlob);
  const ofStory = story === undefined ? undefined : belongsTo(story);
  return (event) => {
    const { type, traceId, entity, related } = event;
    if (globs !== undefined && !globs.some((matches) => matches(type))) return false;
    if (traces !== undefined && !traces.includes(traceId)) return false;
    const named = [entity, ...(related ?? [])].some(({ kind, name, namespace }) => {
      return namespaces?.includes((kind === "Namespace" ? name : namespace) ?? "");
    });
    return (namespaces === undefined || named) && (ofStory === undefined || ofStory(event));
  };
}

/** What a story was told of: the events that it names, and what else its trace saw in its window. */
function belongsTo({ bound, timeline, traceId, window }: Story): (event: Event) => boolean {
  const ids = new Set([...timeline.map(({ event }) => event), ...Object.values(bound).flat()]);
  const [fromMs = 0, toMs = 0] = [window.start, window.end].map((text) => parseTime(text)?.ms);
  return (event) => ids.has(event.id) || (event.traceId === traceId && fromMs <= event.timeMs && event.timeMs <= toMs);
}
