import { type CompiledRule, type CompiledTest, compileRule } from "../core/engine/compiled-rule.ts";
import { rememberedTest } from "../core/expression/remembered-test.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { judgeAgain } from "../core/testing/explain-window.ts";
import type { SeenWindow, WindowLog } from "../core/testing/window-log.ts";
import { monotonicMs } from "./compose.ts";

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
const MEASURED_MS = 2;
/** Windows that a rule is judged in, spread over all that could hold it. */
const WINDOWS_MAX = 128;
/** The fewest judgements of a pass: it is long against the looks at the clock. */
const PASS_MIN = 32;
/** The fewest passes: of three, the one in the middle is neither the first, which is cold, nor a disturbed one. */
const PASSES_MIN = 3;

/** Types whose answer is kept while one rule is looked at. */
const KEPT = { textsMax: 20_000, charsMax: 1_024 };

/** A window, and how many events of each type it holds. */
interface TalliedWindow {
  readonly seen: SeenWindow;
  readonly types: readonly (readonly [type: string, count: number])[];
}

/** Judges each rule in the windows of a log again and again, the costly ones first. */
export async function costsOf(rules: RuleSet, log: WindowLog, measuredMs: number = MEASURED_MS): Promise<RuleCost[]> {
  const costs: Omit<RuleCost, "share">[] = [];
  const traces = log.traces.map(tally);
  for (const [index, each] of rules.rules.entries()) {
    const rule = compileRule(each, index);
    const windows = rule.joins.length === 0 ? couldHold(rule, traces) : log.groupsOf(each.key).map(tally);
    if (windows.length === 0) continue;
    const events = eventsFor(rule, windows);
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

function tally(seen: SeenWindow): TalliedWindow {
  const types = new Map<string, number>();
  for (const { type } of seen.window.heads) types.set(type, (types.get(type) ?? 0) + 1);
  return { seen, types: [...types] };
}

/** The windows of traces with an event of a type that the rule requires. */
function couldHold({ steps }: CompiledRule, traces: readonly TalliedWindow[]): readonly TalliedWindow[] {
  const isRequired = testOfTypes(steps.filter(({ step }) => !step.optional));
  return traces.filter(({ types }) => types.some(([type]) => isRequired(type)));
}

/** How many events of these windows are of a type that the rule names. */
function eventsFor({ steps, absences }: CompiledRule, windows: readonly TalliedWindow[]): number {
  const isNamed = testOfTypes([...steps, ...absences]);
  let events = 0;
  for (const { types } of windows) for (const [type, count] of types) if (isNamed(type)) events += count;
  return events;
}

/** Whether some test takes a type: found out once for each type, and not for every window. */
function testOfTypes(tests: readonly CompiledTest[]): (type: string) => boolean {
  return rememberedTest((type) => tests.some((test) => test.matchesType(type)), KEPT);
}

/**
 * Milliseconds for one judgement, over all windows in turn: the median of some passes, so that those in
 * which the code was cold, memory was collected or something else had the processor don't count.
 */
async function judgementMs(rule: CompiledRule, windows: readonly TalliedWindow[], measuredMs: number): Promise<number> {
  const sample = spread(windows, WINDOWS_MAX);
  const judgements = Math.max(PASS_MIN, sample.length);
  const passes: number[] = [];
  const startMs = monotonicMs();
  for (let nowMs = startMs; passes.length < PASSES_MIN || nowMs - startMs < measuredMs; ) {
    const beforeMs = nowMs;
    for (let at = 0; at < judgements; at++) {
      const { seen } = sample[at % sample.length] as TalliedWindow;
      await judgeAgain(rule, seen);
    }
    nowMs = monotonicMs();
    passes.push((nowMs - beforeMs) / judgements);
  }
  passes.sort((a, b) => a - b);
  return passes[passes.length >> 1] ?? 0;
}

/** At most so many of a list, at even distances. */
function spread<T>(list: readonly T[], max: number): readonly T[] {
  const step = Math.max(1, list.length / max);
  return Array.from({ length: Math.min(list.length, max) }, (_, at) => list[Math.floor(at * step)] as T);
}
