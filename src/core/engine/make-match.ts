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

/** Lists that are empty in nearly every match are held once. */
const NO_MEMBERS: readonly Match[] = [];
const ALL_KNOWN: readonly string[] = [];

/** Puts a match together: what it claims, its root cause, its confidence. */
export function makeMatch({ rule, window, bound, unknownAbsences, truncated, context }: MatchParts): Match {
  const events = bound.flatMap((step) => step?.events ?? []);
  const found = membersOf(events, context);
  const members = found.length === 0 ? NO_MEMBERS : found.filter((member) => member !== undefined);
  const rootIndex = rootOf(rule, bound);
  const root = bound[rootIndex] as BoundStep;
  return {
    rule,
    window,
    bound,
    unknownAbsences: unknownAbsences.length === 0 ? ALL_KNOWN : unknownAbsences,
    truncated,
    ...confidenceOf(rule, bound, unknownAbsences),
    firstMs: events.reduce((first, { timeMs }) => Math.min(first, timeMs), Number.POSITIVE_INFINITY),
    lastMs: events.reduce((last, { lastMs }) => Math.max(last, lastMs), Number.NEGATIVE_INFINITY),
    traces: tracesOf(window, events, found),
    rootTrace: root.anchor.traceId,
    root,
    rootIndex,
    members,
    level: members.reduce((level, member) => Math.max(level, member.level + 1), 0),
    signature: signatureOf(bound),
  };
}

/** For each event the match behind it, if it is a story's; an empty list where none is, as nearly always. */
function membersOf(events: readonly Event[], context: JudgeContext): readonly (Match | undefined)[] {
  return events.some(({ source }) => source === "story") ? events.map((event) => context.memberOf(event)) : NO_MEMBERS;
}

function signatureOf(bound: readonly (BoundStep | undefined)[]): string {
  // Joined texts are flat; those made by adding would keep all their pieces.
  return bound.map((step) => step?.events.map(textOf).join(",") ?? "").join(";");
}

/** What is new in another version of an event: more occurrences, or a longer time. */
function textOf({ id, count, timeMs, lastMs }: Event): string {
  return [id, "×", count, "@", timeMs, "+", lastMs - timeMs].join("");
}

/** The traces of the events; of story events, the traces of theirs. */
function tracesOf(
  window: Window,
  events: readonly Event[],
  members: readonly (Match | undefined)[],
): readonly string[] {
  if (window.joinRule === undefined && members.length === 0) return window.ownTrace;
  return [...new Set(events.flatMap((event, at) => members[at]?.traces ?? event.traceId))];
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
