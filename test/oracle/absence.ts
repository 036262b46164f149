import type { Event } from "../../src/core/model/event.ts";
import type { Absence, Moment, Rule } from "../../src/core/model/rule.ts";
import type { EpochMs } from "../../src/core/model/time.ts";
import { keysOf } from "./assignment.ts";
import { passes } from "./read.ts";
import type { Bound, View } from "./words.ts";

// contract.md §3.6; docs/language.md "Absence".

/** What an absence comes to; `idle` where it hangs on an optional step that is not bound. */
export type AbsenceVerdict = "held" | "idle" | "broken" | "pending" | "unknown";

/** Decides one absence of an assignment. `unknown`: not decided for good, or its source was not heard. */
export function judgeAbsence(rule: Rule, absence: Absence, bound: readonly Bound[], view: View): AbsenceVerdict {
  const fromMs = momentMs(absence.from, bound);
  const toMs = momentMs(absence.to, bound);
  if (fromMs === "unbound" || toMs === "unbound") return "idle";
  if (breakers(rule, absence, bound, view).some(({ timeMs }) => fromMs <= timeMs && timeMs <= toMs)) return "broken";
  const { closed, events } = view.span;
  const passed = toMs === Infinity ? closed : toMs < view.nowMs;
  if (!passed) return view.inputEnded ? "unknown" : "pending";
  const endMs = toMs === Infinity ? Math.max(...events.map(({ lastMs }) => lastMs)) : toMs;
  return absence.requireSource === undefined || endMs < view.heard(absence.requireSource) ? "held" : "unknown";
}

function momentMs(moment: Moment, bound: readonly Bound[]): EpochMs | "unbound" {
  if (moment.kind === "windowEnd") return Infinity;
  const step = bound.find(({ step: { as } }) => as === moment.step);
  return step === undefined ? "unbound" : step.anchor.timeMs + moment.offsetMs;
}

/** The events that could break it: those that pass its test where it is looked for, but for bound ones. */
function breakers(rule: Rule, absence: Absence, bound: readonly Bound[], view: View): Event[] {
  const taken = new Set(bound.flatMap(({ events }) => events.map(({ id }) => id)));
  return scopeOf(rule, absence, bound, view).filter((event) => !taken.has(event.id) && passes(absence, event));
}

function scopeOf(rule: Rule, { as, to }: Absence, bound: readonly Bound[], view: View): readonly Event[] {
  // A span that goes on after its window closed is broken by what came then.
  const here = [...view.span.events, ...(to.kind === "windowEnd" ? [] : view.later)];
  const [join] = rule.joins;
  if (join === undefined) return here;
  const paths = join.keys[as];
  if (paths !== undefined) return here.filter((event) => keysOf(event, paths).includes(view.group));
  const keyed = bound.filter(({ step }) => join.keys[step.as] !== undefined);
  const traces = new Set(keyed.flatMap(({ events }) => events.map(({ traceId }) => traceId)));
  return [...traces].flatMap((trace) => view.traceEvents(trace));
}
