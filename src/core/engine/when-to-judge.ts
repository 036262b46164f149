import type { EngineLimits } from "../model/limits.ts";
import type { DurationMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { News } from "./news.ts";
import type { TypeEntry } from "./rule-index.ts";
import type { Window } from "./window.ts";

/** Rules judged more often than this in one window are judged less often from then on. */
export const EAGER_JUDGEMENTS_MAX = 64;
/** The longest wait between two judgements of a busy window. */
const JUDGE_WAIT_MAX_MS = 60_000;

/** What is judged at once because of an event, and what is not. */
export interface ToJudge {
  readonly rules: readonly CompiledRule[] | undefined;
  /** Some rules are judged a while later. */
  readonly busy: boolean;
  /** How many rules of the event's type would be found as they were: no step of theirs takes it. */
  readonly same: number;
}

/**
 * The rules that news may have made hold in a trace's window: judged at once. Rules that hold already, and
 * all rules of a busy window, are judged again a while later.
 */
export function rulesToJudge(window: Window, news: News, limits: EngineLimits): ToJudge {
  const { entry, left } = news;
  let rules: CompiledRule[] | undefined;
  let [busy, same] = [false, 0];
  if (window.total < limits.minEvents) return { rules, busy, same };
  const all = window.total === limits.minEvents;
  for (const rule of window.ready) {
    const enough = rule.rule.minEvents ?? 1;
    const isNew = all || window.total === enough;
    if (window.total < enough || !(isNew || isNamed(rule, entry) || isNamed(rule, left))) continue;
    const isSame = !isNew && window.dropped === 0 && !changes(rule, window, news);
    if (window.matchOf(rule) !== undefined || EAGER_JUDGEMENTS_MAX < window.judgements) {
      busy = true;
      if (!isSame) window.putOff(rule);
    } else if (isSame) same++;
    else if (rules === undefined) rules = [rule];
    else rules.push(rule);
  }
  return { rules, busy, same };
}

function isNamed(rule: CompiledRule, entry: TypeEntry | undefined): boolean {
  return entry !== undefined && (entry.traceMasks.has(rule.index) || entry.absenceOf.includes(rule));
}

/** Whether news can make a rule be found otherwise than before: some step takes the event, or took it. */
function changes(rule: CompiledRule, window: Window, { event, entry, before, left }: News): boolean {
  if (0 < rule.absences.length || left !== undefined) return true;
  const mask = entry.traceMasks.get(rule.index) ?? 0;
  return rule.steps.some(({ step, index, matchesFields }) => {
    if ((mask & (1 << index)) === 0) return false;
    if (step.where === undefined || (before !== undefined && matchesFields(before))) return true;
    const held = window.versionOf(event);
    return held === undefined || matchesFields(held);
  });
}

/** How long a window's next judgement waits, log time: the longer, the more often it was judged. */
export function judgeWaitMs(window: Window, limits: EngineLimits): DurationMs {
  return Math.min(JUDGE_WAIT_MAX_MS, limits.reviseEveryMs * 2 ** Math.min(window.judgements >> 3, 16));
}
