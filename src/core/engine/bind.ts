import { readPath } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import { follows, orderTolerance } from "./anchor-search.ts";
import type { CompiledRule, CompiledStep } from "./compiled-rule.ts";
import type { BoundStep } from "./match.ts";
import { byTimeThenId } from "./window.ts";

/**
 * Gives each step the further events that belong to its anchor: those that pass its test, keep its
 * order and gaps to the other anchors, stay within the rule's bound, and fill no step before it.
 * Answers `undefined` where a counted step does not reach its count.
 */
export function bindSteps(
  rule: CompiledRule,
  anchors: readonly (Event | undefined)[],
  candidates: readonly (readonly Event[])[],
): (BoundStep | undefined)[] | undefined {
  const taken = new Set<Event>();
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const anchor of anchors) {
    if (anchor === undefined) continue;
    taken.add(anchor);
    firstMs = Math.min(firstMs, anchor.timeMs);
    lastMs = Math.max(lastMs, anchor.timeMs);
  }
  const withinMs = rule.rule.withinMs ?? Number.POSITIVE_INFINITY;
  const bound: (BoundStep | undefined)[] = rule.steps.map(() => undefined);
  for (const backwards of [true, false]) {
    for (const step of rule.steps) {
      const anchor = anchors[step.index];
      if (anchor === undefined || (step.step.pick === "last") !== backwards) continue;
      const fits = (event: Event): boolean =>
        firstMs <= Math.max(event.timeMs, backwards ? firstMs : 0) &&
        (backwards ? lastMs - event.timeMs <= withinMs : event.timeMs - firstMs <= withinMs) &&
        step.after.every((before) => {
          const earlier = anchors[before];
          return earlier === undefined || follows(event, earlier, rule.rule.skewMs, step.step.withinMs);
        });
      const made = bindStep(rule, step, anchors, candidates[step.index] ?? [], taken, fits);
      if (made === undefined) return undefined;
      bound[step.index] = made;
      firstMs = Math.min(firstMs, made.events[0]?.timeMs ?? firstMs);
    }
  }
  return bound;
}

function bindStep(
  rule: CompiledRule,
  { step, index, after }: CompiledStep,
  anchors: readonly (Event | undefined)[],
  candidates: readonly Event[],
  taken: Set<Event>,
  fits: (event: Event) => boolean,
): BoundStep | undefined {
  const anchor = anchors[index] as Event;
  const events = [anchor];
  const alone = step.pick === "last" && step.count === undefined;
  for (let at = alone ? candidates.length : candidates.indexOf(anchor) + 1; at < candidates.length; at++) {
    const event = candidates[at] as Event;
    if (taken.has(event) || !fits(event)) continue;
    taken.add(event);
    events.push(event);
  }
  const distinctOf = step.count?.distinct;
  const distinct = new Set(
    distinctOf === undefined
      ? events.map(entityKey)
      : events.flatMap((event) => readPath(event, distinctOf).map(String)),
  ).size;
  let count = 0;
  for (const event of events) count += event.count;
  if (step.count !== undefined && (distinctOf === undefined ? count : distinct) < step.count.atLeast) return undefined;
  const inferred = after.some((before) => {
    const earlier = anchors[before];
    if (earlier === undefined) return false;
    return Math.abs(anchor.timeMs - earlier.timeMs) < orderTolerance(anchor, earlier, rule.rule.skewMs);
  });
  return { anchor, events: events.sort(byTimeThenId), count, distinct, inferred };
}

/** One text for one entity. */
export function entityKey({ entity }: Event): string {
  return `${entity.cluster ?? ""}/${entity.kind}/${entity.namespace ?? ""}/${entity.name}`;
}
