import type { Event } from "../../src/core/model/event.ts";
import type { FieldPath } from "../../src/core/model/path.ts";
import type { Rule, Step } from "../../src/core/model/rule.ts";
import { passes, valuesAt } from "./read.ts";
import { type Bound, byTimeThenId, type View } from "./words.ts";

// contract.md §3.2 to §3.5; docs/language.md "Order and gaps", "Which events a step takes", "Joins".

/** One event for each step, in file order; `undefined` for an optional step without one. */
export type Anchors = readonly (Event | undefined)[];

/** The events that pass a step's test, in its order of choice. */
export function candidatesOf(rule: Rule, step: Step, view: View): Event[] {
  const found = scopeOf(rule, step.as, view).filter((event) => passes(step, event));
  found.sort(byTimeThenId);
  return step.pick === "last" ? found.reverse() : found;
}

/** Where a step or an absence is looked for: in the window, or without a key in the traces of those with one. */
function scopeOf(rule: Rule, as: string, view: View): readonly Event[] {
  const [join] = rule.joins;
  if (join === undefined) return view.span.events;
  const keys = join.keys[as];
  if (keys !== undefined) return view.span.events.filter((event) => keysOf(event, keys).includes(view.group));
  return [...new Set(view.span.events.map(({ traceId }) => traceId))].flatMap((trace) => view.traceEvents(trace));
}

/** The key tuples of an event, one for each combination of its values, joined by `/`. */
export function keysOf(event: Event, paths: readonly FieldPath[]): string[] {
  const [first, ...rest] = paths.map((path) => [...new Set(valuesAt(event, path).map(String))]);
  return rest.reduce((keys, more) => keys.flatMap((key) => more.map((value) => `${key}/${value}`)), first ?? []);
}

/** The first and the last halves of more candidates than are allowed. */
export function capped(candidates: readonly Event[], max: number): readonly Event[] {
  return candidates.length <= max ? candidates : [...candidates.slice(0, max >> 1), ...candidates.slice(-(max >> 1))];
}

/** All assignments, smallest first: steps in file order, candidates in order of choice, no anchor last. */
export function* assignments(
  rule: Rule,
  lists: readonly (readonly Event[])[],
  chosen: Anchors = [],
): Generator<Anchors> {
  const step = rule.steps[chosen.length];
  if (step === undefined) {
    yield chosen;
    return;
  }
  for (const event of lists[chosen.length] ?? []) yield* assignments(rule, lists, [...chosen, event]);
  if (step.optional) yield* assignments(rule, lists, [...chosen, undefined]);
}

/** Whether the anchors keep order, gaps, bounds and joins, and each event fills one step. */
export function anchorsHold(rule: Rule, anchors: Anchors): boolean {
  const there = anchors.filter((event) => event !== undefined);
  if (new Set(there.map(({ id }) => id)).size < there.length || spanMs(there) > (rule.withinMs ?? Infinity))
    return false;
  return rule.steps.every((step, at) => {
    const event = anchors[at];
    return event === undefined || (keepsOrder(rule, step, event, anchors) && keepsJoins(rule, step, event, anchors));
  });
}

function spanMs(events: readonly Event[]): number {
  const times = events.map(({ timeMs }) => timeMs);
  return Math.max(...times) - Math.min(...times);
}

/** `after` and its gap, to the anchors of the steps that it names. */
function keepsOrder(rule: Rule, step: Step, event: Event, anchors: Anchors): boolean {
  return step.after.every((name) => {
    const before = anchors[rule.steps.findIndex(({ as }) => as === name)];
    if (before === undefined) return true;
    const gapMs = event.timeMs - before.timeMs;
    return (0 <= gapMs || -gapMs < toleranceMs(rule, event, before)) && gapMs <= (step.withinMs ?? Infinity);
  });
}

function toleranceMs(rule: Rule, a: Event, b: Event): number {
  return Math.max(rule.skewMs, a.precisionMs, b.precisionMs);
}

/** Joins beyond the first hold pair by pair; without a key a step shares a trace with one that has a key. */
function keepsJoins(rule: Rule, step: Step, event: Event, anchors: Anchors): boolean {
  const [first, ...others] = rule.joins;
  if (first === undefined) return true;
  const keyedAnchors = anchors.filter((_, at) => first.keys[rule.steps[at]?.as ?? ""] !== undefined);
  if (first.keys[step.as] === undefined && !keyedAnchors.some((keyed) => keyed?.traceId === event.traceId))
    return false;
  return others.every(({ keys }) => {
    const own = keys[step.as];
    if (own === undefined) return true;
    const mine = keysOf(event, own);
    return rule.steps.every(({ as }, at) => {
      const [other, theirs] = [anchors[at], keys[as]];
      if (as === step.as || other === undefined || theirs === undefined) return 0 < mine.length;
      return keysOf(other, theirs).some((key) => mine.includes(key));
    });
  });
}

/** Lets each step take further events along; `undefined` where a count is not reached. */
export function bind(rule: Rule, anchors: Anchors, view: View): Bound[] | undefined {
  const taken = anchors.filter((event) => event !== undefined);
  const byStep = new Map<Step, Event[]>();
  const lastFirst = [...rule.steps].sort((a, b) => Number(b.pick === "last") - Number(a.pick === "last"));
  for (const step of lastFirst) {
    const anchor = anchors[rule.steps.indexOf(step)];
    if (anchor === undefined) continue;
    const events = [anchor];
    const candidates = candidatesOf(rule, step, view);
    const further = candidates.slice(candidates.indexOf(anchor) + 1);
    for (const event of step.pick === "last" && step.count === undefined ? [] : further) {
      if (taken.some(({ id }) => id === event.id) || spanMs([...taken, event]) > (rule.withinMs ?? Infinity)) continue;
      if (!keepsOrder(rule, step, event, anchors) || !keepsJoins(rule, step, event, anchors)) continue;
      taken.push(event);
      events.push(event);
    }
    byStep.set(step, events.sort(byTimeThenId));
  }
  const bound = rule.steps.flatMap((step, at) => {
    const [anchor, events] = [anchors[at], byStep.get(step)];
    return anchor === undefined || events === undefined ? [] : [boundStep(rule, step, anchor, events, anchors)];
  });
  return bound.every(reachesCount) ? bound : undefined;
}

function boundStep(rule: Rule, step: Step, anchor: Event, events: readonly Event[], anchors: Anchors): Bound {
  const field = step.count?.distinct;
  const entity = ({ entity: { cluster, kind, namespace, name } }: Event): string =>
    JSON.stringify([cluster, kind, namespace, name]);
  const values =
    field === undefined ? events.map(entity) : events.flatMap((event) => valuesAt(event, field).map(String));
  return {
    step,
    anchor,
    events,
    count: events.reduce((sum, { count }) => sum + count, 0),
    distinct: new Set(values).size,
    inferred: step.after.some((name) => {
      const before = anchors[rule.steps.findIndex(({ as }) => as === name)];
      return before !== undefined && Math.abs(anchor.timeMs - before.timeMs) < toleranceMs(rule, anchor, before);
    }),
  };
}

function reachesCount({ step: { count: wanted }, count, distinct }: Bound): boolean {
  return wanted === undefined || wanted.atLeast <= (wanted.distinct === undefined ? count : distinct);
}
