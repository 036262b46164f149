import type { EngineCounters } from "../model/story.ts";

/** Counters that start at nothing. */
export function emptyCounters(): EngineCounters {
  return {
    events: 0,
    duplicates: 0,
    late: 0,
    windowsOpened: 0,
    windowsClosed: 0,
    windowsEvicted: 0,
    eventsDropped: 0,
    truncated: {},
    fanOut: {},
    templatesMissing: 0,
    templatesFailed: 0,
    storiesTold: 0,
    storiesRevised: 0,
    storiesResolved: 0,
    storiesRetracted: 0,
    storiesForgotten: 0,
  };
}
