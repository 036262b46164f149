import type { CompiledRule } from "./compiled-rule.ts";
import type { BoundStep } from "./match.ts";

/**
 * The bound steps as templates and conditions see them: by step name the fields of its first
 * event, and `count`, `distinct`, `first`, `last`, `all`. An unbound optional step is absent.
 */
export function factsOf(rule: CompiledRule, bound: readonly (BoundStep | undefined)[]): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const { step, index } of rule.steps) {
    const found = bound[index];
    if (found === undefined) continue;
    facts[step.as] = {
      ...found.anchor,
      count: found.count,
      distinct: found.distinct,
      first: found.events[0],
      last: found.events.at(-1),
      all: found.events,
    };
  }
  return facts;
}
