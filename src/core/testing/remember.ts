import { type CompiledRule, type CompiledTest, compileRule } from "../engine/compiled-rule.ts";
import { compilePredicate } from "../expression/predicate.ts";
import type { Rendered, Template } from "../expression/template.ts";
import type { Event } from "../model/event.ts";
import type { Predicate, Rule } from "../model/rule.ts";

/** What is kept at once of one template, or of one step; more than any rule test needs. */
const KEPT_MAX = 4_096;

const remembering = new WeakMap<CompiledRule, CompiledRule>();

/**
 * A compiled rule for many runs over the same events: what it finds of the fields of an event, and what
 * it says of the events that it binds, is worked out once. Both depend on nothing else.
 */
export function compileToRemember(rule: Rule, index: number): CompiledRule {
  const compiled = compileRule(rule, index);
  const known = remembering.get(compiled);
  if (known !== undefined) return known;
  const { steps, absences, resolve, summary, detail, actions } = compiled;
  const made = {
    ...compiled,
    steps: steps.map(rememberFields),
    absences: absences.map(rememberFields),
    resolve: resolve.map(rememberFields),
    summary: rememberWords(summary),
    detail: detail === undefined ? undefined : rememberWords(detail),
    actions: actions.map(rememberWords),
  };
  remembering.set(compiled, made);
  return made;
}

const parts = new WeakMap<Predicate, (event: unknown) => boolean>();

/** A field test, compiled once: the same ones are looked at in case after case, and in window after window. */
export function compilePart(part: Predicate): (event: unknown) => boolean {
  const test = parts.get(part) ?? compilePredicate(part);
  parts.set(part, test);
  return test;
}

function rememberFields<Test extends CompiledTest>(test: Test): Test {
  const found = new Map<Event, boolean>();
  return {
    ...test,
    matchesFields: (event) => {
      const known = found.get(event);
      if (known !== undefined) return known;
      const matches = test.matchesFields(event);
      keep(found, event, matches);
      return matches;
    },
  };
}

function rememberWords(template: Template): Template {
  const said = new Map<string, Rendered>();
  return {
    render(scope) {
      const key = keyOf(scope);
      const known = said.get(key);
      if (known !== undefined) return known;
      const rendered = template.render(scope);
      keep(said, key, rendered);
      return rendered;
    },
  };
}

/** Cases come one after the other: where it is too much, what is kept is of those that are over. */
function keep<Key, Value>(kept: Map<Key, Value>, key: Key, value: Value): void {
  if (KEPT_MAX <= kept.size) kept.clear();
  kept.set(key, value);
}

let last: { readonly scope: object; readonly key: string } | undefined;
const numbers = new Map<Event, number>();
let lastNumber = 0;

/** The same for the same events bound in the same way; events are told apart as objects, for ids may come again. */
function keyOf(scope: Readonly<Record<string, unknown>>): string {
  // A story's texts are filled in one after the other.
  if (last?.scope === scope) return last.key;
  const steps = scope as Readonly<Record<string, BoundFacts>>;
  const key = Object.entries(steps)
    .map(([as, { id, count, distinct, all }]) => `${as} ${id} ${count} ${distinct} ${all.map(numberOf).join()}`)
    .join("\n");
  last = { scope, key };
  return key;
}

/** What the facts of a bound step (engine/facts.ts) are known by. */
interface BoundFacts {
  readonly id: string;
  readonly count: number;
  readonly distinct: number;
  readonly all: readonly Event[];
}

function numberOf(event: Event): number {
  const known = numbers.get(event);
  if (known !== undefined) return known;
  lastNumber += 1;
  keep(numbers, event, lastNumber);
  return lastNumber;
}
