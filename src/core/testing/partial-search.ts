import { AnchorSearch } from "../engine/anchor-search.ts";
import { sharesTrace } from "../engine/bind.ts";
import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { gather } from "../engine/judge.ts";
import type { Event } from "../model/event.ts";
import { formatTime } from "../model/time.ts";
import type { AllEvents } from "./all-events.ts";
import type { Failure } from "./explanation.ts";
import { whyMissing } from "./missing-step.ts";
import { type Anchors, failure, violationsOf, withPassedOver } from "./step-violations.ts";
import type { Scene } from "./trial-failure.ts";

/** An assignment that lacks required steps. */
export interface Partial {
  readonly anchors: Anchors;
  readonly failed: Failure;
}

/** Assignments of equal reach that are compared for which came closest. */
const COMPARED_MAX = 32;

/**
 * The assignment that binds the most required steps, the smallest in file order, and why it got no
 * further: the engine's own search over the same rule with every step optional. Of several as good,
 * the one that fails by least.
 */
export function furthestPartial(scene: Scene, events: AllEvents): Partial {
  const { rule, window, context } = scene;
  const all = gather(rule, window, context);
  const best = bestAssignments(rule, all, context.limits.searchStepsMax);
  let closest: Partial | undefined;
  for (const anchors of best) {
    const step = rule.steps.find(({ step: { optional }, index }) => !optional && anchors[index] === undefined);
    if (step === undefined) continue;
    const failed = whyUnbound(scene, { step, candidates: all[step.index] ?? [], anchors, events });
    if (closest === undefined || (failed.byMs ?? Infinity) < (closest.failed.byMs ?? Infinity))
      closest = { anchors, failed };
  }
  return (
    closest ?? {
      anchors: [],
      failed: { because: "limit", detail: "the search was cut short before it found an answer" },
    }
  );
}

function bestAssignments(rule: CompiledRule, all: readonly (readonly Event[])[], stepsMax: number): Anchors[] {
  const steps = rule.steps.map((step) => ({ ...step, step: { ...step.step, optional: true } }));
  const candidates = all.map((events, at) => (rule.steps[at]?.step.optional === true ? [] : events));
  const search = new AnchorSearch({ ...rule, steps }, candidates, stepsMax);
  let best: Anchors[] = [];
  let most = -1;
  while (search.next()) {
    const count = search.anchors.filter((anchor) => anchor !== undefined).length;
    if (count < most || (count === most && COMPARED_MAX <= best.length) || !isAtHome(rule, search.anchors)) continue;
    if (most < count) best = [];
    most = count;
    best.push([...search.anchors]);
    if (most === rule.requiredCount - 1 && COMPARED_MAX <= best.length) break;
  }
  return best;
}

function isAtHome(rule: CompiledRule, anchors: Anchors): boolean {
  return (
    !rule.hasUnkeyed ||
    rule.steps.every((step) => {
      const anchor = anchors[step.index];
      return anchor === undefined || sharesTrace(rule, step, anchor, anchors);
    })
  );
}

/** A step that found no event, and what there was for it. */
interface Open {
  readonly step: CompiledStep;
  readonly candidates: readonly Event[];
  readonly anchors: Anchors;
  readonly events: AllEvents;
}

/** Why a step found no event beside these anchors: of its candidates the one that came closest. */
export function whyUnbound(scene: Scene, open: Open): Failure {
  const { rule, window, context } = scene;
  const { step, candidates, anchors } = open;
  if (candidates.length === 0) {
    const search = { rule, window, events: open.events, limits: context.limits, anchors };
    return withDeadline(whyMissing(step, search), scene, open);
  }
  const [closest = [], ...others] = candidates.map((event) => violationsOf(rule, step, event, anchors)).sort(compare);
  const [first] = closest;
  if (first === undefined) return failure(step, "limit", "the search was cut short before it tried every event");
  return withPassedOver(first, others);
}

/** Adds until when an event may still come that its gap leaves time for. */
function withDeadline(failed: Failure, { window, context }: Scene, { step, anchors }: Open): Failure {
  if (failed.because !== "no-event" || (window.closedBy ?? "end") !== "end") return failed;
  const { withinMs } = step.step;
  const before = step.after.flatMap((index) => anchors[index] ?? []);
  if (withinMs === undefined || before.length === 0) return failed;
  const untilMs = Math.min(...before.map(({ timeMs }) => timeMs)) + withinMs;
  if (untilMs < context.nowMs) return failed;
  const detail = `${failed.detail}; it may still come until ${formatTime(untilMs)}, and log time is ${formatTime(context.nowMs)}`;
  return { ...failed, detail };
}

function compare(a: readonly Failure[], b: readonly Failure[]): number {
  const taken = (failures: readonly Failure[]): number =>
    failures.some(({ because }) => because === "no-event") ? 1 : 0;
  const missed = (failures: readonly Failure[]): number => Math.max(0, ...failures.map(({ byMs = 0 }) => byMs));
  return taken(a) - taken(b) || a.length - b.length || missed(a) - missed(b);
}
