import type { CompiledRule } from "../engine/compiled-rule.ts";
import { type Finding, type Judging, judge, type RejectedTrial } from "../engine/judge.ts";
import type { Match } from "../engine/match.ts";
import type { AllEvents } from "./all-events.ts";
import type { Failure } from "./explanation.ts";
import { furthestPartial } from "./partial-search.ts";
import type { Anchors } from "./step-violations.ts";
import { failureOfTrial, type Scene } from "./trial-failure.ts";
import type { SeenWindow } from "./window-log.ts";

/** How far a rule came in one window. */
export interface Attempt {
  readonly seen: SeenWindow;
  readonly anchors: Anchors;
  /** There where the rule holds. */
  readonly match?: Match;
  /** There where it does not, or where the window as a whole is not looked at. */
  readonly failed?: Failure;
  /** The larger, the further it came. */
  readonly reach: number;
}

const STAGES = ["home", "count", "absence", "conditions", "confidence"] as const;
/** Assignments that fail at one stage and are kept to tell of. */
const TRIALS_KEPT = 8;

/** Judges a rule in a window as the engine does, and says what it failed at. */
export async function attempt(rule: CompiledRule, seen: SeenWindow, events: AllEvents): Promise<Attempt> {
  const { window } = seen;
  const trials: RejectedTrial[] = [];
  const context = seen.context((trial) => keep(trials, trial));
  const scene: Scene = { rule, window, context };
  const finding = await conclude(judge(rule, window, context));
  const unseen = whyNotLookedAt(scene);
  if (finding.kind === "holds") {
    const { match } = finding;
    const anchors = match.bound.map((step) => step?.anchor);
    return {
      seen,
      anchors,
      match,
      reach: reachOf(rule, STAGES.length),
      ...(unseen === undefined ? {} : { failed: unseen }),
    };
  }
  for (const trial of trials.toReversed()) {
    // What it waits for changes nothing in a window that is not looked at.
    const unawaited = finding.kind === "pending" ? unseen : undefined;
    const failed = unawaited ?? (await failureOfTrial(scene, trial));
    if (failed === undefined) continue;
    return { seen, anchors: trial.anchors, failed, reach: reachOf(rule, STAGES.indexOf(trial.stage)) };
  }
  const { anchors, failed } = furthestPartial(scene, events);
  if (finding.kind === "fails" && finding.truncated && failed.because !== "no-event") {
    const { candidatesMax, searchStepsMax } = context.limits;
    const bounds = `${candidatesMax} events a step and ${searchStepsMax} tries are the most`;
    const detail = `the search was cut short, for too many events fit its steps: ${bounds}`;
    return { seen, anchors, failed: { because: "limit", detail }, reach: reachOf(rule, 0) };
  }
  return { seen, anchors, failed, reach: anchors.filter((anchor) => anchor !== undefined).length * 10 };
}

/** All required steps are bound: further than any assignment that lacks one. */
function reachOf({ requiredCount }: CompiledRule, stage: number): number {
  return requiredCount * 10 + stage;
}

/** Keeps the trials of the furthest stage, the first of them last. */
function keep(trials: RejectedTrial[], trial: RejectedTrial): void {
  const rank = (each: RejectedTrial | undefined): number => (each === undefined ? -1 : STAGES.indexOf(each.stage));
  if (rank(trial) < rank(trials[0])) return;
  if (rank(trials[0]) < rank(trial)) trials.length = 0;
  if (trials.length < TRIALS_KEPT) trials.unshift(trial);
}

/** Why the engine does not look into a window in which the rule would hold. */
function whyNotLookedAt({ rule, window, context }: Scene): Failure | undefined {
  const { limits } = context;
  const minEvents = Math.max(window.joinRule === undefined ? limits.minEvents : 1, rule.rule.minEvents ?? 1);
  if (window.total < minEvents) {
    const detail = `the window has ${window.total} of the ${minEvents} events that it needs to be looked at`;
    return { because: "minEvents", detail };
  }
  const [join] = rule.joins;
  const traces = new Set(window.events.map(({ traceId }) => traceId)).size;
  if (window.joinRule === undefined || join === undefined || traces <= join.maxFanOut) return undefined;
  const detail = `${join.as} ${window.group[join.as]} joins ${traces} traces, and ${join.maxFanOut} are the most it may join`;
  return { because: "limit", join: join.as, detail };
}

/** Judges a rule in a window, and tells nobody. */
export async function judgeAgain(rule: CompiledRule, { window, context }: SeenWindow): Promise<Finding> {
  return conclude(judge(rule, window, context()));
}

async function conclude(judging: Judging<Finding>): Promise<Finding> {
  let step = judging.next();
  while (step.done !== true) {
    const { rule, facts } = step.value;
    step = judging.next(rule.conditions === undefined || (await rule.conditions(facts)));
  }
  return step.value;
}
