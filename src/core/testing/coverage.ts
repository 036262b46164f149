import { type CompiledRule, compileRule } from "../engine/compiled-rule.ts";
import type { RuleSet } from "../model/rule.ts";
import { attemptsOf } from "./explain-rule.ts";
import type { Attempt } from "./explain-window.ts";
import type { ReadyCase } from "./run-case.ts";
import { tell } from "./tell.ts";
import { WindowLog } from "./window-log.ts";

/** What the cases show of one rule. */
export interface RuleCoverage {
  /** Its key, `pack/id`. */
  readonly rule: string;
  /** Cases in which it holds, and cases in which it comes near and does not, or that say so. */
  readonly matching: number;
  readonly denying: number;
  readonly required: readonly { readonly step: string; readonly bound: boolean }[];
  readonly optional: readonly { readonly step: string; readonly bound: boolean; readonly unbound: boolean }[];
  readonly absences: readonly { readonly absence: string; readonly absent: boolean; readonly broken: boolean }[];
}

/** Gathers what cases show of the rules of their packs. */
export class Coverage {
  readonly #rules = new Map<string, Tally>();

  /** Looks at one case under the rules of its packs. */
  async add({ one, log }: ReadyCase, rules: RuleSet): Promise<void> {
    const windows = new WindowLog();
    const { arrivals } = log;
    await tell({ rules, limits: one.limits, arrivals, moments: [], observe: windows.observe });
    const expectations = [...(one.expect === undefined ? [] : [one.expect]), ...one.moments];
    const denied = new Set(
      expectations.flatMap(({ notStories, why }) => [...notStories, ...why].map(({ rule }) => rule)),
    );
    for (const [index, rule] of rules.rules.entries()) {
      const compiled = compileRule(rule, index);
      let tally = this.#rules.get(rule.key);
      if (tally === undefined) {
        tally = new Tally(compiled);
        this.#rules.set(rule.key, tally);
      }
      tally.add(await attemptsOf(compiled, windows), denied.has(rule.key));
    }
  }

  /** By rule, sorted by key. */
  get rules(): RuleCoverage[] {
    return [...this.#rules.values()].map((tally) => tally.coverage).sort((a, b) => (a.rule < b.rule ? -1 : 1));
  }
}

/** What is not shown of a rule, each as one sentence; and how much is, of how much. */
export function gapsOf(coverage: RuleCoverage): {
  readonly gaps: readonly string[];
  readonly covered: number;
  readonly total: number;
} {
  const { matching, denying, required, optional, absences } = coverage;
  const items: readonly (readonly [boolean, string])[] = [
    [0 < matching, "no case matches it"],
    [0 < denying, "no case denies it: add one that it comes near to, and expect no story of it"],
    ...required.map(({ step, bound }) => [bound, `the step ${step} is never bound`] as const),
    ...optional.flatMap(({ step, bound, unbound }) => [
      [bound, `the optional step ${step} is never bound`] as const,
      [unbound, `the optional step ${step} is never left unbound`] as const,
    ]),
    ...absences.flatMap(({ absence, absent, broken }) => [
      [absent, `${absence} is never absent`] as const,
      [broken, `${absence} is never there, to break the rule`] as const,
    ]),
  ];
  const gaps = items.flatMap(([shown, gap]) => (shown ? [] : [gap]));
  return { gaps, covered: items.length - gaps.length, total: items.length };
}

class Tally {
  readonly #rule: CompiledRule;
  readonly #bound = new Set<string>();
  readonly #unbound = new Set<string>();
  readonly #absent = new Set<string>();
  readonly #broken = new Set<string>();
  #matching = 0;
  #denying = 0;

  constructor(rule: CompiledRule) {
    this.#rule = rule;
  }

  add(attempts: readonly Attempt[], isDenied: boolean): void {
    const holds = attempts.some(({ match, failed }) => match !== undefined && failed === undefined);
    const near = attempts.some(
      ({ reach, failed }) => 0 < reach || (failed !== undefined && failed.because !== "no-event"),
    );
    if (holds) this.#matching++;
    if (isDenied || (near && !holds)) this.#denying++;
    for (const each of attempts) this.#note(each);
  }

  #note({ anchors, match, failed }: Attempt): void {
    for (const { step, index } of this.#rule.steps) {
      if (anchors[index] !== undefined) this.#bound.add(step.as);
      else if (match !== undefined) this.#unbound.add(step.as);
    }
    for (const { absence } of this.#rule.absences) {
      if (match !== undefined && !match.unknownAbsences.includes(absence.as)) this.#absent.add(absence.as);
      if (failed?.because === "forbidden" && failed.step === absence.as) this.#broken.add(absence.as);
    }
  }

  get coverage(): RuleCoverage {
    const { rule, steps, absences } = this.#rule;
    const names = (optional: boolean): string[] =>
      steps.flatMap(({ step }) => (step.optional === optional ? [step.as] : []));
    return {
      rule: rule.key,
      matching: this.#matching,
      denying: this.#denying,
      required: names(false).map((step) => ({ step, bound: this.#bound.has(step) })),
      optional: names(true).map((step) => ({ step, bound: this.#bound.has(step), unbound: this.#unbound.has(step) })),
      absences: absences.map(({ absence: { as } }) => ({
        absence: as,
        absent: this.#absent.has(as),
        broken: this.#broken.has(as),
      })),
    };
  }
}
