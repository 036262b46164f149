import { compileRule } from "../core/engine/compiled-rule.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { windowsOf } from "../core/testing/explain-rule.ts";
import { judgeAgain } from "../core/testing/explain-window.ts";
import type { WindowLog } from "../core/testing/window-log.ts";
import type { Clock } from "../ports/clock.ts";

/** What it costs to judge a rule. */
export interface RuleCost {
  readonly rule: string;
  /** Windows of the sample in which the rule could hold. */
  readonly windows: number;
  /** Milliseconds for a thousand judgements. */
  readonly msPerThousand: number;
}

/** Long enough for a clock that counts milliseconds, and not felt. */
const MEASURED_MS = 5;
const JUDGEMENTS_MAX = 20_000;

/** Judges each rule in the windows of a log again and again, the costly ones first. */
export async function costsOf(rules: RuleSet, log: WindowLog, clock: Clock): Promise<RuleCost[]> {
  const costs: RuleCost[] = [];
  for (const [index, each] of rules.rules.entries()) {
    const rule = compileRule(each, index);
    const windows = windowsOf(rule, log, undefined);
    if (windows.length === 0) continue;
    const startMs = clock.now();
    let judgements = 0;
    let spentMs = 0;
    while (spentMs < MEASURED_MS && judgements < JUDGEMENTS_MAX) {
      for (const seen of windows) await judgeAgain(rule, seen);
      judgements += windows.length;
      spentMs = clock.now() - startMs;
    }
    costs.push({ rule: each.key, windows: windows.length, msPerThousand: (spentMs / judgements) * 1000 });
  }
  return costs.sort((a, b) => b.msPerThousand - a.msPerThousand);
}
