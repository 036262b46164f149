import type { Predicate, Rule, Step } from "../model/rule.ts";
import { checkNegations } from "./check-negations.ts";
import { unless } from "./except.ts";
import type { Findings } from "./findings.ts";
import { suggest } from "./nearest.ts";
import { readDuration, type WhereContext } from "./pack-context.ts";
import type { RawAbsenceSet, RawException, RawSet, RawStepSet } from "./raw-overlay.ts";
import { isEmptySpan, readMoment } from "./read-steps.ts";
import { readWhere, together } from "./read-where.ts";
import type { Place } from "./yaml-tree.ts";

/** What the patches of one overlay share while they are read. */
export interface OverlayContext extends WhereContext {
  readonly findings: Findings;
  /** The day on which exceptions are looked at, `2026-12-31`; without it none has expired. */
  readonly today: string | undefined;
}

/** A rule with new values, and reports what is wrong with them. */
export function tune(rule: Rule, set: RawSet, place: Place, { findings }: OverlayContext): Rule {
  const { severity, priority, minConfidence, minEvents, mode } = set;
  const duration = (key: "within" | "skew" | "settle", overMs?: number): number | undefined =>
    readDuration(set[key], [...place, key], findings, overMs);
  for (const key of ["steps", "absent"] as const) {
    const known = rule[key].map(({ as }) => as);
    for (const name of Object.keys(set[key] ?? {})) {
      if (known.includes(name)) continue;
      const what = key === "steps" ? "step" : "absence";
      const message = `\`${rule.key}\` has no ${what} \`${name}\``;
      findings.atKey([...place, key, name], { code: "TAP212", message, hint: suggest(name, known) });
    }
  }
  return {
    ...rule,
    severity: severity ?? rule.severity,
    priority: priority ?? rule.priority,
    minConfidence: minConfidence ?? rule.minConfidence,
    minEvents: minEvents ?? rule.minEvents,
    mode: mode ?? rule.mode,
    withinMs: duration("within", 0) ?? rule.withinMs,
    skewMs: duration("skew") ?? rule.skewMs,
    settleMs: duration("settle") ?? rule.settleMs,
    steps: rule.steps.map((step) => tuneStep(step, ownOf(set.steps, step.as), [...place, "steps", step.as], findings)),
    absent: rule.absent.map((absence) => {
      const raw = ownOf(set.absent, absence.as);
      return tuneAbsence(absence, raw, [...place, "absent", absence.as], { findings, stepNames: namesOf(rule) });
    }),
  };
}

function ownOf<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

function namesOf({ steps }: Rule): readonly string[] {
  return steps.map(({ as }) => as);
}

function tuneStep(step: Step, set: RawStepSet | undefined, place: Place, findings: Findings): Step {
  if (set === undefined) return step;
  if (set.within !== undefined && step.after.length === 0) {
    const hint = "set `within` of the rule instead";
    const message = `\`${step.as}\` follows no step, so its gap begins nowhere`;
    findings.atKey([...place, "within"], { code: "TAP214", message, hint });
  }
  const { count } = set;
  return {
    ...step,
    withinMs: readDuration(set.within, [...place, "within"], findings, 0) ?? step.withinMs,
    count: count === undefined ? step.count : { atLeast: count.atLeast, distinct: step.count?.distinct },
  };
}

function tuneAbsence(
  absence: Rule["absent"][number],
  set: RawAbsenceSet | undefined,
  place: Place,
  names: { readonly findings: Findings; readonly stepNames: readonly string[] },
): Rule["absent"][number] {
  if (set === undefined) return absence;
  const from = set.from === undefined ? absence.from : readMoment(set.from, [...place, "from"], names);
  const to = set.to === undefined ? absence.to : readMoment(set.to, [...place, "to"], names);
  if (isEmptySpan(from, to)) {
    const message = `with this \`${absence.as}\` would end before it begins`;
    names.findings.atValue([...place, set.to === undefined ? "from" : "to"], { code: "TAP234", message });
  }
  return { ...absence, from, to };
}

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** A rule for which the events of an exception don't count; the rule itself where the exception is over or wrong. */
export function except(rule: Rule, raw: RawException, place: Place, context: OverlayContext): Rule {
  const { findings, today } = context;
  const excepted = readWhere(raw.where, [...place, "where"], context);
  if (excepted !== undefined) checkNegations(raw.where, [...place, "where"], findings);
  const names = raw.step === undefined ? namesOf(rule) : [raw.step].flat();
  names.forEach((name, at) => {
    if (namesOf(rule).includes(name)) return;
    const where = [...place, "step", ...(typeof raw.step === "string" ? [] : [at])];
    const message = `\`${rule.key}\` has no step \`${name}\``;
    findings.atValue(where, { code: "TAP212", message, hint: suggest(name, namesOf(rule)) });
  });
  if (raw.until !== "never" && !DAY.test(raw.until)) {
    const hint = "write the last day, such as `2026-12-31`, or `never`";
    findings.atValue([...place, "until"], { code: "TAP253", message: `\`${raw.until}\` is not a day`, hint });
    return rule;
  }
  if (raw.until !== "never" && today !== undefined && raw.until < today) {
    const message = `this exception ended on ${raw.until} and no longer applies`;
    findings.atValue([...place, "until"], { code: "TAP254", message, hint: "remove it, or give it a later day" });
    return rule;
  }
  if (excepted === undefined) return rule;
  const passes = unless(excepted);
  const steps = rule.steps.map((step) =>
    names.includes(step.as) ? { ...step, where: both(step.where, passes) } : step,
  );
  return { ...rule, steps };
}

function both(where: Predicate | undefined, more: Predicate): Predicate | undefined {
  return where === undefined ? more : together("all", [where, more]);
}
