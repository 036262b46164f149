import { isExactType } from "../expression/event-types.ts";
import { SEVERITIES } from "../model/event.ts";
import { canonicalJson } from "../model/hash.ts";
import type { Rule, Step } from "../model/rule.ts";
import { admitsAll, formOf } from "./compare-tests.ts";

/**
 * Whether every window in which `other` holds is one in which `rule` holds: true only where that is plain to see.
 */
export function holdsWhenever(rule: Rule, other: Rule): boolean {
  if (0 < rule.absent.length || rule.conditions !== undefined || 0 < rule.minConfidence) return false;
  if (other.settleMs < rule.settleMs || rule.skewMs < other.skewMs) return false;
  if (rule.withinMs !== undefined && rule.withinMs < (other.withinMs ?? Number.POSITIVE_INFINITY)) return false;
  if (rule.minEvents !== undefined && rule.minEvents !== other.minEvents) return false;
  if (canonicalJson(rule.joins) !== canonicalJson(other.joins)) return false;
  const needed = rule.steps.filter(({ optional }) => !optional);
  const free = new Set(other.steps.filter(({ optional }) => !optional));
  const namesOf = new Map<string, string>();
  for (const step of needed) {
    const stand = [...free].find((one) => isNoStricter(step, one, namesOf));
    if (stand === undefined) return false;
    free.delete(stand);
    namesOf.set(step.as, stand.as);
  }
  return 0 === rule.joins.length || needed.every(({ as }) => namesOf.get(as) === as);
}

/** Whether whatever fills one step, and keeps its order, would fill the other; steps before it are given by name. */
function isNoStricter(step: Step, other: Step, namesOf: ReadonlyMap<string, string>): boolean {
  // An event that a counted step took along is gone for the next step, so counts must be alike to the letter.
  if (step.count !== undefined && canonicalJson(demandOf(step)) !== canonicalJson(demandOf(other))) return false;
  if (!step.after.every((name) => other.after.includes(namesOf.get(name) ?? ""))) return false;
  if (step.withinMs !== undefined && step.withinMs < (other.withinMs ?? Number.POSITIVE_INFINITY)) return false;
  return admitsAll(step, other);
}

function demandOf({ as, types, where, after, withinMs, count, pick }: Step): unknown {
  return { as, types, where, after, withinMs, count, pick };
}

/** Finds, for a rule, another one that is the headline whenever it holds. */
export class HidingRules {
  /** By an event type and a part of `where` that a rule can't hold without; either may be empty. */
  readonly #byDemand = new Map<string, Ranked[]>();

  constructor(rules: Iterable<Rule>) {
    for (const rule of rules) {
      if (!claims(rule) || 0 < rule.absent.length || rule.conditions !== undefined) continue;
      const first = rule.steps.find(({ optional }) => !optional);
      if (first === undefined) continue;
      const [part = ""] = formOf(first).parts;
      const types = first.types?.every(isExactType) === true ? first.types : [""];
      const ranked = { rule, rank: rankOf(rule) };
      for (const type of types) {
        const under = this.#byDemand.get(`${type} ${part}`);
        if (under === undefined) this.#byDemand.set(`${type} ${part}`, [ranked]);
        else under.push(ranked);
      }
    }
  }

  /** The first rule, by key, that hides another; `undefined` where none is sure to. */
  hiding(other: Rule): Rule | undefined {
    const isOverStories = other.steps.some(({ types }) => types?.some((type) => type.startsWith("story.")));
    if (!claims(other) || isOverStories) return undefined;
    const rank = rankOf(other);
    let found: Rule | undefined;
    for (const demand of demandsOf(other)) {
      for (const { rule, rank: above } of this.#byDemand.get(demand) ?? []) {
        if (above <= rank || (found !== undefined && found.key < rule.key)) continue;
        if (holdsWhenever(rule, other)) found = rule;
      }
    }
    return found;
  }
}

interface Ranked {
  readonly rule: Rule;
  readonly rank: number;
}

/** Where a rule comes whatever the events are, the headline highest: contract.md §3.9. Priorities go up to 1,000. */
function rankOf({ priority, severity, steps }: Rule): number {
  const required = steps.filter(({ optional }) => !optional).length;
  return (priority * SEVERITIES.length + SEVERITIES.indexOf(severity)) * 100 + required;
}

/** Under what a rule stands that holds whenever this one does. */
function demandsOf({ steps }: Rule): ReadonlySet<string> {
  const demands = new Set<string>();
  for (const step of steps) {
    if (step.optional) continue;
    for (const type of ["", ...(step.types ?? [])]) {
      for (const part of ["", ...formOf(step).parts]) demands.add(`${type} ${part}`);
    }
  }
  return demands;
}

/** Whether a rule competes for the traces of its events, so that it can be hidden, and hide. */
function claims({ standalone, mode }: Rule): boolean {
  return !standalone && mode === "active";
}
