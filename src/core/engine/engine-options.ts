import type { EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { WindowObserver } from "./courtroom-parts.ts";

/** What an engine is made with. */
export interface EngineOptions {
  readonly rules: RuleSet;
  readonly limits?: Partial<EngineLimits>;
  /** Sees the windows as they close; nobody looks where it is left out. */
  readonly observe?: WindowObserver | undefined;
}
