import { predicateWords } from "../expression/predicate-words.ts";
import { partsOf } from "../language/compare-tests.ts";
import type { Predicate, Scalar } from "../model/rule.ts";
import { isImplied } from "./implied-test.ts";

/** A field test that says less than it did, in one place. */
export interface LesserTest {
  /** What is no longer so: `takes update for attributes.verb is one of …`. */
  readonly what: string;
  /** What case would notice. */
  readonly hint: string;
  readonly by: Predicate;
}

/** A field test with one thing less: a value of a list, a way of several, or a test that must hold within one way. */
export function lesserTests(test: Predicate): LesserTest[] {
  switch (test.kind) {
    case "test":
      return shorterLists(test);
    case "not":
      return within([test.of], ([of = test.of]) => ({ kind: "not", of }));
    case "any":
      return [...fewerWays(test.of), ...within(test.of, (of) => ({ kind: "any", of }))];
    case "all": {
      const parts = partsOf(test);
      return [...fewerTests(parts), ...within(parts, (of) => ({ kind: "all", of }))];
    }
  }
}

function shorterLists(test: Extract<Predicate, { readonly kind: "test" }>): LesserTest[] {
  if (!Array.isArray(test.value) || test.value.length < 2) return [];
  const values: readonly Scalar[] = test.value;
  return values.map((value, at) => ({
    what: `takes ${value} for ${predicateWords(test)}`,
    hint: `a case in which it is ${value}`,
    by: { ...test, value: values.toSpliced(at, 1) },
  }));
}

function fewerWays(ways: readonly Predicate[]): LesserTest[] {
  if (ways.length < 2) return [];
  return ways.map((way, at) => ({
    what: `takes it where ${predicateWords(way)}`,
    hint: `a case in which this holds alone: ${predicateWords(way)}`,
    by: { kind: "any", of: ways.toSpliced(at, 1) },
  }));
}

function fewerTests(tests: readonly Predicate[]): LesserTest[] {
  if (tests.length < 2) return [];
  return tests.flatMap((test, at) => {
    const rest = tests.toSpliced(at, 1);
    if (isImplied(test, rest)) return [];
    const words = predicateWords(test);
    const hint = `a case in which an event fails only this, and no story: ${words}`;
    return [{ what: `asks that ${words}`, hint, by: { kind: "all", of: rest } }];
  });
}

/** The same one level down. */
function within(tests: readonly Predicate[], around: (of: readonly Predicate[]) => Predicate): LesserTest[] {
  return tests.flatMap((test, at) =>
    lesserTests(test).map(({ what, hint, by }) => ({ what, hint, by: around(tests.with(at, by)) })),
  );
}
