import type { CompiledRule } from "../engine/compiled-rule.ts";
import { factsOf } from "../engine/facts.ts";
import type { BoundStep } from "../engine/match.ts";
import { compileConditions } from "../expression/conditions.ts";
import { operatorWords } from "../expression/predicate-words.ts";
import { isRecord, readPath } from "../expression/read-path.ts";
import { parsePath } from "../model/path.ts";
import { fieldWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";

type Tree = Readonly<Record<string, unknown>>;
type Facts = Readonly<Record<string, unknown>>;

/** The first of a rule's conditions that does not hold for these bound steps, and what stands there. */
export async function conditionsFailure(
  rule: CompiledRule,
  bound: readonly (BoundStep | undefined)[],
): Promise<Failure> {
  const facts = factsOf(rule, bound);
  for (const part of conditionParts(rule.rule.conditions ?? {})) {
    if (await compileConditions({ all: [part] })(facts)) continue;
    const { fact } = part;
    const step = typeof fact === "string" && rule.steps.some(({ step: { as } }) => as === fact) ? { step: fact } : {};
    const stood = [...new Set(factsIn(part).map((ref) => standing(ref, facts)))].join(", ");
    return { ...step, because: "conditions", detail: `${stood}; wanted: ${conditionWords(part)}` };
  }
  return { because: "conditions", detail: "its conditions do not hold" };
}

/** The conditions that must all hold, one by one. */
function conditionParts(tree: Tree): readonly Tree[] {
  const { all } = tree;
  return Array.isArray(all) ? all.filter(isRecord).flatMap(conditionParts) : [tree];
}

/** Every field of a bound step that a condition looks at, those on its right side too. */
function factsIn(tree: unknown): Tree[] {
  if (Array.isArray(tree)) return tree.flatMap(factsIn);
  if (!isRecord(tree)) return [];
  return [...(typeof tree["fact"] === "string" ? [tree] : []), ...Object.values(tree).flatMap(factsIn)];
}

/** `gone.count is 1`. */
function standing(ref: Tree, facts: Facts): string {
  const { fact, path } = ref;
  const step = facts[String(fact)];
  if (step === undefined) return `${fact} found no event`;
  if (typeof path !== "string") return `${fact} is there`;
  const field = parsePath(path);
  return `${sideWords(ref)} is ${fieldWords(field === undefined ? [] : readPath(step, field))}`;
}

/** A condition as its author would say it: `gone.count > 1`. */
function conditionWords(tree: Tree): string {
  const { not, operator, value } = tree;
  if (isRecord(not)) return `not (${conditionWords(not)})`;
  for (const kind of ["all", "any"]) {
    const trees = tree[kind];
    if (Array.isArray(trees)) return `${kind} of (${trees.filter(isRecord).map(conditionWords).join("; ")})`;
  }
  const left = sideWords(tree);
  if (operator === "exists") return `${left} ${value === true ? "is there" : "is not there"}`;
  return `${left} ${operatorWords(String(operator))} ${valueWords(value)}`;
}

function valueWords(value: unknown): string {
  if (isRecord(value)) return sideWords(value);
  return Array.isArray(value) ? value.map(String).join(", ") : JSON.stringify(value);
}

function sideWords({ fact, path }: Tree): string {
  return typeof path === "string" ? `${fact}.${path}` : String(fact);
}
