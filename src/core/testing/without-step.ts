import { isRecord } from "../expression/read-path.ts";
import type { Moment, Rule } from "../model/rule.ts";

/** The rule without one step, and without everything that refers to it; its words stay as they are. */
export function withoutStep(rule: Rule, as: string): Rule {
  const isOf = (moment: Moment): boolean => moment.kind === "step" && moment.step === as;
  return {
    ...rule,
    steps: rule.steps.flatMap((step) => {
      if (step.as === as) return [];
      const after = step.after.filter((name) => name !== as);
      return [{ ...step, after, withinMs: after.length === 0 ? undefined : step.withinMs }];
    }),
    absent: rule.absent.filter(({ from, to }) => !isOf(from) && !isOf(to)),
    joins: rule.joins.map((join) => ({
      ...join,
      keys: Object.fromEntries(Object.entries(join.keys).filter(([name]) => name !== as)),
    })),
    conditions: rule.conditions === undefined ? undefined : withoutFact(rule.conditions, as),
  };
}

type Tree = Readonly<Record<string, unknown>>;

/** A condition tree without the tests that ask for a fact; `undefined` where nothing is left. */
function withoutFact(tree: Tree, name: string): Tree | undefined {
  const { all, any, not, fact, value } = tree;
  for (const [key, under] of Object.entries({ all, any })) {
    if (!Array.isArray(under)) continue;
    const left = under.filter(isRecord).flatMap((each) => withoutFact(each, name) ?? []);
    return left.length === 0 ? undefined : { [key]: left };
  }
  if (isRecord(not)) {
    const left = withoutFact(not, name);
    return left === undefined ? undefined : { not: left };
  }
  return fact === name || (isRecord(value) && value["fact"] === name) ? undefined : tree;
}
