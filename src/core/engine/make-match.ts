import type { Event } from "../model/event.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { confidenceOf } from "./confidence.ts";
import { byTimeThenId } from "./held-events.ts";
import type { JudgeContext } from "./judge.ts";
import type { BoundStep, Match } from "./match.ts";
import type { Window } from "./window.ts";

/** What a match is made of. */
export interface MatchParts {
  readonly rule: CompiledRule;
  readonly window: Window;
  readonly bound: readonly (BoundStep | undefined)[];
  readonly unknownAbsences: readonly string[];
  readonly truncated: boolean;
  readonly context: JudgeContext;
}

/** Puts a match together: what it claims, its root cause, its confidence. */
export function makeMatch({ rule, window, bound, unknownAbsences, truncated, context }: MatchParts): Match {
  const events = bound.flatMap((step) => step?.events ?? []);
  const found = events.map((event) => context.memberOf(event));
  const members = found.filter((member) => member !== undefined);
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
    traces: tracesOf(window, events, found),
    rootTrace: root.anchor.traceId,
    root,
    rootIndex,
    members,
    level: Math.max(0, ...members.map((member) => member.level + 1)),
    signature: bound
      .map((step) => step?.events.map(({ id, count, lastMs }) => `${id}×${count}@${lastMs}`).join(",") ?? "")
      .join(";"),
  };
}

/** The traces of the events; of story events, the traces of theirs. */
function tracesOf(
  window: Window,
  events: readonly Event[],
  members: readonly (Match | undefined)[],
): ReadonlySet<string> {
  if (window.joinRule === undefined && members.every((member) => member === undefined)) return window.ownTrace;
  return new Set(events.flatMap((event, at) => [...(members[at]?.traces ?? [event.traceId])]));
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
