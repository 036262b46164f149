import { isAlertEnd } from "../model/alert-end.ts";
import type { RuleSet } from "../model/rule.ts";
import type { RuleMeaning } from "../model/snapshot.ts";
import { type CompiledRule, compileRule, RESOLVE_BIT } from "./compiled-rule.ts";

/** What the rules have to say about one event type. */
export interface TypeEntry {
  readonly type: string;
  /** By rule index: bits of the steps (and {@link RESOLVE_BIT}) whose type test passes. */
  readonly traceMasks: ReadonlyMap<number, number>;
  /** Rules with joins that name the type, with their bits. */
  readonly joins: readonly { readonly rule: CompiledRule; readonly mask: number; readonly absences: boolean }[];
  /** Trace rules that an absence makes sensitive to the type, though no step names it. */
  readonly absenceOf: readonly CompiledRule[];
  readonly resolves: boolean;
  /** Trace rules for which this is the rarest type that they require. */
  arms: readonly CompiledRule[];
  /** Events of this type seen so far: decides what is rare. */
  seen: number;
}

/** Types kept with their entry; a flood of made-up types is answered without remembering it. */
const TYPES_MAX = 20_000;
/** Events before the first look at which types are rare; each next look comes after twice as many. */
const RECHOOSE_FIRST = 16_384;

/** The compiled rules, found by event type. */
export class RuleIndex {
  readonly rules: readonly CompiledRule[];
  readonly traceRules: readonly CompiledRule[];
  readonly joinRules: readonly CompiledRule[];
  /** Some rule names `story.…`: matches are then events too. */
  readonly usesStories: boolean;
  /** Trace rules that require only steps of any type: armed in every window. */
  readonly untyped: readonly CompiledRule[];
  /** Sources that some absence wants to have heard from. */
  readonly heardSources: ReadonlySet<string>;
  /** Counts the choices of rare types: windows armed under an older one arm anew. */
  generation = 0;
  readonly #entries = new Map<string, TypeEntry>();
  readonly #armingStep: number[];
  #events = 0;
  #rechooseAt = RECHOOSE_FIRST;

  constructor(rules: RuleSet, compile: typeof compileRule = compileRule) {
    this.rules = rules.rules.map(compile);
    this.traceRules = this.rules.filter(({ joins }) => joins.length === 0);
    this.joinRules = this.rules.filter(({ joins }) => 0 < joins.length);
    this.usesStories = this.rules.some(({ rule }) =>
      rule.steps.some(({ types }) => types?.some((type) => type.startsWith("story."))),
    );
    this.untyped = this.traceRules.filter(({ steps }) =>
      steps.every(({ step }) => step.optional || step.types === undefined),
    );
    this.heardSources = new Set(
      this.rules.flatMap(({ rule }) => rule.absent.flatMap(({ requireSource }) => requireSource ?? [])),
    );
    this.#armingStep = this.rules.map((rule) => rule.steps.find(({ step }) => !step.optional)?.index ?? 0);
    for (const rule of this.traceRules) {
      const typed = rule.steps.find(({ step }) => !step.optional && step.types !== undefined);
      if (typed !== undefined) this.#armingStep[rule.index] = typed.index;
    }
  }

  /** What each rule means, to tell later which have changed. */
  get meanings(): RuleMeaning[] {
    return this.rules.map(({ rule }) => [rule.key, rule.meaningDigest]);
  }

  entry(type: string): TypeEntry {
    let entry = this.#entries.get(type);
    if (entry === undefined) {
      entry = this.#describe(type);
      if (this.#entries.size < TYPES_MAX) this.#entries.set(type, entry);
    }
    entry.seen++;
    if (++this.#events === this.#rechooseAt) this.#rechoose();
    return entry;
  }

  #describe(type: string): TypeEntry {
    const traceMasks = new Map<number, number>();
    for (const rule of this.traceRules) {
      const mask = maskOf(rule, type);
      if (mask !== 0) traceMasks.set(rule.index, mask);
    }
    const joins = this.joinRules
      .map((rule) => ({ rule, mask: maskOf(rule, type), absences: hasAbsence(rule, type) }))
      .filter(({ mask, absences }) => mask !== 0 || absences);
    return {
      type,
      traceMasks,
      joins,
      absenceOf: this.traceRules.filter((rule) => hasAbsence(rule, type)),
      resolves: isAlertEnd(type) || this.rules.some(({ resolve }) => resolve.some((test) => test.matchesType(type))),
      arms: this.#armedBy(traceMasks),
      seen: 0,
    };
  }

  #armedBy(masks: ReadonlyMap<number, number>): CompiledRule[] {
    const armed: CompiledRule[] = [];
    for (const [index, mask] of masks) {
      if ((mask & (1 << (this.#armingStep[index] as number))) !== 0) armed.push(this.rules[index] as CompiledRule);
    }
    return armed;
  }

  /** Chooses, for each rule, the required step whose types were seen least so far. */
  #rechoose(): void {
    this.#rechooseAt *= 2;
    let changed = false;
    for (const rule of this.traceRules) {
      const required = rule.steps.filter(({ step }) => !step.optional && step.types !== undefined);
      if (required.length < 2) continue;
      let least = Number.POSITIVE_INFINITY;
      let choice = this.#armingStep[rule.index] as number;
      for (const { index } of required) {
        let seen = 0;
        for (const entry of this.#entries.values()) {
          if (((entry.traceMasks.get(rule.index) ?? 0) & (1 << index)) !== 0) seen += entry.seen;
        }
        if (seen < least) [least, choice] = [seen, index];
      }
      if (choice !== this.#armingStep[rule.index]) {
        this.#armingStep[rule.index] = choice;
        changed = true;
      }
    }
    if (!changed) return;
    this.generation++;
    for (const entry of this.#entries.values()) entry.arms = this.#armedBy(entry.traceMasks);
  }
}

function maskOf(rule: CompiledRule, type: string): number {
  let mask = 0;
  for (const { index, matchesType } of rule.steps) if (matchesType(type)) mask |= 1 << index;
  if (rule.resolve.some((test) => test.matchesType(type))) mask |= RESOLVE_BIT;
  return mask;
}

function hasAbsence(rule: CompiledRule, type: string): boolean {
  return rule.absences.some((absence) => absence.matchesType(type));
}
