import { compileGlob } from "../core/expression/glob.ts";
import type { Event } from "../core/model/event.ts";
import type { Story } from "../core/model/story.ts";
import { belongsToStory } from "../core/testing/story-evidence.ts";

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
  const ofStory = story === undefined ? undefined : belongsToStory(story);
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
