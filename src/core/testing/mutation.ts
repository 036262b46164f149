import { type CompiledStep, compileRule } from "../engine/compiled-rule.ts";
import type { Event } from "../model/event.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { compareProbes, type ProbedCase, type ProbeOutcome, probedCase, probeOutcomes } from "./probe-outcomes.ts";
import { probesOfCase, type ReadyCase, runInTime } from "./run-case.ts";

/** A case with the rules of its packs. */
export interface CaseOfPacks {
  readonly ready: ReadyCase;
  readonly rules: RuleSet;
  /** What its probes told when somebody looked at them; `undefined` where they are not frozen. */
  readonly frozen?: ProbedCase | undefined;
}

/** What the cases made of one mutant. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** The rule as it stands. */
  readonly rule: Rule;
  readonly outcome: "killed" | "survived" | "crashed";
  /** Why it crashed. */
  readonly error?: string;
}

interface Prepared extends CaseOfPacks {
  /** The probes that the rules as they stand do not fall for, and what they tell of them. */
  readonly outcomes: readonly ProbeOutcome[];
}

/**
 * Changes the rules in every small way and lets the cases notice: those whose packs hold the rule,
 * in order of time only, until the first one fails. Probes are those of the rules as they stand: one
 * of the changed rule must not tell its story, and where they are frozen each must tell what it told.
 * Cases that fail without any change prove nothing and are left out.
 */
export class MutationRun {
  readonly #cases: Prepared[] = [];

  /** Takes a case, once. */
  async add({ ready, rules, frozen }: CaseOfPacks): Promise<void> {
    const { one, log } = ready;
    const { told, problems } = await runInTime(ready, rules);
    if (0 < problems.length || 0 < log.problems.length) return;
    const probes = one.probes === "auto" ? probesOfCase(ready, rules, told.stories) : [];
    const all = await probeOutcomes(probes, one, rules);
    if (frozen !== undefined && 0 < compareProbes(frozen, probedCase(all), one.span).length) return;
    this.#cases.push({ ready, rules, frozen, outcomes: all.filter(({ isSame }) => !isSame) });
  }

  /** The rules of all cases, each once. */
  get rules(): Rule[] {
    const byKey = new Map(this.#cases.flatMap(({ rules }) => rules.rules.map((rule) => [rule.key, rule])));
    return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Tries all mutants of a rule. */
  async *try(rule: Rule): AsyncGenerator<MutantResult> {
    const cases = this.#casesOf(rule);
    const loaded = new Set(this.#cases.flatMap(({ rules }) => rules.rules.map(({ key }) => key)));
    // What a rule supersedes of a pack that no case loads can't be missed.
    const mutants = mutantsOf(rule, (key) => loaded.has(key));
    for (const mutant of mutants) yield { mutant, rule, ...(await tryMutant(mutant, cases)) };
  }

  /** The cases that could notice, those that name the rule first. */
  #casesOf({ key }: Rule): Prepared[] {
    const holding = this.#cases.filter(({ rules }) => rules.rules.some((each) => each.key === key));
    const names = ({ ready: { one } }: Prepared): boolean =>
      [...(one.expect === undefined ? [] : [one.expect]), ...one.moments].some(({ stories = [], notStories, why }) =>
        [...stories, ...notStories, ...why].some((expected) => expected.rule === key),
      );
    return [...holding.filter(names), ...holding.filter((each) => !names(each))];
  }
}

async function tryMutant(
  { rule }: Mutant,
  cases: readonly Prepared[],
): Promise<Pick<MutantResult, "outcome" | "error">> {
  try {
    for (const each of cases) {
      if (couldNotice(each, rule) && (await notices(each, rule))) return { outcome: "killed" };
    }
    return { outcome: "survived" };
  } catch (cause) {
    return { outcome: "crashed", error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}

/** Whether the rule could hold in a case as it stands or as it was changed, or the case asks why it does not. */
function couldNotice({ ready: { one, log }, rules }: Prepared, changed: Rule): boolean {
  const index = rules.rules.findIndex(({ key }) => key === changed.key);
  const asItStands = rules.rules[index];
  if (asItStands === undefined) return false;
  const expectations = [...(one.expect === undefined ? [] : [one.expect]), ...one.moments];
  if (expectations.some(({ why }) => why.some(({ rule }) => rule === changed.key))) return true;
  return [changed, asItStands].some((rule) =>
    compileRule(rule, index).steps.every(
      (step) => step.step.optional || isOfStories(step) || log.arrivals.some(({ event }) => passes(step, event)),
    ),
  );
}

function passes(step: CompiledStep, event: Event): boolean {
  return step.matchesType(event.type) && step.matchesFields(event);
}

/** Stories are events too, and no case lists those. */
function isOfStories({ step: { types } }: CompiledStep): boolean {
  return types === undefined || types.some((type) => type.startsWith("story.") || type.startsWith("*"));
}

async function notices({ ready, rules: asTheyStand, outcomes, frozen }: Prepared, changed: Rule): Promise<boolean> {
  const { one } = ready;
  const replaced = asTheyStand.rules.map((rule) => (rule.key === changed.key ? changed : rule));
  const rules = { ...asTheyStand, rules: replaced };
  const { problems } = await runInTime(ready, rules);
  if (0 < problems.length) return true;
  for (const { probe, told } of outcomes) {
    // What a probe is called hangs on its rule's words: that it has another name now shows nothing.
    const isOwn = probe.rule.rule.key === changed.key;
    if (!isOwn && frozen === undefined) continue;
    const [now] = await probeOutcomes([probe], one, rules);
    if (now !== undefined && ((isOwn && now.isSame) || (frozen !== undefined && now.told !== told))) return true;
  }
  return false;
}
