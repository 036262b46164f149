import { predicateWords } from "../expression/predicate-words.ts";
import { partsOf } from "../language/compare-tests.ts";
import type { Place } from "../language/yaml-tree.ts";
import type { EventTest, Predicate, Rule, Step } from "../model/rule.ts";
import { exactDuration } from "./event-words.ts";
import { isImplied } from "./implied-test.ts";
import { lesserTests } from "./lesser-tests.ts";
import type { Mutant } from "./mutants.ts";
import { needsFact } from "./needs-fact.ts";
import { withoutStep } from "./without-step.ts";

type Change = { readonly what: string; readonly hint: string; readonly field?: Place; readonly change: Partial<Step> };

/** Mutants of a rule's steps. */
export function stepMutants(rule: Rule): Mutant[] {
  return rule.steps.flatMap((step, at) => {
    const place: Place = ["steps", at];
    const changes = [...presence(rule, step), ...order(step), ...choice(step), ...testChanges(step, step.as)];
    const mutants = changes.map(({ what, hint, field = [], change }): Mutant => {
      const steps = rule.steps.map((each) => (each === step ? { ...each, ...change } : each));
      return { what, hint, place: [...place, ...field], rule: { ...rule, steps } };
    });
    const others = rule.steps.filter((each) => each !== step && !each.optional).length;
    if (others === 0) return mutants;
    const hint = step.optional
      ? `a case in which ${step.as} happens, with it under \`bound\``
      : `a case in which everything but ${step.as} happens, and no story`;
    return [{ what: `step ${step.as} dropped`, hint, place, rule: withoutStep(rule, step.as) }, ...mutants];
  });
}

function presence({ steps, conditions }: Rule, { as, optional }: Step): Change[] {
  if (optional) {
    const hint = `a case without ${as} that expects the story all the same`;
    return [{ what: `step ${as} made required`, hint, field: ["optional"], change: { optional: false } }];
  }
  if (steps.filter((step) => !step.optional).length === 1) return [];
  // Without the step the conditions refuse, so that it is required all the same.
  if (conditions !== undefined && needsFact(conditions, as)) return [];
  const hint = `a case in which everything but ${as} happens, and no story`;
  return [{ what: `step ${as} made optional`, hint, change: { optional: true } }];
}

function order({ as, after, withinMs }: Step): Change[] {
  const changes = after.map((before): Change => {
    const left = after.filter((other) => other !== before);
    const change = { after: left, withinMs: left.length === 0 ? undefined : withinMs };
    const hint = `a case in which ${as} comes before ${before}, and no story`;
    return { what: `${as} need not follow ${before}`, hint, field: ["after"], change };
  });
  if (withinMs === undefined) return changes;
  const hint = `a case in which ${as} comes a little more than ${exactDuration(withinMs)} after ${after.join(" or ")}, and no story`;
  const late = `a case in which ${as} comes nearly ${exactDuration(withinMs)} after ${after.join(" and ")}, with the story`;
  return [
    ...changes,
    { what: `within of ${as} removed`, hint, field: ["within"], change: { withinMs: undefined } },
    { what: `within of ${as} doubled`, hint, field: ["within"], change: { withinMs: withinMs * 2 } },
    { what: `within of ${as} halved`, hint: late, field: ["within"], change: { withinMs: withinMs / 2 } },
  ];
}

function choice({ as, count, pick }: Step): Change[] {
  const changes: Change[] = [];
  if (count !== undefined) {
    const { atLeast, distinct } = count;
    const field = ["count"];
    if (1 < atLeast) {
      const hint = `a case with ${atLeast - 1} of ${as}, and no story`;
      changes.push({
        what: `count of ${as} lowered to ${atLeast - 1}`,
        hint,
        field,
        change: { count: { atLeast: atLeast - 1, distinct } },
      });
    }
    const hint = `a case with one more than ${atLeast} of ${as}, and another with exactly ${atLeast}, both with the story`;
    changes.push({
      what: `count of ${as} raised to ${atLeast + 1}`,
      hint,
      field,
      change: { count: { atLeast: atLeast + 1, distinct } },
    });
    if (distinct !== undefined && 1 < atLeast) {
      const same = `a case with ${atLeast} of ${as} of which two have the same ${distinct.text}, and no story`;
      changes.push({
        what: `count of ${as} no longer distinct`,
        hint: same,
        field,
        change: { count: { atLeast, distinct: undefined } },
      });
    }
  }
  if (pick === "last") {
    const hint = `a case with two of ${as}, which says under \`bound\` which is taken`;
    changes.push({ what: `${as} takes the first event`, hint, field: ["pick"], change: { pick: "first" } });
  }
  return changes;
}

/** Changes to what an event must look like: a type or a field test less, or less in one of these tests. */
export function testChanges(
  { types = [], where }: EventTest,
  as: string,
): (Omit<Change, "change"> & { change: Partial<EventTest> })[] {
  const parts = partsOf(where);
  return [
    ...(types.length < 2 ? [] : types).map((type) => ({
      what: `${as} no longer takes the type ${type}`,
      hint: `a case in which ${as} is a ${type}`,
      field: ["type", types.indexOf(type)],
      change: { types: types.filter((other) => other !== type) },
    })),
    ...parts.flatMap((part) => {
      const words = predicateWords(part);
      const rest = parts.filter((other) => other !== part);
      if (isImplied(part, rest)) return [];
      const replaced = (by: readonly Predicate[]): { where: Predicate | undefined } => {
        const of = [...rest, ...by];
        return { where: of.length === 0 ? undefined : { kind: "all", of } };
      };
      const field = ["where", ...(part.kind === "test" ? [part.path.text] : [part.kind])];
      const hint = `a case in which an event fails only this, and no story: ${words}`;
      const removed = { what: `${as} no longer asks that ${words}`, hint, field, change: replaced([]) };
      // A step that takes any event at all is not a rule that anyone would write.
      const isAll = rest.length === 0 && types.length === 0;
      return [
        ...(isAll ? [] : [removed]),
        ...lesserTests(part).map(({ what, hint, by }) => ({
          what: `${as} no longer ${what}`,
          hint,
          field,
          change: replaced([by]),
        })),
      ];
    }),
  ];
}
