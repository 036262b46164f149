import type { WindowObserver } from "../engine/courtroom-parts.ts";
import { Engine } from "../engine/engine.ts";
import { RuleIndex } from "../engine/rule-index.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Story } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { Arrival } from "./case-log.ts";
import { compileToRemember } from "./remember.ts";

/** What the engine told of some events: the last revision of each story, retracted ones too. */
export interface Told {
  readonly stories: readonly Story[];
  /** As they stood at each of the moments asked for. */
  readonly atMoments: readonly (readonly Story[])[];
}

/** Rules are run again and again: what is compiled of them is kept for as long as they are. */
const INDEXES = new WeakMap<RuleSet, RuleIndex>();

function indexOf(rules: RuleSet): RuleIndex {
  const index = INDEXES.get(rules) ?? new RuleIndex(rules, compileToRemember);
  INDEXES.set(rules, index);
  return index;
}

/** Lets the engine correlate events as they arrive, looks at the moments (ascending), and ends the input. */
export async function tell(options: {
  readonly rules: RuleSet;
  readonly limits: Partial<EngineLimits>;
  readonly arrivals: readonly Arrival[];
  readonly moments: readonly EpochMs[];
  /** Sees the windows, for explanations. */
  readonly observe?: WindowObserver | undefined;
}): Promise<Told> {
  const { rules, limits, arrivals, moments, observe } = options;
  const engine = new Engine({ rules, index: indexOf(rules), limits, observe });
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

/** What the engine had told by a moment, its open windows seen by `observe`; the input goes on after it. */
export async function tellUntil(
  momentMs: EpochMs,
  options: {
    readonly rules: RuleSet;
    readonly limits: Partial<EngineLimits>;
    readonly arrivals: readonly Arrival[];
    readonly observe: WindowObserver;
  },
): Promise<readonly Story[]> {
  const { rules, limits, arrivals, observe } = options;
  const engine = new Engine({ rules, limits, observe });
  for (const [at, { event, logTimeMs }] of arrivals.entries()) {
    if (logTimeMs <= momentMs) await engine.accept(event, { logTimeMs, position: at + 1 });
  }
  await engine.advance(momentMs);
  engine.showOpen(observe);
  return [...new Map(engine.take().map(({ story }) => [story.id, story])).values()];
}
