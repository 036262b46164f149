import type { Step } from "../model/rule.ts";
import { type DurationMs, formatDuration } from "../model/time.ts";
import type { RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

/** Reports names given twice, cycles of `after`, and rules without a required step. */
export function checkOrder(steps: readonly Step[], context: RuleContext): void {
  const { findings, place, rule } = context;
  const seen = new Map<string, Place>();
  for (const [at, { as }] of steps.entries()) reportTwice(as, [...place, "steps", at, "as"], seen, context);
  for (const [at, { as }] of (rule.absent ?? []).entries()) {
    reportTwice(as, [...place, "absent", at, "as"], seen, context);
  }
  if (steps.every(({ optional }) => optional)) {
    findings.atKey([...place, "steps"], {
      code: "TAP216",
      message: "every step of this rule is optional",
      hint: "make one required",
    });
  }
  // Where two steps have one name, nobody can say which of them is followed.
  const isClear = new Set(steps.map(({ as }) => as)).size === steps.length;
  const cycle = isClear ? findCycle(steps) : undefined;
  if (cycle !== undefined) {
    const at = steps.findIndex(({ as }) => as === cycle[0]);
    const round = [...cycle, cycle[0]].map((name) => `\`${name}\``).join(" after ");
    findings.atKey([...place, "steps", at, "after"], {
      code: "TAP213",
      message: `these steps follow each other in a circle: ${round}`,
    });
  }
}

function reportTwice(name: string, place: Place, seen: Map<string, Place>, { findings }: RuleContext): void {
  const first = seen.get(name);
  if (first === undefined) seen.set(name, place);
  else {
    const message = `the name \`${name}\` is already taken in this rule`;
    findings.atValue(place, { code: "TAP211", message, related: [findings.related(first, "taken here")] });
  }
}

function findCycle(steps: readonly Step[]): readonly string[] | undefined {
  const byName = new Map(steps.map((step) => [step.as, step]));
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return way.slice(way.indexOf(name));
    if (done.has(name)) return undefined;
    for (const before of byName.get(name)?.after ?? []) {
      const cycle = visit(before, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const { as } of steps) {
    const cycle = visit(as, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Warns of a bound on the rule that its gaps already imply, and of gaps that the rule's bound cuts short. */
export function checkBounds(steps: readonly Step[], withinMs: DurationMs | undefined, context: RuleContext): void {
  const { findings, place } = context;
  for (const { at, message, hint } of idleBounds(steps, withinMs)) {
    const own = at === undefined ? ["within"] : ["steps", at, "within"];
    findings.atValue([...place, ...own], { code: "TAP215", message, hint });
  }
}

/** A bound that decides nothing: the gap of one step, or the rule's own where no step is named. */
export interface IdleBound {
  readonly at?: number;
  readonly message: string;
  readonly hint?: string;
}

/** The bounds of a rule that decide nothing, or cut others short. */
export function idleBounds(steps: readonly Step[], withinMs: DurationMs | undefined): readonly IdleBound[] {
  if (withinMs === undefined || findCycle(steps) !== undefined) return [];
  const gaps = steps.flatMap(({ withinMs: gapMs }, at): IdleBound[] => {
    if (gapMs === undefined || gapMs <= withinMs) return [];
    const [gap, bound] = [formatDuration(gapMs), formatDuration(withinMs)];
    return [{ at, message: `this gap of ${gap} is longer than the rule's bound of ${bound}` }];
  });
  const span = longestSpan(steps);
  if (span === undefined || withinMs < span) return gaps;
  const message = `the gaps already keep this rule within ${formatDuration(span)}`;
  return [...gaps, { message, hint: "leave it out, or make it shorter than that" }];
}

/** The longest time from first to last event that the gaps allow; `undefined` where they don't bound it. */
function longestSpan(steps: readonly Step[]): DurationMs | undefined {
  const roots = steps.filter(({ after }) => after.length === 0);
  const counted = steps.some(({ count }) => count !== undefined && 1 < count.atLeast);
  if (roots.length !== 1 || counted || steps.length < 2) return undefined;
  const byName = new Map(steps.map((step) => [step.as, step]));
  const reach = (step: Step): DurationMs => {
    if (step.after.length === 0) return step.optional ? Number.POSITIVE_INFINITY : 0;
    const gap = step.withinMs ?? Number.POSITIVE_INFINITY;
    const ways = step.after.map((name) => {
      const before = byName.get(name);
      return before === undefined || before.optional ? Number.POSITIVE_INFINITY : reach(before) + gap;
    });
    return Math.min(...ways);
  };
  const span = Math.max(...steps.map(reach));
  return Number.isFinite(span) ? span : undefined;
}
