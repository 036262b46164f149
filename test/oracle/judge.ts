import { parsePath } from "../../src/core/model/path.ts";
import type { Operator, Rule } from "../../src/core/model/rule.ts";
import { judgeAbsence } from "./absence.ts";
import { type Anchors, anchorsHold, assignments, bind, candidatesOf, capped, keysOf } from "./assignment.ts";
import { all, any, not, passes, testValues, type Verdict, valuesAt } from "./read.ts";
import { type Bound, byTimeThenId, type Match, type View } from "./words.ts";

// contract.md §3.4, §3.6, §3.7 and §3.10.

/** Whether a rule holds in a window: with this match, not yet known, or not. */
export type Judgement = Match | "undecided" | undefined;

/** The smallest assignment that is valid, or that undecided absences alone keep from being so. */
export function judge(rule: Rule, view: View): Judgement {
  if (isHub(rule, view)) return undefined;
  const candidates = rule.steps.map((step) => candidatesOf(rule, step, view));
  const lists = candidates.map((list) => capped(list, view.candidatesMax));
  const truncated = candidates.some((list) => view.candidatesMax < list.length);
  let refused = 0;
  for (const anchors of assignments(rule, lists)) {
    if (!anchorsHold(rule, anchors)) continue;
    const judged = judgeAssignment(rule, anchors, truncated, view);
    if (judged === undefined) refused++;
    else {
      if (0 < refused) view.note("backtracking");
      if (judged === "undecided") view.note("absence undecided");
      else noteMatch(judged, view);
      return judged;
    }
  }
  return undefined;
}

/** A key value with events of more traces than `maxFanOut` joins nothing. */
function isHub(rule: Rule, { span, group, note }: View): boolean {
  const [join] = rule.joins;
  if (join === undefined) return false;
  const tests = [...rule.steps, ...rule.absent];
  const joined = span.events.filter((event) =>
    tests.some((test) => passes(test, event) && keysOf(event, join.keys[test.as] ?? []).includes(group)),
  );
  if (new Set(joined.map(({ traceId }) => traceId)).size <= join.maxFanOut) return false;
  note("join: fan-out");
  return true;
}

function judgeAssignment(rule: Rule, anchors: Anchors, truncated: boolean, view: View): Judgement {
  const bound = bind(rule, anchors, view);
  if (bound === undefined) {
    view.note("count not reached");
    return undefined;
  }
  let undecided = false;
  const unknown: string[] = [];
  for (const absence of rule.absent) {
    const verdict = judgeAbsence(rule, absence, bound, view);
    view.note(`absence ${verdict}`);
    if (verdict === "broken" || (verdict === "unknown" && absence.onUnknown === "drop")) return undefined;
    if (verdict === "unknown" && absence.onUnknown === "tell") unknown.push(absence.as);
    else if (verdict === "pending" || verdict === "unknown") undecided = true;
  }
  if (rule.conditions !== undefined && condition(rule.conditions, bound) !== true) {
    view.note("conditions refused");
    return undefined;
  }
  const match = matchOf(rule, bound, unknown, truncated, view);
  if (match.confidence < rule.minConfidence) {
    view.note("minConfidence gate");
    return undefined;
  }
  return undecided ? "undecided" : match;
}

function matchOf(rule: Rule, bound: readonly Bound[], unknown: string[], truncated: boolean, view: View): Match {
  const events = bound.flatMap((step) => step.events);
  const members = events.map((event) => view.memberOf(event)).filter((member) => member !== undefined);
  const own = events.filter((event) => view.memberOf(event) === undefined).map(({ traceId }) => traceId);
  return {
    rule,
    group: view.group,
    bound,
    unknown,
    confidence: confidenceOf(rule, bound, unknown),
    root: rootOf(bound),
    traces: new Set([...own, ...members.flatMap(({ traces }) => [...traces])]),
    firstMs: Math.min(...events.map(({ timeMs }) => timeMs)),
    truncated,
    members,
    level: Math.max(0, ...members.map(({ level }) => level + 1)),
  };
}

/** The first required cause in file order, else the first bound optional one, else the earliest bound step. */
function rootOf(bound: readonly Bound[]): Bound {
  const causes = bound.filter(({ step }) => step.role === "cause");
  const earliest = [...bound].sort((a, b) => byTimeThenId(a.anchor, b.anchor))[0];
  return (causes.find(({ step }) => !step.optional) ?? causes[0] ?? earliest) as Bound;
}

/** Σ weight × quality / Σ weight: the share of the declared evidence that was directly observed. */
function confidenceOf(rule: Rule, bound: readonly Bound[], unknown: readonly string[]): number {
  const terms = rule.steps.map((step) => ({
    weight: step.optional ? 0.5 : 1,
    quality: qualityOf(
      rule,
      bound.find((one) => one.step === step),
    ),
  }));
  terms.push(...rule.absent.map(({ as }) => ({ weight: 1, quality: unknown.includes(as) ? 0 : 1 })));
  const sum = (of: (term: { weight: number; quality: number }) => number): number =>
    terms.reduce((total, term) => total + of(term), 0);
  return sum(({ weight, quality }) => weight * quality) / sum(({ weight }) => weight);
}

function qualityOf(rule: Rule, bound: Bound | undefined): number {
  if (bound === undefined) return 0;
  if (bound.inferred) return 0.8;
  return 0 < rule.joins.length || bound.anchor.traceOrigin === "derived" ? 0.9 : 1;
}

/** json-rules-engine's condition language over the bound steps, with this project's rule of missing fields. */
function condition(node: Readonly<Record<string, unknown>>, bound: readonly Bound[]): Verdict {
  const each = (of: unknown): Verdict[] => (of as Record<string, unknown>[]).map((part) => condition(part, bound));
  if (node["all"] !== undefined) return all(each(node["all"]));
  if (node["any"] !== undefined) return any(each(node["any"]));
  if (node["not"] !== undefined) return not(condition(node["not"] as Record<string, unknown>, bound));
  const { value } = node;
  const operands =
    typeof value === "object" && value !== null && "fact" in value ? factValues(value, bound) : [value].flat();
  return testValues(node["operator"] as Operator, factValues(node, bound), operands);
}

function factValues({ fact, path }: { fact?: unknown; path?: unknown }, bound: readonly Bound[]): unknown[] {
  const found = bound.find(({ step }) => step.as === fact);
  const parsed = parsePath(String(path));
  if (found === undefined || parsed === undefined) return [];
  const { anchor, events, count, distinct } = found;
  return valuesAt({ ...anchor, count, distinct, first: events[0], last: events.at(-1), all: events }, parsed);
}

function noteMatch({ bound, rule, truncated, unknown, level }: Match, { note }: View): void {
  const features: Readonly<Record<string, boolean>> = {
    holds: true,
    truncated,
    "told without the credit": 0 < unknown.length,
    [`story of stories, level ${level}`]: 0 < level,
    "join held": 0 < rule.joins.length,
    "several joins held": 1 < rule.joins.length,
    "tuple of keys": rule.joins.some(({ keys }) => Object.values(keys).some(({ length }) => 1 < length)),
    "step without a key": rule.joins.some(({ keys }) => rule.steps.some(({ as }) => keys[as] === undefined)),
    "rule within": rule.withinMs !== undefined,
    "conditions held": rule.conditions !== undefined,
    "optional not bound": bound.length < rule.steps.length,
  };
  for (const [feature, happened] of Object.entries(features)) if (happened) note(feature);
  for (const step of bound) noteStep(step, note);
}

function noteStep({ step, inferred, events, anchor }: Bound, note: (feature: string) => void): void {
  const features: Readonly<Record<string, boolean>> = {
    "order inferred": inferred,
    "optional bound": step.optional,
    "pick last": step.pick === "last",
    count: step.count !== undefined && step.count.distinct === undefined,
    "count distinct": step.count?.distinct !== undefined,
    "gap within": step.withinMs !== undefined,
    "further events": 1 < events.length,
    "trace derived": anchor.traceOrigin === "derived",
  };
  for (const [feature, happened] of Object.entries(features)) if (happened) note(feature);
}
