import { Engine } from "../engine/engine.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Story } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { Arrival } from "./case-log.ts";

/** What the engine told of some events: the last revision of each story, retracted ones too. */
export interface Told {
  readonly stories: readonly Story[];
  /** As they stood at each of the moments asked for. */
  readonly atMoments: readonly (readonly Story[])[];
}

/** Lets the engine correlate events as they arrive, looks at the moments (ascending), and ends the input. */
export async function tell(options: {
  readonly rules: RuleSet;
  readonly limits: Partial<EngineLimits>;
  readonly arrivals: readonly Arrival[];
  readonly moments: readonly EpochMs[];
}): Promise<Told> {
  const { rules, limits, arrivals, moments } = options;
  const engine = new Engine({ rules, limits });
  const latest = new Map<string, Story>();
  const atMoments: (readonly Story[])[] = [];
  const collect = (): readonly Story[] => {
    for (const { story } of engine.take()) latest.set(story.id, story);
    return [...latest.values()];
  };
  const lookUntil = async (logTimeMs: EpochMs): Promise<void> => {
    for (let next = moments[atMoments.length]; next !== undefined && next < logTimeMs; ) {
      await engine.advance(next);
      atMoments.push(collect());
      next = moments[atMoments.length];
    }
  };
  let position = 0;
  for (const { event, logTimeMs } of arrivals) {
    await lookUntil(logTimeMs);
    position += 1;
    await engine.accept(event, { logTimeMs, position });
  }
  await lookUntil(Number.POSITIVE_INFINITY);
  await engine.end();
  return { stories: collect(), atMoments };
}
