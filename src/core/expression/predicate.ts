import type { Predicate } from "../model/rule.ts";
import { operatorTest, type ValueTest } from "./operators.ts";
import { readPath, singleReader } from "./read-path.ts";

/** Kleene's three values: `undefined` says that a field it depends on is missing. */
type Verdict = boolean | undefined;
type Judge = (subject: unknown) => Verdict;

/**
 * Compiles a field test once; the result never throws and keeps no state.
 *
 * A test on a missing field is *missing*, and so is `not` of it: `all` is false if any part is false,
 * else missing if any is missing; `any` is true if any part is true, else missing if any is missing.
 * The answer is true only for true. `exists` is never missing. Where a path leads to several
 * values (`[*]`), one that passes suffices.
 *
 * @throws InvariantError for a `matches` pattern that does not compile
 */
export function compilePredicate(predicate: Predicate): (subject: unknown) => boolean {
  const judge = compile(predicate);
  return (subject) => judge(subject) === true;
}

function compile(predicate: Predicate): Judge {
  switch (predicate.kind) {
    case "all":
      return compileAll(predicate.of.map(compile));
    case "any":
      return compileAny(predicate.of.map(compile));
    case "not": {
      const judge = compile(predicate.of);
      return (subject) => {
        const verdict = judge(subject);
        return verdict === undefined ? undefined : !verdict;
      };
    }
    case "test":
      return compileTest(predicate);
  }
}

function compileAll(judges: readonly Judge[]): Judge {
  const [only] = judges;
  if (only !== undefined && judges.length === 1) return only;
  return (subject) => {
    let verdict: Verdict = true;
    for (const judge of judges) {
      const part = judge(subject);
      if (part === false) return false;
      if (part === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function compileAny(judges: readonly Judge[]): Judge {
  const [only] = judges;
  if (only !== undefined && judges.length === 1) return only;
  return (subject) => {
    let verdict: Verdict = false;
    for (const judge of judges) {
      const part = judge(subject);
      if (part === true) return true;
      if (part === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function compileTest({ path, operator, value }: Predicate & { kind: "test" }): Judge {
  const read = singleReader(path);
  if (operator === "exists") {
    const wanted = value === true;
    if (read === undefined) return (subject) => 0 < readPath(subject, path).length === wanted;
    return (subject) => (read(subject) !== undefined) === wanted;
  }
  const test = operatorTest(operator, value);
  if (read === undefined) return (subject) => anyPasses(readPath(subject, path), test);
  return (subject) => {
    const field = read(subject);
    return field === undefined ? undefined : test(field);
  };
}

function anyPasses(values: readonly unknown[], test: ValueTest): Verdict {
  if (values.length === 0) return undefined;
  for (const value of values) if (test(value)) return true;
  return false;
}
