import { type FieldPath, parsePath } from "../model/path.ts";
import { OPERATORS, type Operator } from "../model/rule.ts";
import { isScalar } from "./operators.ts";
import { isRecord } from "./read-path.ts";
import { compileRegex } from "./regex.ts";

/** Something wrong in a condition tree, and where: the keys and indexes that lead to it. */
export interface ConditionProblem {
  readonly kind: "shape" | "key" | "operator" | "fact" | "path" | "regex";
  /** One lower-case clause without a full stop. */
  readonly problem: string;
  readonly path: readonly (string | number)[];
  /** The text that is wrong, and what could have been meant, where it is one of a closed list. */
  readonly found?: string;
  readonly known?: readonly string[];
  /** Whether the wrong text is the last key of `path`, not the value under it. */
  readonly atKey?: boolean;
}

/** One side of a test: a bound step, and where in it to look; the whole step without a path. */
export interface FactRef {
  readonly fact: string;
  readonly path: FieldPath | undefined;
}

/** Deepest nesting of `all`, `any` and `not`. */
const CONDITION_DEPTH_MAX = 16;

const GROUPS = ["all", "any", "not"] as const;
const TEST_KEYS: readonly string[] = ["fact", "path", "operator", "value"];
const REF_KEYS: readonly string[] = ["fact", "path"];

/** Finds everything that is wrong in a condition tree; `facts` are the names it may use, if known. */
export function inspectConditions(tree: unknown, facts?: readonly string[]): ConditionProblem[] {
  const problems: ConditionProblem[] = [];
  if (isRecord(tree) && !GROUPS.some((group) => Object.hasOwn(tree, group))) {
    problems.push({ kind: "shape", problem: "conditions start with `all`, `any` or `not`", path: [] });
  } else inspectNode(tree, [], { facts, problems });
  return problems;
}

interface Inspection {
  readonly facts: readonly string[] | undefined;
  readonly problems: ConditionProblem[];
}

type Place = readonly (string | number)[];

function inspectNode(node: unknown, path: Place, inspection: Inspection): void {
  const { problems } = inspection;
  if (!isRecord(node)) {
    problems.push({ kind: "shape", problem: "a condition is a map", path });
    return;
  }
  if (2 * CONDITION_DEPTH_MAX < path.length) {
    problems.push({ kind: "shape", problem: `conditions nest at most ${CONDITION_DEPTH_MAX} deep`, path });
    return;
  }
  const group = GROUPS.find((name) => Object.hasOwn(node, name));
  inspectKeys(node, path, group === undefined ? TEST_KEYS : [group], problems);
  if (group === undefined) {
    inspectTest(node, path, inspection);
    return;
  }
  const under = node[group];
  if (group === "not") {
    inspectNode(under, [...path, group], inspection);
    return;
  }
  if (!Array.isArray(under) || under.length === 0) {
    problems.push({
      kind: "shape",
      problem: `\`${group}\` takes a list of at least one condition`,
      path: [...path, group],
    });
    return;
  }
  for (const [at, child] of under.entries()) inspectNode(child, [...path, group, at], inspection);
}

function inspectKeys(node: object, path: Place, known: readonly string[], problems: ConditionProblem[]): void {
  for (const key of Object.keys(node)) {
    if (known.includes(key)) continue;
    const [group] = known;
    const lone = known.length === 1;
    const problem = lone ? `\`${key}\` can't stand beside \`${group}\`` : `\`${key}\` is not part of a condition here`;
    problems.push({ kind: "key", problem, path: [...path, key], atKey: true, ...(lone ? {} : { found: key, known }) });
  }
}

function inspectTest(node: Readonly<Record<string, unknown>>, path: Place, inspection: Inspection): void {
  const { problems } = inspection;
  for (const key of ["fact", "operator", "value"]) {
    if (!Object.hasOwn(node, key)) problems.push({ kind: "shape", problem: `a condition needs \`${key}\``, path });
  }
  inspectRef(node, path, inspection);
  const { operator, value } = node as { operator?: unknown; value?: unknown };
  const known = OPERATORS.find((name) => name === operator);
  if (operator !== undefined && known === undefined) {
    const problem = `there is no operator \`${String(operator)}\``;
    problems.push({
      kind: "operator",
      problem,
      path: [...path, "operator"],
      found: String(operator),
      known: OPERATORS,
    });
  }
  if (value !== undefined) inspectValue(known, value, [...path, "value"], inspection);
}

function inspectValue(operator: Operator | undefined, value: unknown, path: Place, inspection: Inspection): void {
  const { problems } = inspection;
  if (operator === "exists" && typeof value !== "boolean") {
    problems.push({ kind: "shape", problem: "`exists` takes true or false", path });
    return;
  }
  if (isRecord(value)) {
    inspectKeys(value, path, REF_KEYS, problems);
    if (!Object.hasOwn(value, "fact")) problems.push({ kind: "shape", problem: "a map as value needs `fact`", path });
    if (operator === "matches")
      problems.push({ kind: "shape", problem: "`matches` takes a pattern, not a fact", path });
    inspectRef(value, path, inspection);
    return;
  }
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!elements.every(isScalar))
    problems.push({ kind: "shape", problem: "a value is a scalar, a list of them or a fact", path });
  if (operator !== "matches") return;
  for (const element of elements) {
    const regex = compileRegex(String(element));
    if (!regex.ok) problems.push({ kind: "regex", problem: regex.problem, path, found: String(element) });
  }
}

function inspectRef(node: Readonly<Record<string, unknown>>, path: Place, { facts, problems }: Inspection): void {
  const { fact, path: inner } = node as { fact?: unknown; path?: unknown };
  if (fact !== undefined && typeof fact !== "string") {
    problems.push({ kind: "shape", problem: "`fact` is the name of a step", path: [...path, "fact"] });
  } else if (fact !== undefined && facts !== undefined && !facts.includes(fact)) {
    const problem = `there is no step \`${fact}\``;
    problems.push({ kind: "fact", problem, path: [...path, "fact"], found: fact, known: facts });
  }
  if (inner !== undefined && (typeof inner !== "string" || parsePath(inner) === undefined)) {
    const problem = `\`${String(inner)}\` is not a field path`;
    problems.push({ kind: "path", problem, path: [...path, "path"], found: String(inner) });
  }
}
