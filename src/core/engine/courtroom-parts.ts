import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { HeardSources } from "./heard-sources.ts";
import type { JoinGroups } from "./join-groups.ts";
import type { JudgeContext } from "./judge.ts";
import type { RuleIndex } from "./rule-index.ts";
import type { StoryBook } from "./story-book.ts";
import type { Window } from "./window.ts";
import type { WindowTable } from "./window-table.ts";

/** Rules to be judged in a window. */
export interface Job {
  readonly window: Window;
  readonly rules: readonly CompiledRule[];
}

/** What the courtroom works with; all of it belongs to the engine. */
export interface CourtroomParts {
  readonly limits: EngineLimits;
  readonly counters: EngineCounters;
  readonly windows: WindowTable;
  readonly groups: JoinGroups;
  readonly book: StoryBook;
  readonly sources: HeardSources;
  index(): RuleIndex;
  now(): EpochMs;
  /** Position of the last event taken. */
  position(): number;
  /** Judge the window again at this log time. */
  plan(window: Window, at: EpochMs): void;
  /** Something may be due at this log time. */
  mind(at: EpochMs): void;
  readonly observe: WindowObserver | undefined;
}

/** Sees each window as it closes, while the engine still has all that belongs to it; for explanations. */
export type WindowObserver = (window: Window, context: JudgeContext) => void;
