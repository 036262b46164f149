import type { Event } from "../model/event.ts";
import type { DurationMs } from "../model/time.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { joinKeys } from "./join-keys.ts";

/**
 * Enumerates the assignments of one event to each step that keep order, gaps, bounds and joins,
 * smallest first: steps in file order, each step's candidates in the order given, and an optional
 * step's `unbound` last. A depth-first search without recursion, so that it can be resumed.
 */
export class AnchorSearch {
  /** The current assignment, by step index. Valid after `next()` answered true. */
  readonly anchors: (Event | undefined)[];
  /** The search was cut by its budget. */
  truncated = false;
  readonly #rule: CompiledRule;
  readonly #candidates: readonly (readonly Event[])[];
  readonly #choice: number[];
  #started = false;
  #budget: number;

  constructor(rule: CompiledRule, candidates: readonly (readonly Event[])[], stepsMax: number) {
    this.#rule = rule;
    this.#candidates = candidates;
    this.#budget = stepsMax;
    this.#choice = rule.steps.map(() => -1);
    this.anchors = rule.steps.map(() => undefined);
  }

  /** Moves on to the next assignment; false when there is none, or the budget is used up. */
  next(): boolean {
    const last = this.#rule.steps.length - 1;
    let depth = this.#started ? last : 0;
    this.#started = true;
    while (0 <= depth) {
      if (!this.#advance(depth)) {
        if (this.truncated) return false;
        this.#choice[depth] = -1;
        this.anchors[depth] = undefined;
        depth--;
      } else if (depth === last) return true;
      else {
        depth++;
        this.#choice[depth] = -1;
        this.anchors[depth] = undefined;
      }
    }
    return false;
  }

  #advance(depth: number): boolean {
    const candidates = this.#candidates[depth] as readonly Event[];
    const optional = this.#rule.steps[depth]?.step.optional === true;
    const limit = candidates.length + (optional ? 1 : 0);
    for (let at = (this.#choice[depth] as number) + 1; at < limit; at++) {
      if (--this.#budget < 0) {
        this.truncated = true;
        return false;
      }
      const event = candidates[at];
      if (event !== undefined && !this.#fits(depth, event)) continue;
      this.#choice[depth] = at;
      this.anchors[depth] = event;
      return true;
    }
    return false;
  }

  #fits(depth: number, event: Event): boolean {
    const { steps, rule } = this.#rule;
    const own = steps[depth] as CompiledRule["steps"][number];
    for (let other = 0; other < depth; other++) {
      const anchor = this.anchors[other];
      if (anchor === undefined) continue;
      if (anchor.id === event.id) return false;
      const theirs = steps[other] as CompiledRule["steps"][number];
      if (own.after.includes(other) && !follows(event, anchor, rule.skewMs, own.step.withinMs)) return false;
      if (theirs.after.includes(depth) && !follows(anchor, event, rule.skewMs, theirs.step.withinMs)) return false;
      if (rule.withinMs !== undefined && rule.withinMs < Math.abs(event.timeMs - anchor.timeMs)) return false;
    }
    return this.#rule.joins.length < 2 || keepsJoins(this.#rule, depth, event, this.anchors.slice(0, depth));
  }
}

/**
 * Whether an event may fill a step beside these anchors by the joins beyond the first (which made
 * the group): they hold pair by pair.
 */
export function keepsJoins(
  rule: CompiledRule,
  index: number,
  event: Event,
  anchors: readonly (Event | undefined)[],
): boolean {
  return rule.joins.slice(1).every(({ keys }) => {
    const paths = keys[rule.steps[index]?.step.as ?? ""];
    if (paths === undefined) return true;
    const own = joinKeys(event, paths);
    if (own.length === 0) return false;
    return anchors.every((anchor, other) => {
      const theirs = keys[rule.steps[other]?.step.as ?? ""];
      if (anchor === undefined || theirs === undefined || other === index) return true;
      return joinKeys(anchor, theirs).some((key) => own.includes(key));
    });
  });
}

/** How far apart two events must be for their order to be certain. */
export function orderTolerance(a: Event, b: Event, skewMs: DurationMs): DurationMs {
  return Math.max(skewMs, a.precisionMs, b.precisionMs);
}

/** Whether `later` may come after `earlier`, within the gap if there is one. */
export function follows(later: Event, earlier: Event, skewMs: DurationMs, withinMs: DurationMs | undefined): boolean {
  const gapMs = later.timeMs - earlier.timeMs;
  if (gapMs < 0 && orderTolerance(later, earlier, skewMs) <= -gapMs) return false;
  return withinMs === undefined || gapMs <= withinMs;
}
