import { isRecord } from "../expression/read-path.ts";
import type { Join, Rule } from "../model/rule.ts";
import { exactDuration } from "./event-words.ts";
import type { Mutant } from "./mutants.ts";
import { testChanges } from "./mutants-of-steps.ts";

/** Mutants of what a rule joins. */
export function joinMutants(rule: Rule): Mutant[] {
  return rule.joins.flatMap((join, at) => {
    const place = ["join", at];
    const replaced = (by: Partial<Join>): Rule => ({
      ...rule,
      joins: rule.joins.map((each) => (each === join ? { ...each, ...by } : each)),
    });
    const mutants: Mutant[] = [
      {
        what: `join ${join.as} removed`,
        hint: `a case whose events are alike but for ${join.as}, or in traces of their own`,
        place,
        rule: { ...rule, joins: rule.joins.filter((each) => each !== join) },
      },
    ];
    const length = Math.max(...Object.values(join.keys).map((paths) => paths.length));
    for (let part = 0; 1 < length && part < length; part++) {
      const keys = Object.fromEntries(Object.entries(join.keys).map(([as, paths]) => [as, paths.toSpliced(part, 1)]));
      const names = [...new Set(Object.values(join.keys).map((paths) => paths[part]?.text))].join(" and ");
      const hint = `a case in which only ${names} differ(s), and no story`;
      mutants.push({
        what: `join ${join.as} no longer compares ${names}`,
        hint,
        place: [...place, "keys"],
        rule: replaced({ keys }),
      });
    }
    if (0 < join.ignore.length) {
      const hint = `a case with a key that ${join.as} ignores, and no story`;
      mutants.push({
        what: `join ${join.as} ignores nothing`,
        hint,
        place: [...place, "ignore"],
        rule: replaced({ ignore: [] }),
      });
    }
    return mutants;
  });
}

/** How much earlier than it does an absence begins. */
const EARLY_MS = 60_000;

/** Mutants of what must be absent. */
export function absenceMutants(rule: Rule): Mutant[] {
  return rule.absent.flatMap((absence, at) => {
    const { as, requireSource, onUnknown, from, to } = absence;
    const place = ["absent", at];
    const replaced = (by: object): Rule => ({
      ...rule,
      absent: rule.absent.map((each) => (each === absence ? { ...each, ...by } : each)),
    });
    const mutants: Mutant[] = [
      {
        what: `${as} may be there`,
        hint: `a case in which ${as} happens, and no story`,
        place,
        rule: { ...rule, absent: rule.absent.filter((each) => each !== absence) },
      },
    ];
    if (requireSource !== undefined) {
      const hint = `a case in which log time passes the end of ${as}, nothing is heard from ${requireSource}, and no story`;
      mutants.push({
        what: `${as} needs no word from ${requireSource}`,
        hint,
        place: [...place, "requireSource"],
        rule: replaced({ requireSource: undefined }),
      });
    }
    if (from.kind === "step") {
      mutants.push({
        what: `the time in which ${as} may not come begins ${exactDuration(EARLY_MS)} earlier`,
        hint: `a case in which ${as} comes a little before that time, and the story all the same`,
        place: [...place, "from"],
        rule: replaced({ from: { ...from, offsetMs: from.offsetMs - EARLY_MS } }),
      });
    }
    if (to.kind === "step" && 0 < to.offsetMs) {
      mutants.push({
        what: `the time in which ${as} may not come halved`,
        hint: `a case in which ${as} comes nearly ${exactDuration(to.offsetMs)} after ${to.step}, and no story`,
        place: [...place, "to"],
        rule: replaced({ to: { ...to, offsetMs: to.offsetMs / 2 } }),
      });
    }
    if (onUnknown === "tell") {
      mutants.push({
        what: `nothing told where nobody knows of ${as}`,
        hint: `a case whose events end before it is known whether ${as} is absent, with the story`,
        place: [...place, "onUnknown"],
        rule: replaced({ onUnknown: "hold" }),
      });
    }
    for (const { what, field = [], change } of testChanges(absence, as)) {
      const hint = `a case with an event that is nearly ${as}, and the story all the same`;
      mutants.push({ what, hint, place: [...place, ...field], rule: replaced(change) });
    }
    return mutants;
  });
}

/** Mutants of a rule's conditions: all of them, and each that must hold, left out. */
export function conditionMutants(rule: Rule): Mutant[] {
  const { conditions } = rule;
  if (conditions === undefined) return [];
  const hint = "a case in which everything holds but this, and no story";
  const mutants: Mutant[] = [
    { what: "conditions removed", hint, place: ["conditions"], rule: { ...rule, conditions: undefined } },
  ];
  const { all } = conditions;
  if (!Array.isArray(all) || all.length < 2) return mutants;
  for (const [at, part] of all.filter(isRecord).entries()) {
    const changed = { ...rule, conditions: { all: all.toSpliced(at, 1) } };
    mutants.push({
      what: `condition removed: ${JSON.stringify(part)}`,
      hint,
      place: ["conditions", "all", at],
      rule: changed,
    });
  }
  return mutants;
}
