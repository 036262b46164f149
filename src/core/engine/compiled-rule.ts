import { compileConditions } from "../expression/conditions.ts";
import { compileTypes } from "../expression/event-types.ts";
import { compilePredicate } from "../expression/predicate.ts";
import { compileTemplate, type Template } from "../expression/template.ts";
import type { Event } from "../model/event.ts";
import type { Absence, EventTest, Join, Moment, Rule, Step } from "../model/rule.ts";

/** An event test as two closures: the cheap one by type, and the field test. */
export interface CompiledTest {
  readonly matchesType: (type: string) => boolean;
  readonly matchesFields: (event: Event) => boolean;
}

export interface CompiledStep extends CompiledTest {
  readonly step: Step;
  readonly index: number;
  /** Indices of the steps that this one must follow. */
  readonly after: readonly number[];
}

export interface CompiledAbsence extends CompiledTest {
  readonly absence: Absence;
  /** Its bit among those of the rule's steps, behind them. */
  readonly bitIndex: number;
  readonly from: CompiledMoment;
  readonly to: CompiledMoment;
}

export type CompiledMoment = { readonly stepIndex: number; readonly offsetMs: number } | undefined;

/** A rule with its tests, conditions and templates compiled to closures, once, at load. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly index: number;
  readonly steps: readonly CompiledStep[];
  /** Bits of the steps that must be bound. */
  readonly requiredMask: number;
  readonly requiredCount: number;
  /** Of these, the bits of the steps that the first join has keys for. */
  readonly keyedMask: number;
  /** Those of them that look at more than an event's type. */
  readonly tested: readonly CompiledStep[];
  readonly absences: readonly CompiledAbsence[];
  readonly joins: readonly Join[];
  /** Rules and absences without a key in the first join: looked for in the traces of the others. */
  readonly hasUnkeyed: boolean;
  readonly resolve: readonly CompiledTest[];
  readonly conditions: ((facts: Readonly<Record<string, unknown>>) => Promise<boolean>) | undefined;
  readonly summary: Template;
  readonly detail: Template | undefined;
  readonly actions: readonly Template[];
  readonly supersedes: ReadonlySet<string>;
}

/** The bit of `resolve`: behind those of 16 steps and 8 absences at most (rulepack.schema.json). */
export const RESOLVE_BIT = 1 << 30;

/** Rules are immutable: one that many engines share, as in tests, is compiled once. */
const compiled = new WeakMap<Rule, CompiledRule>();

/** Compiles a rule that stands at this place among the rules of its engine. */
export function compileRule(rule: Rule, index: number): CompiledRule {
  const known = compiled.get(rule);
  if (known?.index === index) return known;
  const made = compile(rule, index);
  compiled.set(rule, made);
  return made;
}

function compile(rule: Rule, index: number): CompiledRule {
  const indexOf = new Map(rule.steps.map((step, at) => [step.as, at]));
  const steps = rule.steps.map((step, at) => ({
    ...compileTest(step),
    step,
    index: at,
    after: step.after.map((name) => indexOf.get(name) ?? -1).filter((found) => 0 <= found),
  }));
  const momentOf = (moment: Moment): CompiledMoment =>
    moment.kind === "windowEnd" ? undefined : { stepIndex: indexOf.get(moment.step) ?? 0, offsetMs: moment.offsetMs };
  const absences = rule.absent.map((absence, at) => ({
    ...compileTest(absence),
    absence,
    bitIndex: steps.length + at,
    from: momentOf(absence.from),
    to: momentOf(absence.to),
  }));
  const required = steps.filter(({ step }) => !step.optional);
  const keys = rule.joins[0]?.keys ?? {};
  const maskOf = (some: readonly CompiledStep[]): number => some.reduce((mask, { index }) => mask | (1 << index), 0);
  return {
    rule,
    index,
    steps,
    requiredMask: maskOf(required),
    requiredCount: required.length,
    tested: required.filter(({ step }) => step.where !== undefined),
    keyedMask: maskOf(required.filter(({ step }) => Object.hasOwn(keys, step.as))),
    absences,
    joins: rule.joins,
    hasUnkeyed: [...rule.steps, ...rule.absent].some(({ as }) => !Object.hasOwn(keys, as)),
    resolve: rule.resolve.map(compileTest),
    conditions: rule.conditions === undefined ? undefined : compileConditions(rule.conditions),
    summary: compileTemplate(rule.story.summary),
    detail: rule.story.detail === undefined ? undefined : compileTemplate(rule.story.detail),
    actions: rule.story.actions.map(compileTemplate),
    supersedes: new Set(rule.supersedes),
  };
}

function compileTest({ types, where }: EventTest): CompiledTest {
  return {
    matchesType: compileTypes(types),
    matchesFields: where === undefined ? () => true : compilePredicate(where),
  };
}
