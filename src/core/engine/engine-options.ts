import type { EngineLimits } from "../model/limits.ts";
import type { RuleSet } from "../model/rule.ts";
import type { WindowObserver } from "./courtroom-parts.ts";
import type { RuleIndex } from "./rule-index.ts";

/** What an engine is made with. */
export interface EngineOptions {
  readonly rules: RuleSet;
  /** These rules, compiled before; several engines may share it, one after the other. */
  readonly index?: RuleIndex | undefined;
  readonly limits?: Partial<EngineLimits>;
  /** Sees the windows as they close; nobody looks where it is left out. */
  readonly observe?: WindowObserver | undefined;
}
