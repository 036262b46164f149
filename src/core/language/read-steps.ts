import type { Absence, Moment, Step } from "../model/rule.ts";
import { parseDuration } from "../model/time.ts";
import { readDuration, readFieldPath } from "./pack-context.ts";
import type { RawAbsence, RawStep } from "./raw-pack.ts";
import { readEventTest } from "./read-event-test.ts";
import { isStep, type RuleContext, type StepNames } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

/** Reads one step, and reports what is wrong with it. */
export function readStep(raw: RawStep, place: Place, context: RuleContext): Step {
  const { findings } = context;
  const test = readEventTest(raw, place, context);
  const after = raw.after === undefined ? [] : typeof raw.after === "string" ? [raw.after] : raw.after;
  after.forEach((name, at) => {
    const where = [...place, "after", ...(typeof raw.after === "string" ? [] : [at])];
    isStep(name, where, context, { known: context.stepNames.filter((step) => step !== raw.as || step === name) });
  });
  if (raw.within !== undefined && after.length === 0) {
    const hint = "add `after`, or put `within` on the rule";
    findings.atKey([...place, "within"], { code: "TAP214", message: `the gap of \`${raw.as}\` begins nowhere`, hint });
  }
  const distinct = raw.count?.distinct;
  const path =
    distinct === undefined
      ? undefined
      : readFieldPath(distinct, { place: [...place, "count", "distinct"], of: "event" }, findings);
  return {
    ...test,
    as: raw.as,
    role: raw.role ?? "evidence",
    optional: raw.optional ?? false,
    pick: raw.pick ?? "first",
    after,
    withinMs: readDuration(raw.within, [...place, "within"], findings, 0),
    count: raw.count === undefined ? undefined : { atLeast: raw.count.atLeast, distinct: path },
  };
}

/** Reads one absence, and reports what is wrong with it. */
export function readAbsence(raw: RawAbsence, place: Place, context: RuleContext): Absence {
  const from = readMoment(raw.from, [...place, "from"], context);
  const to = raw.to === undefined ? END : readMoment(raw.to, [...place, "to"], context);
  if (isEmptySpan(from, to)) {
    const message = `\`${raw.to}\` does not lie after \`${raw.from}\``;
    context.findings.atValue([...place, "to"], { code: "TAP234", message });
  }
  return {
    ...readEventTest(raw, place, context),
    as: raw.as,
    from,
    to,
    requireSource: raw.requireSource,
    onUnknown: raw.onUnknown ?? "hold",
  };
}

/** Whether nothing can lie between two moments: both hang on one step, and the end is not after the beginning. */
export function isEmptySpan(from: Moment, to: Moment): boolean {
  return from.kind === "step" && to.kind === "step" && from.step === to.step && to.offsetMs <= from.offsetMs;
}

const END: Moment = { kind: "windowEnd" };
const MOMENT = /^([A-Za-z][A-Za-z0-9_]*)(?:\s*([+-])\s*(\S+))?$/;

/** Reads the end of an absence, and reports it where it is none or names no step. */
export function readMoment(text: string, place: Place, context: StepNames): Moment {
  const [, step, sign, length] = MOMENT.exec(text.trim()) ?? [];
  const offsetMs = length === undefined ? 0 : parseDuration(length);
  if (step === undefined || offsetMs === undefined) {
    const hint = "write a step, `step + 5m` or `step - 5m`";
    context.findings.atValue(place, { code: "TAP234", message: `\`${text}\` is no moment`, hint });
    return END;
  }
  isStep(step, place, context, { part: step });
  return { kind: "step", step, offsetMs: sign === "-" ? -offsetMs : offsetMs };
}
