import { follows, keepsJoins } from "../engine/anchor-search.ts";
import { sharesTrace } from "../engine/bind.ts";
import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import type { Event } from "../model/event.ts";
import { eventWords, exactDuration, few } from "./event-words.ts";
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
  const broken = firstBrokenJoin(rule, { step, event }, anchors);
  if (broken !== undefined) found.push(broken);
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
      found.push({ ...failure(own.step, "order", detail), beside: other.step.step.as, byMs: apartMs });
    } else if (withinMs !== undefined && !follows(later.event, earlier.event, rule.skewMs, withinMs)) {
      const detail = `${a} came ${exactDuration(apartMs)} after ${b}; the limit is ${exactDuration(withinMs)}`;
      found.push({ ...failure(own.step, "gap", detail), beside: other.step.step.as, byMs: apartMs - withinMs });
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
function firstBrokenJoin(rule: CompiledRule, own: Filled, anchors: Anchors): Failure | undefined {
  const [first, ...more] = rule.joins;
  if (first === undefined) return undefined;
  for (const join of more) {
    const alone = { ...rule, joins: [first, join] };
    const keeps = (others: Anchors): boolean => keepsJoins(alone, own.step.index, own.event, others);
    if (keeps(anchors)) continue;
    const other = rule.steps.find(
      ({ index }) => !keeps(anchors.map((anchor, at) => (at === index ? anchor : undefined))),
    );
    const detail = joinWords(join, own, { step: other ?? own.step, event: anchors[other?.index ?? -1] ?? own.event });
    return { ...failure(own.step, "join", detail), join: join.as };
  }
  return undefined;
}

function joinWords({ as, keys }: CompiledRule["joins"][number], own: Filled, other: Filled): string {
  const keyOf = ({ step, event }: Filled): string => few(joinKeys(event, keys[step.step.as] ?? []));
  const lacks = ({ step, event }: Filled): string =>
    `${eventWords(event)} has no ${(keys[step.step.as] ?? []).map(({ text }) => text).join(", ")}`;
  if (keyOf(own) === "") return lacks(own);
  if (keyOf(other) === "") return lacks(other);
  return `${eventWords(own.event)} has ${as} ${keyOf(own)}, and ${eventWords(other.event)} has ${keyOf(other)}`;
}

/** Other events of which it is said what they failed at. */
const PASSED_OVER_MAX = 5;

/** A failure, with what other events that could fill the step failed at: the first of each one's violations. */
export function withPassedOver(failed: Failure, others: readonly (readonly Failure[])[]): Failure {
  const passedOver = others.flatMap(([violation]) => (violation === undefined ? [] : [violation.detail]));
  return passedOver.length === 0 ? failed : { ...failed, passedOver: passedOver.slice(0, PASSED_OVER_MAX) };
}

/** A failure of one step. */
export function failure({ step }: CompiledStep, because: Failure["because"], detail: string): Failure {
  return { step: step.as, because, detail };
}
