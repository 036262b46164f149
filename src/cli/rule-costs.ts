import { type CompiledRule, compileRule } from "../core/engine/compiled-rule.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { windowsOf } from "../core/testing/explain-rule.ts";
import { judgeAgain } from "../core/testing/explain-window.ts";
import type { SeenWindow, WindowLog } from "../core/testing/window-log.ts";
import { cpuMs } from "./compose.ts";

/** What it costs to judge a rule. */
export interface RuleCost {
  readonly rule: string;
  /** Windows of the sample in which the rule could hold. */
  readonly windows: number;
  /** Events in these windows of a type that the rule names: each has the rule judged again. */
  readonly events: number;
  /** Milliseconds for a thousand judgements. */
  readonly msPerThousand: number;
  /** Milliseconds for all the judgements that these events bring about. */
  readonly ms: number;
  /** Of what all rules cost together, from 0 to 1. */
  readonly share: number;
}

/** Long enough to tell, and not felt. */
const MEASURED_MS = 5;
const JUDGEMENTS_MAX = 100_000;
/** Judgements between two looks at the clock. */
const LOOK_EVERY = 16;

/** Judges each rule in the windows of a log again and again, the costly ones first. */
export async function costsOf(rules: RuleSet, log: WindowLog, measuredMs: number = MEASURED_MS): Promise<RuleCost[]> {
  const costs: Omit<RuleCost, "share">[] = [];
  for (const [index, each] of rules.rules.entries()) {
    const rule = compileRule(each, index);
    const windows = windowsOf(rule, log, undefined);
    if (windows.length === 0) continue;
    const events = windows.reduce((sum, seen) => sum + eventsFor(rule, seen), 0);
    const msEach = await judgementMs(rule, windows, measuredMs);
    costs.push({
      rule: each.key,
      windows: windows.length,
      events,
      msPerThousand: msEach * 1000,
      ms: msEach * events,
    });
  }
  const allMs = costs.reduce((sum, { ms }) => sum + ms, 0);
  return costs
    .map((cost) => ({ ...cost, share: allMs === 0 ? 0 : cost.ms / allMs }))
    .sort((a, b) => b.msPerThousand - a.msPerThousand);
}

/** Milliseconds for one judgement, over all windows in turn, once the code is warm. */
async function judgementMs(rule: CompiledRule, windows: readonly SeenWindow[], measuredMs: number): Promise<number> {
  await judgeFor(rule, windows, measuredMs);
  return judgeFor(rule, windows, measuredMs);
}

async function judgeFor(rule: CompiledRule, windows: readonly SeenWindow[], measuredMs: number): Promise<number> {
  const startMs = cpuMs();
  let judgements = 0;
  for (;;) {
    for (const seen of windows) {
      await judgeAgain(rule, seen);
      judgements++;
      if (judgements % LOOK_EVERY !== 0) continue;
      const spentMs = cpuMs() - startMs;
      if (measuredMs <= spentMs || JUDGEMENTS_MAX <= judgements) return spentMs / judgements;
    }
  }
}

function eventsFor({ steps, absences }: CompiledRule, { window }: SeenWindow): number {
  const tests = [...steps, ...absences];
  return window.events.filter(({ type }) => tests.some((test) => test.matchesType(type))).length;
}
