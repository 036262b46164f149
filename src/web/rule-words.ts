import type { Severity } from "../core/model/event.ts";
import type { Category, RuleSet } from "../core/model/rule.ts";

/** As much of a rule as people need to choose one. */
export interface RuleWords {
  /** `pack/id` */
  readonly key: string;
  readonly title: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly mode: "active" | "shadow";
}

/** The rules in force, sorted by key. */
export function wordsOfRules({ rules }: RuleSet): RuleWords[] {
  return rules.map(({ key, title, category, severity, mode }) => ({ key, title, category, severity, mode }));
}
