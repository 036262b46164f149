import type { EngineCounters } from "../model/story.ts";
import type { CompiledRule } from "./compiled-rule.ts";

/** Counters that start at nothing. */
export function emptyCounters(): EngineCounters {
  return {
    events: 0,
    duplicates: 0,
    late: 0,
    windowsOpened: 0,
    windowsClosed: 0,
    windowsEvicted: 0,
    groupsRefused: 0,
    waitsDropped: 0,
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

/** Counts one more by rule key, if it happened. */
export function countRule(counts: Record<string, number>, happened: boolean, { rule }: CompiledRule): void {
  if (happened) counts[rule.key] = (counts[rule.key] ?? 0) + 1;
}
