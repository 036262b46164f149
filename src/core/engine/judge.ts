import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EpochMs } from "../model/time.ts";
import { judgeAbsences } from "./absences.ts";
import { AnchorSearch } from "./anchor-search.ts";
import { bindSteps, sharesTrace } from "./bind.ts";
import type { CompiledRule, CompiledStep } from "./compiled-rule.ts";
import { factsOf } from "./facts.ts";
import { sortEvents } from "./held-events.ts";
import { makeMatch } from "./make-match.ts";
import type { BoundStep, Match } from "./match.ts";
import type { Window } from "./window.ts";

/** A question that only json-rules-engine can answer; the answer is sent back into the judgement. */
export interface ConditionsQuestion {
  readonly rule: CompiledRule;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A computation that may have to ask; nearly none does. */
export type Judging<T> = Generator<ConditionsQuestion, T, boolean>;

/** What a judgement may know beyond the window. */
export interface JudgeContext {
  readonly limits: EngineLimits;
  readonly nowMs: EpochMs;
  /** Latest event time heard from a source. */
  heard(source: string): EpochMs;
  /** Events of a trace while a window was open: of the trace's own windows. */
  traceEvents(traceId: string, window: Window): readonly Event[];
  /** The match behind a story event. */
  memberOf(event: Event): Match | undefined;
  /** Hears of every assignment that keeps order, gaps and bounds, and fails for something else; for explanations. */
  readonly rejected?: (trial: RejectedTrial) => void;
}

/** An assignment that did not hold, and what it failed at. */
export interface RejectedTrial {
  readonly stage: "home" | "count" | "absence" | "conditions" | "confidence";
  readonly anchors: readonly (Event | undefined)[];
  /** There from the absences on. */
  readonly bound?: readonly (BoundStep | undefined)[];
  /** There where only the confidence was too low. */
  readonly match?: Match;
}

/** The result of judging one rule in one window. */
export type Finding =
  | { readonly kind: "holds"; readonly match: Match }
  /** Holds but for absences that are not decided yet; look again at `atMs`, or when `source` speaks. */
  | { readonly kind: "pending"; readonly atMs: EpochMs | undefined; readonly source: string | undefined }
  | { readonly kind: "fails"; readonly truncated: boolean };

const FAILS: Finding = { kind: "fails", truncated: false };

/** Looks for the smallest valid assignment of a rule in a window. */
export function* judge(rule: CompiledRule, window: Window, context: JudgeContext): Judging<Finding> {
  const all = gatherAll(rule, window, context);
  if (all === undefined) return FAILS;
  let truncated = false;
  const candidates = all.map((events) => {
    if (events.length <= context.limits.candidatesMax) return events;
    truncated = true;
    const half = context.limits.candidatesMax >> 1;
    return [...events.slice(0, half), ...events.slice(-half)];
  });
  const search = new AnchorSearch(rule, candidates, context.limits.searchStepsMax);
  while (search.next()) {
    const { anchors } = search;
    if (rule.hasUnkeyed && !rule.steps.every((step) => isHome(rule, step, anchors))) {
      context.rejected?.({ stage: "home", anchors: [...anchors] });
      continue;
    }
    const bound = bindSteps(rule, anchors, all);
    if (bound === undefined) {
      context.rejected?.({ stage: "count", anchors: [...anchors] });
      continue;
    }
    const unknown: string[] = [];
    const verdict = judgeAbsences({ rule, window, bound, context }, unknown);
    if (verdict.kind === "broken" || verdict.kind === "drop") {
      context.rejected?.({ stage: "absence", anchors: [...anchors], bound });
      continue;
    }
    if (rule.conditions !== undefined && !(yield { rule, facts: factsOf(rule, bound) })) {
      context.rejected?.({ stage: "conditions", anchors: [...anchors], bound });
      continue;
    }
    const match = makeMatch({ rule, window, bound, unknownAbsences: unknown, truncated, context });
    if (match.confidence < rule.rule.minConfidence) {
      context.rejected?.({ stage: "confidence", anchors: [...anchors], bound, match });
      continue;
    }
    // Only an assignment that would hold otherwise is worth waiting for.
    if (verdict.kind === "pending") {
      context.rejected?.({ stage: "absence", anchors: [...anchors], bound });
      return verdict;
    }
    return { kind: "holds", match };
  }
  return { kind: "fails", truncated: truncated || search.truncated };
}

/** The events that each step may take, in the order of choice. */
export function gather(rule: CompiledRule, window: Window, context: JudgeContext): Event[][] {
  const keyed = rule.joins[0]?.keys;
  if (keyed === undefined) return rule.steps.map((step) => candidatesIn(window, step));
  const ordered = sortEvents([...window.events]);
  return rule.steps.map((step) => {
    if (Object.hasOwn(keyed, step.step.as)) {
      return inOrder(
        step,
        ordered.filter((event) => window.fills(event.id, step.index)),
      );
    }
    const traces = [...new Set(ordered.map(({ traceId }) => traceId))];
    const events = traces.flatMap((trace) =>
      context.traceEvents(trace, window).filter((event) => step.matchesType(event.type) && step.matchesFields(event)),
    );
    return inOrder(step, sortEvents(events));
  });
}

/** The same; `undefined` where a step that must be bound finds nothing, before events are opened for the others. */
function gatherAll(rule: CompiledRule, window: Window, context: JudgeContext): Event[][] | undefined {
  if (0 < rule.joins.length) return gather(rule, window, context);
  const found: Event[][] = [];
  for (const step of rule.tested) {
    const events = candidatesIn(window, step);
    if (events.length === 0) return undefined;
    found[step.index] = events;
  }
  return rule.steps.map((step) => found[step.index] ?? candidatesIn(window, step));
}

/** The events of a trace's window that a step may take. */
function candidatesIn(window: Window, step: CompiledStep): Event[] {
  return inOrder(step, sortEvents(window.passing(step)));
}

function inOrder({ step }: CompiledStep, events: Event[]): Event[] {
  return step.pick === "last" ? events.reverse() : events;
}

function isHome(rule: CompiledRule, step: CompiledStep, anchors: readonly (Event | undefined)[]): boolean {
  const anchor = anchors[step.index];
  return anchor === undefined || sharesTrace(rule, step, anchor, anchors);
}
