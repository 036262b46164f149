import { breakerOf, judgeAbsences, momentMs } from "../engine/absences.ts";
import { bindSteps } from "../engine/bind.ts";
import type { CompiledAbsence, CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { gather, type JudgeContext, type RejectedTrial } from "../engine/judge.ts";
import type { BoundStep } from "../engine/match.ts";
import type { Window } from "../engine/window.ts";
import { readPath } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import { formatTime } from "../model/time.ts";
import { conditionsFailure } from "./conditions-failure.ts";
import { eventWords, exactDuration, few, fieldWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";
import { type Anchors, failure, violationsOf, withPassedOver } from "./step-violations.ts";

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
      const { confidence = 0, confidenceParts = [] } = trial.match ?? {};
      const lacking = confidenceParts.filter(({ quality }) => quality < 1);
      const parts = lacking.map(({ name, because }) => `${name} ${because}`).join(", ");
      const least = `${rule.rule.minConfidence} is the least it may tell with`;
      return { because: "confidence", detail: `its confidence is ${confidence}, and ${least}: ${parts}` };
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
    const more = (candidates[step.index] ?? []).filter((event) => got?.events.includes(event) === false);
    const others = anchors.map((anchor, at) => (at === step.index ? undefined : anchor));
    const failed = failure(step, "count", countWords(step, got));
    const first = earliestOf(least);
    return withPassedOver(
      failed,
      more.map((event) => [...violationsOf(rule, step, event, others), ...tooFar(rule, step, event, first)]),
    );
  }
  return undefined;
}

/** The first event of all that an assignment takes: the rule's bound is counted from it. */
function earliestOf(bound: Bound = []): Event | undefined {
  const all = bound.flatMap((step) => step?.events ?? []);
  return all.reduce<Event | undefined>((a, b) => (a === undefined || b.timeMs < a.timeMs ? b : a), undefined);
}

function tooFar({ rule }: CompiledRule, step: CompiledStep, event: Event, first: Event | undefined): Failure[] {
  const apartMs = first === undefined ? 0 : event.timeMs - first.timeMs;
  if (first === undefined || rule.withinMs === undefined || apartMs <= rule.withinMs) return [];
  const words = `${eventWords(event)} came ${exactDuration(apartMs)} after ${eventWords(first)}`;
  const detail = `${words}; the rule's limit is ${exactDuration(rule.withinMs)}`;
  return [{ ...failure(step, "window", detail), byMs: apartMs - rule.withinMs }];
}

/** `2 of 3 distinct entity.name of gone: "a", "b" (e2, e3, e4)`. */
function countWords({ step: { as, count } }: CompiledStep, got: BoundStep | undefined): string {
  const { atLeast, distinct: path } = count ?? { atLeast: 1, distinct: undefined };
  const { events = [], count: occurrences = 0, distinct = 0 } = got ?? {};
  const ids = few(events.map(({ id }) => id));
  if (path === undefined) return `there are ${occurrences} of ${atLeast} occurrences of ${as}: ${ids}`;
  const values = [...new Set(events.flatMap((event) => readPath(event, path)))];
  return `there are ${distinct} of ${atLeast} distinct ${path.text} of ${as}: ${fieldWords(values)} in ${ids}`;
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

function absenceFailure(scene: Scene, bound: Bound): Failure | undefined {
  const { rule, window, context } = scene;
  let undecided: Failure | undefined;
  for (const absence of rule.absences) {
    const alone = { rule: { ...rule, absences: [absence] }, window, bound, context };
    const verdict = judgeAbsences(alone, []);
    const { as } = absence.absence;
    if (verdict.kind === "broken") {
      const event = breakerOf(absence, { ...alone, rule });
      return {
        step: as,
        because: "forbidden",
        detail: `${brokenBy(event)}, and ${spanWords(absence, bound)} it must not be there`,
      };
    }
    if (verdict.kind === "absent") continue;
    undecided ??= {
      step: as,
      because: "undecided",
      detail: `nobody knows whether ${as} is absent: ${whyUnknown(absence, { scene, bound })}`,
    };
  }
  return undecided;
}

/** What an absence still waits for: that its source is heard from, or that log time goes on. */
function whyUnknown({ absence, to }: CompiledAbsence, { scene, bound }: { scene: Scene; bound: Bound }): string {
  const { window, context } = scene;
  const { requireSource } = absence;
  const toMs = momentMs(to, bound);
  const endMs = toMs ?? window.lastEventMs;
  const heardMs = requireSource === undefined ? undefined : context.heard(requireSource);
  if (heardMs !== undefined && heardMs <= endMs) {
    const last = Number.isFinite(heardMs) ? `was last heard from at ${formatTime(heardMs)}` : "was never heard from";
    return `${requireSource} ${last}, and has to be after ${formatTime(endMs)}`;
  }
  if (toMs === undefined) return "its window is still open";
  const shortMs = toMs - context.nowMs;
  const short = 0 < shortMs ? `${exactDuration(shortMs)} short of its end` : "its end, and has to pass it";
  return `log time came to ${formatTime(context.nowMs)}, ${short}`;
}

function brokenBy(event: Event | undefined): string {
  return event === undefined ? "an event" : `${eventWords(event)} came at ${event.time}`;
}

function spanWords(absence: CompiledAbsence, bound: Bound): string {
  const [from, to] = [momentMs(absence.from, bound), momentMs(absence.to, bound)];
  const end = to === undefined ? "the end of the window" : formatTime(to);
  return from === undefined ? `until ${end}` : `from ${formatTime(from)} to ${end}`;
}
