import type { EventTest, Rule } from "../model/rule.ts";
import { checkAbsent } from "./check-absent.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkBounds, checkOrder } from "./check-order.ts";
import { checkSteps } from "./check-steps.ts";
import { checkStory } from "./check-story.ts";
import { meaningDigestOf, type RuleMeaning } from "./digest.ts";
import { type PackContext, readDuration } from "./pack-context.ts";
import type { RawRule } from "./raw-pack.ts";
import { readEventTest } from "./read-event-test.ts";
import { readJoins, type Slots } from "./read-joins.ts";
import { readAbsence, readStep } from "./read-steps.ts";
import type { RuleContext } from "./rule-context.ts";
import type { Place } from "./yaml-tree.ts";

/** Where two events closer than this many milliseconds count as ordered either way, unless a rule says otherwise. */
const DEFAULT_SKEW_MS = 0;
/** The priority of a rule that names none. */
const DEFAULT_PRIORITY = 50;

/** Reads one rule, and reports everything that is wrong with it; with errors the result means nothing. */
export function readRule(raw: RawRule, place: Place, packContext: PackContext, packDigest: string): Rule {
  const { pack, findings } = packContext;
  const context: RuleContext = { ...packContext, rule: raw, place, stepNames: raw.steps.map(({ as }) => as) };
  const steps = raw.steps.map((step, at) => readStep(step, [...place, "steps", at], context));
  const absent = (raw.absent ?? []).map((absence, at) => readAbsence(absence, [...place, "absent", at], context));
  const joins = readJoins(slotsOf(steps, absent), context);
  const withinMs = readDuration(raw.within, [...place, "within"], findings, 0);
  checkOrder(steps, context);
  checkBounds(steps, withinMs, context);
  checkConditions({ steps, joins }, context);
  checkStory(context);

  const { defaults } = pack;
  const meaning: RuleMeaning = {
    severity: raw.severity,
    priority: raw.priority ?? DEFAULT_PRIORITY,
    withinMs,
    skewMs:
      readDuration(raw.skew, [...place, "skew"], findings) ??
      readDuration(defaults?.skew, ["defaults", "skew"], findings) ??
      DEFAULT_SKEW_MS,
    settleMs:
      readDuration(raw.settle, [...place, "settle"], findings) ??
      readDuration(defaults?.settle, ["defaults", "settle"], findings) ??
      0,
    mode: raw.mode ?? defaults?.mode ?? "active",
    standalone: raw.standalone ?? false,
    minConfidence: raw.minConfidence ?? 0,
    minEvents: raw.minEvents,
    steps,
    absent,
    joins,
    supersedes: readSupersedes(raw, place, packContext),
    conditions: raw.conditions,
    resolve: (raw.resolve ?? []).map((test, at) => readEventTest(test, [...place, "resolve", at], context)),
  };
  checkSteps(meaning, context);
  checkAbsent(meaning, context);
  return {
    key: `${pack.metadata.name}/${raw.id}`,
    id: raw.id,
    pack: pack.metadata.name,
    packVersion: pack.metadata.version,
    packDigest,
    meaningDigest: meaningDigestOf(meaning),
    commit: undefined,
    title: raw.title,
    category: raw.category,
    ...meaning,
    story: {
      summary: raw.story.summary,
      detail: raw.story.detail,
      actions: raw.story.actions ?? [],
      runbook: raw.story.runbook,
    },
  };
}

function slotsOf(steps: Rule["steps"], absent: Rule["absent"]): Slots {
  const slots = new Map<string, EventTest & { readonly required: boolean }>();
  for (const step of steps) slots.set(step.as, { ...step, required: !step.optional });
  for (const absence of absent) if (!slots.has(absence.as)) slots.set(absence.as, { ...absence, required: false });
  return slots;
}

function readSupersedes(raw: RawRule, place: Place, { pack, findings }: PackContext): readonly string[] {
  const own = pack.metadata.name;
  return (raw.supersedes ?? []).map((written, at) => {
    const key = written.includes("/") ? written : `${own}/${written}`;
    if (key === `${own}/${raw.id}`) {
      findings.atValue([...place, "supersedes", at], { code: "TAP224", message: `\`${raw.id}\` supersedes itself` });
    }
    return key;
  });
}
