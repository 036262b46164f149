import { readPath } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import type { FieldPath } from "../model/path.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { follows, keepsJoins, orderTolerance } from "./anchor-search.ts";
import type { CompiledRule, CompiledStep } from "./compiled-rule.ts";
import { sortEvents } from "./held-events.ts";
import type { BoundStep } from "./match.ts";

/**
 * Gives each step the further events that belong to its anchor: those that pass its test, keep its
 * order, gaps and joins to the other anchors, stay within the rule's bound, and fill no step before
 * it. Answers `undefined` where a counted step does not reach its count.
 */
export function bindSteps(
  rule: CompiledRule,
  anchors: readonly (Event | undefined)[],
  candidates: readonly (readonly Event[])[],
): (BoundStep | undefined)[] | undefined {
  const taken = new Set<string>();
  const span = { firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
  for (const anchor of anchors) {
    if (anchor === undefined) continue;
    taken.add(anchor.id);
    span.firstMs = Math.min(span.firstMs, anchor.timeMs);
    span.lastMs = Math.max(span.lastMs, anchor.timeMs);
  }
  const bound: (BoundStep | undefined)[] = rule.steps.map(() => undefined);
  for (const backwards of [true, false]) {
    for (const step of rule.steps) {
      if (anchors[step.index] === undefined || (step.step.pick === "last") !== backwards) continue;
      const fits = (event: Event): boolean =>
        staysWithin(event, rule.rule.withinMs, span, backwards) && belongs(rule, step, event, anchors);
      const made = bindStep(rule, step, anchors, candidates[step.index] ?? [], taken, fits);
      if (made === undefined) return undefined;
      bound[step.index] = made;
      span.firstMs = Math.min(span.firstMs, made.events[0]?.timeMs ?? span.firstMs);
    }
  }
  return bound;
}

function staysWithin(
  event: Event,
  withinMs: DurationMs = Number.POSITIVE_INFINITY,
  { firstMs, lastMs }: { readonly firstMs: EpochMs; readonly lastMs: EpochMs },
  backwards: boolean,
): boolean {
  if (backwards) return lastMs - event.timeMs <= withinMs;
  return firstMs <= event.timeMs && event.timeMs - firstMs <= withinMs;
}

/** Whether a further event of a step keeps what the step's anchor keeps to the other anchors. */
function belongs(
  rule: CompiledRule,
  step: CompiledStep,
  event: Event,
  anchors: readonly (Event | undefined)[],
): boolean {
  const inOrder = step.after.every((before) => {
    const earlier = anchors[before];
    return earlier === undefined || follows(event, earlier, rule.rule.skewMs, step.step.withinMs);
  });
  return inOrder && keepsJoins(rule, step.index, event, anchors) && sharesTrace(rule, step, event, anchors);
}

/** A step without a join key must share a trace with one that has a key. */
export function sharesTrace(
  rule: CompiledRule,
  step: CompiledStep,
  event: Event,
  anchors: readonly (Event | undefined)[],
): boolean {
  const keyed = rule.joins[0]?.keys;
  if (keyed === undefined || Object.hasOwn(keyed, step.step.as)) return true;
  return rule.steps.some(
    ({ step: other, index }) => Object.hasOwn(keyed, other.as) && anchors[index]?.traceId === event.traceId,
  );
}

function bindStep(
  rule: CompiledRule,
  { step, index, after }: CompiledStep,
  anchors: readonly (Event | undefined)[],
  candidates: readonly Event[],
  taken: Set<string>,
  fits: (event: Event) => boolean,
): BoundStep | undefined {
  const anchor = anchors[index] as Event;
  const events = [anchor];
  const alone = step.pick === "last" && step.count === undefined;
  for (let at = alone ? candidates.length : candidates.indexOf(anchor) + 1; at < candidates.length; at++) {
    const event = candidates[at] as Event;
    if (taken.has(event.id) || !fits(event)) continue;
    taken.add(event.id);
    events.push(event);
  }
  const distinctOf = step.count?.distinct;
  const distinct = distinctIn(events, distinctOf);
  let count = 0;
  for (const event of events) count += event.count;
  if (step.count !== undefined && (distinctOf === undefined ? count : distinct) < step.count.atLeast) return undefined;
  const inferred = after.some((before) => {
    const earlier = anchors[before];
    if (earlier === undefined) return false;
    return Math.abs(anchor.timeMs - earlier.timeMs) < orderTolerance(anchor, earlier, rule.rule.skewMs);
  });
  sortEvents(events);
  return { anchor, events, count, distinct, inferred };
}

/** Distinct values of a field among the events, or distinct entities. */
function distinctIn(events: readonly Event[], field: FieldPath | undefined): number {
  if (field !== undefined) return new Set(events.flatMap((event) => readPath(event, field).map(String))).size;
  const [first] = events;
  if (events.every((event) => event.entity === first?.entity)) return 1;
  return new Set(events.map(entityKey)).size;
}

/** One text for one entity. */
export function entityKey({ entity }: Event): string {
  return `${entity.cluster ?? ""}/${entity.kind}/${entity.namespace ?? ""}/${entity.name}`;
}
