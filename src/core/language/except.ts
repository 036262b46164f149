import type { Predicate } from "../model/rule.ts";

/**
 * The test that an event passes unless it passes `excepted`. Unlike `not`, an event that lacks a field
 * of the exception passes: what is not known to be excepted counts.
 */
export function unless(excepted: Predicate): Predicate {
  return isNot(true, excepted);
}

/** True wherever a predicate is not `verdict`; never missing itself. */
function isNot(verdict: boolean, predicate: Predicate): Predicate {
  switch (predicate.kind) {
    case "not":
      return isNot(!verdict, predicate.of);
    case "all":
      // `all` is true if every part is, and false if one part is.
      return { kind: verdict ? "any" : "all", of: predicate.of.map((part) => isNot(verdict, part)) };
    case "any":
      return { kind: verdict ? "all" : "any", of: predicate.of.map((part) => isNot(verdict, part)) };
    case "test": {
      const turned: Predicate = verdict ? { kind: "not", of: predicate } : predicate;
      if (predicate.operator === "exists") return turned;
      return { kind: "any", of: [{ kind: "test", path: predicate.path, operator: "exists", value: false }, turned] };
    }
  }
}
