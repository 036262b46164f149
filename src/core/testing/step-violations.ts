import { follows, keepsJoins } from "../engine/anchor-search.ts";
import { sharesTrace } from "../engine/bind.ts";
import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import type { Event } from "../model/event.ts";
import { eventWords, exactDuration } from "./event-words.ts";
import type { Failure } from "./explanation.ts";

/** The events chosen so far, by step index. */
export type Anchors = readonly (Event | undefined)[];

/** Everything that keeps an event, which passes a step's test, from filling it beside these anchors. */
export function violationsOf(rule: CompiledRule, step: CompiledStep, event: Event, anchors: Anchors): Failure[] {
  const found: Failure[] = [];
  for (const other of rule.steps) {
    const anchor = anchors[other.index];
    if (anchor === undefined || other.index === step.index) continue;
    if (anchor.id === event.id) {
      found.push(failure(step, "no-event", `${eventWords(event)} already fills the step ${other.step.as}`));
      continue;
    }
    found.push(...timeViolations(rule, { step, event }, { step: other, event: anchor }));
  }
  const join = firstBrokenJoin(rule, step, event, anchors);
  if (join !== undefined) {
    const detail = `${eventWords(event)} does not agree with the other steps in the join ${join}`;
    found.push({ ...failure(step, "join", detail), join });
  }
  if (!sharesTrace(rule, step, event, anchors) && anchors.some((anchor) => anchor !== undefined)) {
    found.push(failure(step, "join", `${eventWords(event)} is in trace ${event.traceId}, and no other step is`));
  }
  return found;
}

interface Filled {
  readonly step: CompiledStep;
  readonly event: Event;
}

function timeViolations({ rule }: CompiledRule, own: Filled, other: Filled): Failure[] {
  const found: Failure[] = [];
  const apartMs = Math.abs(own.event.timeMs - other.event.timeMs);
  const pairs: readonly (readonly [Filled, Filled])[] = [
    [own, other],
    [other, own],
  ];
  for (const [later, earlier] of pairs) {
    if (!later.step.after.includes(earlier.step.index)) continue;
    const { withinMs } = later.step.step;
    const [a, b] = [eventWords(later.event), eventWords(earlier.event)];
    if (!follows(later.event, earlier.event, rule.skewMs, undefined)) {
      const detail = `${a} came ${exactDuration(apartMs)} before ${b}, and must come after it`;
      found.push({ ...failure(own.step, "order", detail), byMs: apartMs });
    } else if (withinMs !== undefined && !follows(later.event, earlier.event, rule.skewMs, withinMs)) {
      const detail = `${a} came ${exactDuration(apartMs)} after ${b}; the limit is ${exactDuration(withinMs)}`;
      found.push({ ...failure(own.step, "gap", detail), byMs: apartMs - withinMs });
    }
  }
  if (rule.withinMs !== undefined && rule.withinMs < apartMs) {
    const between = `${eventWords(own.event)} and ${eventWords(other.event)} are ${exactDuration(apartMs)} apart`;
    const detail = `${between}; the rule's limit is ${exactDuration(rule.withinMs)}`;
    found.push({ ...failure(own.step, "window", detail), byMs: apartMs - rule.withinMs });
  }
  return found;
}

/** Of the joins beyond the first, which made the group, the first that the event does not keep. */
function firstBrokenJoin(rule: CompiledRule, step: CompiledStep, event: Event, anchors: Anchors): string | undefined {
  const [first, ...more] = rule.joins;
  if (first === undefined) return undefined;
  return more.find((join) => !keepsJoins({ ...rule, joins: [first, join] }, step.index, event, anchors))?.as;
}

/** A failure of one step. */
export function failure({ step }: CompiledStep, because: Failure["because"], detail: string): Failure {
  return { step: step.as, because, detail };
}
