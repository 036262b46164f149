import type { Event } from "../model/event.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EpochMs } from "../model/time.ts";
import { AnchorSearch } from "./anchor-search.ts";
import { bindSteps } from "./bind.ts";
import type { CompiledMoment, CompiledRule } from "./compiled-rule.ts";
import { confidenceOf } from "./confidence.ts";
import { factsOf } from "./facts.ts";
import type { BoundStep, Match } from "./match.ts";
import { byTimeThenId, type Window } from "./window.ts";

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
  /** Events of a trace's open window. */
  traceEvents(traceId: string): readonly Event[];
  /** The match behind a story event. */
  memberOf(event: Event): Match | undefined;
  /** The bits of a join rule's keyed steps that an event of a group may fill. */
  stepMask(window: Window, event: Event): number;
}

/** The result of judging one rule in one window. */
export type Finding =
  | { readonly kind: "holds"; readonly match: Match }
  /** Holds but for absences that are not decided yet; look again at `atMs`, or when `source` speaks. */
  | { readonly kind: "pending"; readonly atMs: EpochMs | undefined; readonly source: string | undefined }
  | { readonly kind: "fails"; readonly truncated: boolean };

type AbsenceVerdict =
  | { readonly kind: "absent" | "broken" | "unknown" | "drop" }
  | { readonly kind: "pending"; readonly atMs: EpochMs | undefined; readonly source: string | undefined };

/** Looks for the smallest valid assignment of a rule in a window. */
export function* judge(rule: CompiledRule, window: Window, context: JudgeContext): Judging<Finding> {
  const all = gather(rule, window, context);
  let truncated = false;
  const candidates = all.map((events) => {
    if (events.length <= context.limits.candidatesMax) return events;
    truncated = true;
    const half = context.limits.candidatesMax >> 1;
    return [...events.slice(0, half), ...events.slice(-half)];
  });
  const search = new AnchorSearch(rule, candidates, context.limits.searchStepsMax);
  while (search.next()) {
    if (rule.hasUnkeyed && !unkeyedShareTraces(rule, search.anchors)) continue;
    const bound = bindSteps(rule, search.anchors, all);
    if (bound === undefined) continue;
    const unknown: string[] = [];
    const verdict = judgeAbsences(rule, window, bound, context, unknown);
    if (verdict.kind === "pending") return verdict;
    if (verdict.kind === "broken" || verdict.kind === "drop") continue;
    if (rule.conditions !== undefined && !(yield { rule, facts: factsOf(rule, bound) })) continue;
    const match = toMatch(rule, window, bound, unknown, truncated, context);
    if (match.confidence < rule.rule.minConfidence) continue;
    return { kind: "holds", match };
  }
  return { kind: "fails", truncated: truncated || search.truncated };
}

/** The events that each step may take, in the order of choice. */
function gather(rule: CompiledRule, window: Window, context: JudgeContext): Event[][] {
  const keyed = rule.joins[0]?.keys;
  const ordered = [...window.events].sort(byTimeThenId);
  return rule.steps.map((step) => {
    let events: Event[];
    if (keyed === undefined) events = ordered.filter((event) => step.matchesType(event.type) && step.matchesFields(event));
    else if (Object.hasOwn(keyed, step.step.as)) {
      events = ordered.filter((event) => (context.stepMask(window, event) & (1 << step.index)) !== 0);
    } else {
      const traces = [...new Set(ordered.map(({ traceId }) => traceId))];
      events = traces.flatMap((trace) => context.traceEvents(trace).filter((event) => step.matchesType(event.type) && step.matchesFields(event)));
      events.sort(byTimeThenId);
    }
    return step.step.pick === "last" ? events.reverse() : events;
  });
}

/** A step without a join key must share a trace with one that has a key. */
function unkeyedShareTraces(rule: CompiledRule, anchors: readonly (Event | undefined)[]): boolean {
  const keyed = rule.joins[0]?.keys;
  if (keyed === undefined) return true;
  const traces = new Set(rule.steps.filter(({ step }) => Object.hasOwn(keyed, step.as)).map(({ index }) => anchors[index]?.traceId));
  return rule.steps.every(({ step, index }) => {
    const anchor = anchors[index];
    return anchor === undefined || Object.hasOwn(keyed, step.as) || traces.has(anchor.traceId);
  });
}

function judgeAbsences(
  rule: CompiledRule,
  window: Window,
  bound: readonly (BoundStep | undefined)[],
  context: JudgeContext,
  unknown: string[],
): AbsenceVerdict {
  let pending: AbsenceVerdict | undefined;
  for (const absence of rule.absences) {
    const fromMs = momentMs(absence.from, bound);
    const toMs = momentMs(absence.to, bound);
    // An end that hangs on a step which is not there: nothing to be absent between.
    if ((absence.from !== undefined && fromMs === undefined) || (absence.to !== undefined && toMs === undefined)) continue;
    const taken = new Set(bound.flatMap((step) => step?.events ?? []));
    const breaks = (event: Event): boolean =>
      absence.matchesType(event.type) &&
      (fromMs ?? 0) <= event.timeMs &&
      event.timeMs <= (toMs ?? Number.POSITIVE_INFINITY) &&
      !taken.has(event) &&
      absence.matchesFields(event);
    if (absenceScope(rule, absence.absence.as, window, bound, context).some(breaks)) return { kind: "broken" };
    const endMs = toMs ?? window.lastEventMs;
    const decided = toMs === undefined ? window.closedBy !== undefined : toMs < context.nowMs;
    const { requireSource, onUnknown } = absence.absence;
    if (!decided && window.closedBy !== "end") {
      pending = sooner(pending, { kind: "pending", atMs: toMs === undefined ? undefined : toMs + 1, source: undefined });
    } else if (!decided || (requireSource !== undefined && context.heard(requireSource) <= endMs)) {
      if (onUnknown === "drop") return { kind: "drop" };
      if (onUnknown === "tell") unknown.push(absence.absence.as);
      else pending = sooner(pending, { kind: "pending", atMs: undefined, source: requireSource });
    }
  }
  return pending ?? { kind: unknown.length === 0 ? "absent" : "unknown" };
}

function sooner(a: AbsenceVerdict | undefined, b: AbsenceVerdict): AbsenceVerdict {
  if (a?.kind !== "pending" || b.kind !== "pending") return b;
  const atMs = a.atMs === undefined ? b.atMs : b.atMs === undefined ? a.atMs : Math.max(a.atMs, b.atMs);
  return { kind: "pending", atMs, source: a.source ?? b.source };
}

/** The events that could break an absence: of the trace, of the join group, of the bound traces. */
function absenceScope(
  rule: CompiledRule,
  name: string,
  window: Window,
  bound: readonly (BoundStep | undefined)[],
  context: JudgeContext,
): readonly Event[] {
  const keyed = rule.joins[0]?.keys;
  if (keyed !== undefined && Object.hasOwn(keyed, name)) return window.events;
  if (keyed === undefined) {
    // A closed window's trace may have gone on in its next one.
    const later = window.closedBy === undefined ? [] : context.traceEvents(window.key);
    return later.length === 0 ? window.events : [...window.events, ...later];
  }
  const traces = new Set(bound.flatMap((step) => step?.events.map(({ traceId }) => traceId) ?? []));
  return [...traces].flatMap((trace) => context.traceEvents(trace));
}

function momentMs(moment: CompiledMoment, bound: readonly (BoundStep | undefined)[]): EpochMs | undefined {
  if (moment === undefined) return undefined;
  const step = bound[moment.stepIndex];
  return step === undefined ? undefined : step.anchor.timeMs + moment.offsetMs;
}

function toMatch(
  rule: CompiledRule,
  window: Window,
  bound: readonly (BoundStep | undefined)[],
  unknownAbsences: readonly string[],
  truncated: boolean,
  context: JudgeContext,
): Match {
  const events = bound.flatMap((step) => step?.events ?? []);
  const traces = new Set<string>();
  let level = 0;
  for (const event of events) {
    const member = context.memberOf(event);
    if (member === undefined) traces.add(event.traceId);
    else {
      for (const trace of member.traces) traces.add(trace);
      level = Math.max(level, member.level + 1);
    }
  }
  const rootIndex = rootOf(rule, bound);
  const root = bound[rootIndex] as BoundStep;
  const confidenceParts = confidenceOf(rule, bound, unknownAbsences);
  const weights = confidenceParts.reduce((sum, { weight }) => sum + weight, 0);
  const sum = confidenceParts.reduce((total, { weight, quality }) => total + weight * quality, 0);
  return {
    rule,
    window,
    bound,
    unknownAbsences,
    truncated,
    confidence: Math.round((sum / weights) * 10_000) / 10_000,
    confidenceParts,
    firstMs: Math.min(...events.map(({ timeMs }) => timeMs)),
    lastMs: Math.max(...events.map(({ lastMs }) => lastMs)),
    traces,
    rootTrace: root.anchor.traceId,
    root,
    rootIndex,
    level,
    signature: bound.map((step) => step?.events.map(({ id, count, lastMs }) => `${id}×${count}@${lastMs}`).join(",") ?? "").join(";"),
  };
}

/** The root cause: the first required cause that is bound, else an optional one, else what came first. */
function rootOf(rule: CompiledRule, bound: readonly (BoundStep | undefined)[]): number {
  const causes = rule.steps.filter(({ step, index }) => step.role === "cause" && bound[index] !== undefined);
  const cause = causes.find(({ step }) => !step.optional) ?? causes[0];
  if (cause !== undefined) return cause.index;
  const there = rule.steps.filter(({ index }) => bound[index] !== undefined);
  there.sort((a, b) => byTimeThenId((bound[a.index] as BoundStep).anchor, (bound[b.index] as BoundStep).anchor));
  return there[0]?.index ?? 0;
}
