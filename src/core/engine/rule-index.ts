import { isAlertEnd } from "../model/alert-end.ts";
import type { Event } from "../model/event.ts";
import type { RuleSet } from "../model/rule.ts";
import type { RuleMeaning } from "../model/snapshot.ts";
import { type CompiledRule, compileRule, RESOLVE_BIT } from "./compiled-rule.ts";
import { type KeyReader, keyReader } from "./join-keys.ts";
import { TypeSet } from "./type-set.ts";

/** What the rules have to say about one event type. */
export interface TypeEntry {
  /** By rule index: bits of the steps (and {@link RESOLVE_BIT}) whose type test passes. */
  readonly traceMasks: ReadonlyMap<number, number>;
  /** Rules with joins to which an event of the type may matter. */
  readonly joins: readonly JoinedType[];
  /** Trace rules that an absence makes sensitive to the type, though no step names it. */
  readonly absenceOf: readonly CompiledRule[];
  readonly resolves: boolean;
  /** Tells the types of an index apart. */
  readonly number: number;
}

/** What a rule with joins has to say about one event type. */
export interface JoinedType {
  readonly rule: CompiledRule;
  /** The steps and absences with a key that events of the type may fill or break. */
  readonly keyed: readonly KeyedTest[];
}

/** A step or an absence with its key. */
export interface KeyedTest {
  readonly bit: number;
  readonly reader: KeyReader;
  readonly matchesFields: (event: Event) => boolean;
}

/** Types kept with their entry; a flood of made-up types is answered without remembering it. */
const TYPES_MAX = 20_000;

/** The compiled rules, found by event type. */
export class RuleIndex {
  readonly rules: readonly CompiledRule[];
  readonly #traceRules: readonly CompiledRule[];
  readonly joinRules: readonly CompiledRule[];
  /** Some rule names `story.…`: matches are then events too. */
  readonly usesStories: boolean;
  /** Sources that some absence wants to have heard from. */
  readonly heardSources: ReadonlySet<string>;
  /** What a window begins with: no type, and the rules that could hold nowhere. */
  readonly noTypes: TypeSet;
  readonly #entries = new Map<string, TypeEntry>();
  #described = 0;

  constructor(rules: RuleSet, compile: typeof compileRule = compileRule) {
    this.rules = rules.rules.map(compile);
    this.#traceRules = this.rules.filter(({ joins }) => joins.length === 0);
    this.joinRules = this.rules.filter(({ joins }) => 0 < joins.length);
    this.usesStories = this.rules.some(({ rule }) =>
      rule.steps.some(({ types }) => types?.some((type) => type.startsWith("story."))),
    );
    this.heardSources = new Set(
      this.rules.flatMap(({ rule }) => rule.absent.flatMap(({ requireSource }) => requireSource ?? [])),
    );
    this.noTypes = TypeSet.empty(this.rules);
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
    return entry;
  }

  #describe(type: string): TypeEntry {
    const traceMasks = new Map<number, number>();
    for (const rule of this.#traceRules) {
      const mask = maskOf(rule, type);
      if (mask !== 0) traceMasks.set(rule.index, mask);
    }
    const joins = this.joinRules
      .filter((rule) => maskOf(rule, type) !== 0 || hasAbsence(rule, type))
      .map((rule) => ({ rule, keyed: keyedTests(rule, type) }))
      .filter(({ rule, keyed }) => rule.hasUnkeyed || 0 < keyed.length);
    return {
      traceMasks,
      joins,
      absenceOf: this.#traceRules.filter((rule) => hasAbsence(rule, type)),
      resolves: isAlertEnd(type) || this.rules.some(({ resolve }) => resolve.some((test) => test.matchesType(type))),
      number: this.#described++,
    };
  }
}

function maskOf(rule: CompiledRule, type: string): number {
  let mask = 0;
  for (const { index, matchesType } of rule.steps) if (matchesType(type)) mask |= 1 << index;
  if (rule.resolve.some((test) => test.matchesType(type))) mask |= RESOLVE_BIT;
  return mask;
}

function keyedTests({ steps, absences, joins }: CompiledRule, type: string): KeyedTest[] {
  const keys = joins[0]?.keys ?? {};
  const named = [
    ...steps.map((test) => ({ test, as: test.step.as, bitIndex: test.index })),
    ...absences.map((test) => ({ test, as: test.absence.as, bitIndex: test.bitIndex })),
  ];
  return named.flatMap(({ test, as, bitIndex }) => {
    const paths = keys[as];
    if (paths === undefined || !test.matchesType(type)) return [];
    return [{ bit: 1 << bitIndex, reader: keyReader(paths), matchesFields: test.matchesFields }];
  });
}

function hasAbsence(rule: CompiledRule, type: string): boolean {
  return rule.absences.some((absence) => absence.matchesType(type));
}
