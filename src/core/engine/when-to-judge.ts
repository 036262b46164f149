import type { EngineLimits } from "../model/limits.ts";
import type { DurationMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** Rules judged more often than this in one window are judged less often from then on. */
export const EAGER_JUDGEMENTS_MAX = 64;
/** The longest wait between two judgements of a busy window. */
const JUDGE_WAIT_MAX_MS = 60_000;

/**
 * The rules that an event of this type may have made hold in a trace's window: judged at once.
 * Rules that hold already, and all rules of a busy window, are judged again a while later.
 */
export function rulesToJudge(
  window: Window,
  entry: TypeEntry,
  limits: EngineLimits,
): { readonly rules: readonly CompiledRule[] | undefined; readonly busy: boolean } {
  let rules: CompiledRule[] | undefined;
  let busy = false;
  if (window.total < limits.minEvents) return { rules, busy };
  const all = window.total === limits.minEvents;
  for (const rule of window.ready) {
    const enough = rule.rule.minEvents ?? 1;
    if (window.total < enough) continue;
    const isNew = all || window.total === enough;
    if (!isNew && !entry.traceMasks.has(rule.index) && !entry.absenceOf.includes(rule)) continue;
    if (window.matchOf(rule) !== undefined || EAGER_JUDGEMENTS_MAX < window.judgements) {
      busy = true;
      window.putOff(rule);
    } else if (rules === undefined) rules = [rule];
    else rules.push(rule);
  }
  return { rules, busy };
}

/** How long a window's next judgement waits, log time: the longer, the more often it was judged. */
export function judgeWaitMs(window: Window, limits: EngineLimits): DurationMs {
  return Math.min(JUDGE_WAIT_MAX_MS, limits.reviseEveryMs * 2 ** Math.min(window.judgements >> 3, 16));
}
