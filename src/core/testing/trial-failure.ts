import { breakerOf, judgeAbsences, momentMs } from "../engine/absences.ts";
import { bindSteps } from "../engine/bind.ts";
import type { CompiledAbsence, CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { factsOf } from "../engine/facts.ts";
import { gather, type JudgeContext, type RejectedTrial } from "../engine/judge.ts";
import type { BoundStep } from "../engine/match.ts";
import type { Window } from "../engine/window.ts";
import { compileConditions } from "../expression/conditions.ts";
import { isRecord } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import { formatTime } from "../model/time.ts";
import { eventWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";
import { type Anchors, failure, violationsOf } from "./step-violations.ts";

/** A rule in a window, and what the engine knew. */
export interface Scene {
  readonly rule: CompiledRule;
  readonly window: Window;
  readonly context: JudgeContext;
}

/** What an assignment failed at that keeps order, gaps and bounds. */
export async function failureOfTrial(scene: Scene, trial: RejectedTrial): Promise<Failure | undefined> {
  const { rule } = scene;
  const { bound = [], anchors } = trial;
  switch (trial.stage) {
    case "home":
      return awayFailure(rule, anchors);
    case "count":
      return countFailure(scene, anchors);
    case "absence":
      return absenceFailure(scene, bound);
    case "conditions":
      return conditionsFailure(rule, bound);
    case "confidence": {
      const [got, wanted] = [trial.match?.confidence ?? 0, rule.rule.minConfidence];
      return { because: "confidence", detail: `its confidence is ${got}, and ${wanted} is the least it may tell with` };
    }
  }
}

function awayFailure(rule: CompiledRule, anchors: Anchors): Failure | undefined {
  for (const step of rule.steps) {
    const event = anchors[step.index];
    if (event === undefined) continue;
    const away = violationsOf(rule, step, event, anchors).find(({ because }) => because === "join");
    if (away !== undefined) return away;
  }
  return undefined;
}

function countFailure({ rule, window, context }: Scene, anchors: Anchors): Failure | undefined {
  const candidates = gather(rule, window, context);
  const uncounted = withCounts(rule, () => false);
  const bound = bindSteps(uncounted, anchors, candidates);
  for (const step of rule.steps) {
    const { count } = step.step;
    if (
      count === undefined ||
      bindSteps(
        withCounts(rule, (other) => other === step),
        anchors,
        candidates,
      )
    )
      continue;
    // Its own count keeps `distinct` meaning what it says, and asks for one only.
    const least = bindSteps(withLeast(rule, step), anchors, candidates) ?? bound;
    const got = least?.[step.index];
    const what = count.distinct === undefined ? "occurrence(s)" : `distinct value(s) of ${count.distinct.text}`;
    const number = count.distinct === undefined ? got?.count : got?.distinct;
    return failure(
      step,
      "count",
      `there are ${number ?? 0} ${what} of ${step.step.as}, and ${count.atLeast} are needed`,
    );
  }
  return undefined;
}

function withCounts(rule: CompiledRule, keeps: (step: CompiledStep) => boolean): CompiledRule {
  const steps = rule.steps.map((step) => (keeps(step) ? step : { ...step, step: { ...step.step, count: undefined } }));
  return { ...rule, steps };
}

function withLeast(rule: CompiledRule, own: CompiledStep): CompiledRule {
  const { count } = own.step;
  const least = count === undefined ? undefined : { ...count, atLeast: 1 };
  const steps = rule.steps.map((step) => ({
    ...step,
    step: { ...step.step, count: step === own ? least : undefined },
  }));
  return { ...rule, steps };
}

type Bound = readonly (BoundStep | undefined)[];

function absenceFailure({ rule, window, context }: Scene, bound: Bound): Failure | undefined {
  let undecided: Failure | undefined;
  for (const absence of rule.absences) {
    const alone = { rule: { ...rule, absences: [absence] }, window, bound, context };
    const verdict = judgeAbsences(alone, []);
    const { as, requireSource } = absence.absence;
    if (verdict.kind === "broken") {
      const event = breakerOf(absence, { ...alone, rule });
      return {
        step: as,
        because: "forbidden",
        detail: `${brokenBy(event)}, and ${spanWords(absence, bound)} it must not be there`,
      };
    }
    if (verdict.kind === "absent") continue;
    const unheard = verdict.kind !== "pending" || verdict.source !== undefined;
    const until = unheard
      ? `${requireSource ?? "its source"} was not heard from after its end`
      : "log time has not passed its end";
    undecided ??= { step: as, because: "undecided", detail: `nobody knows whether ${as} is absent: ${until}` };
  }
  return undecided;
}

function brokenBy(event: Event | undefined): string {
  return event === undefined ? "an event" : `${eventWords(event)} came at ${event.time}`;
}

function spanWords(absence: CompiledAbsence, bound: Bound): string {
  const [from, to] = [momentMs(absence.from, bound), momentMs(absence.to, bound)];
  const end = to === undefined ? "the end of the window" : formatTime(to);
  return from === undefined ? `until ${end}` : `from ${formatTime(from)} to ${end}`;
}

async function conditionsFailure(rule: CompiledRule, bound: Bound): Promise<Failure> {
  const facts = factsOf(rule, bound);
  for (const part of conditionParts(rule.rule.conditions ?? {})) {
    if (await compileConditions({ all: [part] })(facts)) continue;
    const { fact } = part;
    const step = typeof fact === "string" && rule.steps.some(({ step: { as } }) => as === fact) ? { step: fact } : {};
    return { ...step, because: "conditions", detail: `this condition does not hold: ${JSON.stringify(part)}` };
  }
  return { because: "conditions", detail: "its conditions do not hold" };
}

type Tree = Readonly<Record<string, unknown>>;

/** The conditions that must all hold, one by one. */
function conditionParts(tree: Tree): readonly Tree[] {
  const { all } = tree;
  return Array.isArray(all) ? all.filter(isRecord).flatMap(conditionParts) : [tree];
}
