import type { Event } from "../model/event.ts";
import type { EpochMs } from "../model/time.ts";
import type { CompiledAbsence, CompiledMoment, CompiledRule } from "./compiled-rule.ts";
import type { JudgeContext } from "./judge.ts";
import type { BoundStep } from "./match.ts";
import type { Window } from "./window.ts";

/** What the absences of an assignment come to, together. */
export type AbsenceVerdict =
  | { readonly kind: "absent" | "broken" | "drop" }
  | { readonly kind: "pending"; readonly atMs: EpochMs | undefined; readonly source: string | undefined };

interface Case {
  readonly rule: CompiledRule;
  readonly window: Window;
  readonly bound: readonly (BoundStep | undefined)[];
  readonly context: JudgeContext;
}

/**
 * Decides a rule's absences for one assignment. The names of those that stay unknown and are told
 * all the same are added to `unknown`. One that is broken, or dropped, decides for all.
 */
export function judgeAbsences(trial: Case, unknown: string[]): AbsenceVerdict {
  let pending: AbsenceVerdict | undefined;
  for (const absence of trial.rule.absences) {
    const verdict = judgeAbsence(absence, trial);
    if (verdict === undefined) continue;
    if (verdict === "unknown") unknown.push(absence.absence.as);
    else if (verdict.kind === "pending") pending = later(pending, verdict);
    else return verdict;
  }
  return pending ?? { kind: "absent" };
}

function judgeAbsence(absence: CompiledAbsence, trial: Case): AbsenceVerdict | "unknown" | undefined {
  const { window, bound, context } = trial;
  const fromMs = momentMs(absence.from, bound);
  const toMs = momentMs(absence.to, bound);
  // An end that hangs on a step which is not there: nothing to be absent between.
  if (absence.from !== undefined && fromMs === undefined) return undefined;
  if (absence.to !== undefined && toMs === undefined) return undefined;
  if (breakerOf(absence, trial) !== undefined) return { kind: "broken" };
  const decided = toMs === undefined ? window.closedBy !== undefined : toMs < context.nowMs;
  if (!decided && window.closedBy !== "end") {
    return { kind: "pending", atMs: toMs === undefined ? undefined : toMs + 1, source: undefined };
  }
  const { requireSource, onUnknown } = absence.absence;
  const heard = requireSource === undefined || (toMs ?? window.lastEventMs) < context.heard(requireSource);
  if (decided && heard) return undefined;
  if (onUnknown === "tell") return "unknown";
  return onUnknown === "drop" ? { kind: "drop" } : { kind: "pending", atMs: undefined, source: requireSource };
}

/** The event that breaks an absence whose span has both its ends. */
export function breakerOf(absence: CompiledAbsence, trial: Case): Event | undefined {
  const fromMs = momentMs(absence.from, trial.bound) ?? 0;
  const toMs = momentMs(absence.to, trial.bound) ?? Number.POSITIVE_INFINITY;
  const taken = new Set(trial.bound.flatMap((step) => step?.events.map(({ id }) => id) ?? []));
  return scopeOf(absence, trial).find(
    (event) =>
      absence.matchesType(event.type) &&
      fromMs <= event.timeMs &&
      event.timeMs <= toMs &&
      !taken.has(event.id) &&
      absence.matchesFields(event),
  );
}

/** The events that could break an absence: of the trace, of the join group, of the bound traces. */
function scopeOf({ absence, bitIndex, to }: CompiledAbsence, { rule, window, bound, context }: Case): readonly Event[] {
  const keyed = rule.joins[0]?.keys;
  if (keyed === undefined) {
    // A span that goes on after its window closed is broken by what came then.
    const later = window.closedBy === undefined || to === undefined ? [] : context.traceEvents(window.key, window);
    return later.length === 0 ? window.events : [...window.events, ...later];
  }
  if (Object.hasOwn(keyed, absence.as)) return window.events.filter(({ id }) => window.fills(id, bitIndex));
  const traces = new Set(
    rule.steps.flatMap(({ step, index }) =>
      Object.hasOwn(keyed, step.as) ? (bound[index]?.events.map(({ traceId }) => traceId) ?? []) : [],
    ),
  );
  return [...traces].flatMap((trace) => context.traceEvents(trace, window));
}

function later(a: AbsenceVerdict | undefined, b: AbsenceVerdict): AbsenceVerdict {
  if (a?.kind !== "pending" || b.kind !== "pending") return b;
  const atMs = a.atMs === undefined ? b.atMs : b.atMs === undefined ? a.atMs : Math.max(a.atMs, b.atMs);
  return { kind: "pending", atMs, source: a.source ?? b.source };
}

/** When a moment is, in event time; `undefined` where it is the end of the window, or hangs on a step that is not bound. */
export function momentMs(moment: CompiledMoment, bound: readonly (BoundStep | undefined)[]): EpochMs | undefined {
  if (moment === undefined) return undefined;
  const step = bound[moment.stepIndex];
  return step === undefined ? undefined : step.anchor.timeMs + moment.offsetMs;
}
