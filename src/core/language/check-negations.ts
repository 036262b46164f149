import { isRecord } from "../expression/read-path.ts";
import type { Rule } from "../model/rule.ts";
import { partsOf } from "./compare-tests.ts";
import { mayBeMissing } from "./event-fields.ts";
import type { Findings } from "./findings.ts";
import type { RawWhere } from "./raw-pack.ts";
import type { Place } from "./yaml-tree.ts";

const NEGATIVE = new Set(["notEqual", "notIn", "doesNotContain"]);

/** Warns of negative tests over fields that some events don't have, unless `exists` is asked as well. */
export function checkNegations(where: RawWhere, place: Place, findings: Findings): void {
  const asked = new Set<string>();
  collectExists(where, asked);
  walk(where, place, { negated: false, asked, findings });
}

interface Walk {
  readonly negated: boolean;
  readonly asked: ReadonlySet<string>;
  readonly findings: Findings;
}

function walk(where: RawWhere, place: Place, state: Walk): void {
  for (const [key, value] of Object.entries(where)) {
    const at = [...place, key];
    if (key === "all" || key === "any") {
      for (const [index, each] of (value as readonly RawWhere[]).entries()) walk(each, [...at, index], state);
    } else if (key === "not") walk(value as RawWhere, at, { ...state, negated: !state.negated });
    else if (mayBeMissing(key) && !state.asked.has(key)) warn(key, value, at, state);
  }
}

function warn(path: string, test: unknown, place: Place, { negated, findings }: Walk): void {
  const isMap = typeof test === "object" && test !== null && !Array.isArray(test);
  const operators = isMap ? Object.keys(test) : ["equal"];
  const negative = operators.find((operator) => NEGATIVE.has(operator) !== negated);
  if (negative === undefined) return;
  findings.atKey(isMap ? [...place, negative] : place, {
    code: "TAP209",
    message: `events without \`${path}\` do not pass this negative test`,
    hint: `if they should, use \`any\` with \`${path}: { exists: false }\`; if not, add \`exists: true\` beside it`,
  });
}

/** What of a rule says that a field of a bound step is there. */
export type StepFields = Pick<Rule, "steps" | "joins">;

/**
 * Warns of negative tests in conditions over fields that a bound step may not have. A key of a join, and a field
 * that the step itself tests, is there.
 */
export function checkConditionNegations(
  conditions: Readonly<Record<string, unknown>>,
  place: Place,
  fields: StepFields,
  findings: Findings,
): void {
  const asked = new Set(
    leavesOf(conditions, place, false).flatMap((leaf) => (leaf.operator === "exists" ? leaf.key : [])),
  );
  for (const { key, fact, path, operator, negated, at } of leavesOf(conditions, place, false)) {
    if (NEGATIVE.has(operator) === negated || operator === "exists" || asked.has(key)) continue;
    if (path === "distinct" || !mayBeMissing(path) || isThere(fact, path, fields)) continue;
    findings.atValue([...at, "operator"], {
      code: "TAP209",
      message: `a step \`${fact}\` without \`${path}\` does not pass this negative test`,
      hint: `if it should, use \`any\` with \`exists\` and \`false\` for it; if not, test it in \`where\` of the step`,
    });
  }
}

/** A single test of a condition tree. */
interface Leaf {
  readonly key: string;
  readonly fact: string;
  /** From the step's first or last event, without saying which. */
  readonly path: string;
  readonly operator: string;
  readonly negated: boolean;
  readonly at: Place;
}

function leavesOf(node: unknown, at: Place, negated: boolean): readonly Leaf[] {
  if (!isRecord(node)) return [];
  const { fact, path, operator } = node;
  if (typeof fact === "string" && typeof operator === "string") {
    if (typeof path !== "string") return [];
    const field = path.replace(/^(first|last)\./, "");
    return [{ key: `${fact} ${field}`, fact, path: field, operator, negated, at }];
  }
  return Object.entries(node).flatMap(([key, under]) =>
    Array.isArray(under)
      ? under.flatMap((each, index) => leavesOf(each, [...at, key, index], negated))
      : leavesOf(under, [...at, key], key === "not" ? !negated : negated),
  );
}

function isThere(fact: string, path: string, { steps, joins }: StepFields): boolean {
  if (joins.some(({ keys }) => Object.hasOwn(keys, fact) && keys[fact]?.some(({ text }) => text === path))) return true;
  const where = steps.find(({ as }) => as === fact)?.where;
  return partsOf(where).some((part) => part.kind === "test" && part.path.text === path && part.value !== false);
}

function collectExists(where: RawWhere, asked: Set<string>): void {
  for (const [key, value] of Object.entries(where)) {
    if (key === "all" || key === "any") for (const each of value as readonly RawWhere[]) collectExists(each, asked);
    else if (key === "not") collectExists(value as RawWhere, asked);
    else if (typeof value === "object" && Object.hasOwn(value, "exists")) asked.add(key);
  }
}
