import { Engine } from "json-rules-engine";
import { invariant } from "../model/invariant.ts";
import { type FieldPath, parsePath } from "../model/path.ts";
import { OPERATORS, type Operator } from "../model/rule.ts";
import { type FactRef, inspectConditions } from "./condition-tree.ts";
import { operatorTest } from "./operators.ts";
import { isRecord, readPath } from "./read-path.ts";

/** Judges the bound steps of one assignment, by name; an optional step that is not bound is absent. */
export type ConditionJudge = (facts: Readonly<Record<string, unknown>>) => Promise<boolean>;

/** One leaf as json-rules-engine gets it: names of paths, never their text. */
interface Leaf {
  readonly fact: string;
  readonly path: string;
  readonly operator: string;
  readonly value: unknown;
}
type Tree = { readonly all: readonly (Tree | Leaf)[] } | { readonly any: readonly (Tree | Leaf)[] };

/** All values that a side of a test stands for; none where it is missing. */
interface Values {
  readonly values: readonly unknown[];
}
/** How a test with a literal value judges one field value. */
interface Literal {
  readonly passes: (field: unknown) => boolean;
}

/**
 * Compiles a condition tree to be run by json-rules-engine.
 *
 * The tree is rewritten before json-rules-engine sees it: `not` is pushed down to the tests (so that a
 * missing field makes a test false under `not` as well), and every path becomes a key into a table of parsed
 * paths. No path text ever reaches the library, so no JSONPath ever runs.
 *
 * @throws InvariantError for a tree in which {@link inspectConditions} finds a problem
 */
export function compileConditions(tree: Readonly<Record<string, unknown>>): ConditionJudge {
  invariant(inspectConditions(tree).length === 0, "conditions were checked before they are compiled");
  const paths: (FieldPath | undefined)[] = [];
  const facts = new Set<string>();
  const compiled = rewrite(tree, false, { paths, facts });
  const conditions = "operator" in compiled ? { all: [compiled] } : compiled;
  const engine = new Engine([], {
    allowUndefinedFacts: true,
    pathResolver: (fact, key): Values => valuesOf(fact as FactBox, paths[Number(key)]),
  });
  for (const operator of OPERATORS) {
    engine.addOperator(operator, (left: unknown, right: unknown) => judge(operator, left, right) === true);
    engine.addOperator(negated(operator), (left: unknown, right: unknown) => judge(operator, left, right) === false);
  }
  engine.addRule({ conditions: conditions as never, event: { type: "holds" } });

  // json-rules-engine keeps a run's state in the engine, so runs of one engine follow each other.
  let last: Promise<unknown> = Promise.resolve();
  return (scope) => {
    const boxes: Record<string, FactBox> = {};
    for (const name of facts) if (Object.hasOwn(scope, name)) boxes[name] = { fact: scope[name] };
    const run = last.then(() => engine.run(boxes)).then(({ events }) => events.length === 1);
    last = run.catch(() => undefined);
    return run;
  };
}

/** Facts are boxed, so that the path resolver is asked for every one of them, whatever it is. */
interface FactBox {
  readonly fact: unknown;
}

function valuesOf({ fact }: FactBox, path: FieldPath | undefined): Values {
  if (path !== undefined) return { values: readPath(fact, path) };
  return { values: fact === undefined || fact === null ? [] : [fact] };
}

interface Table {
  readonly paths: (FieldPath | undefined)[];
  readonly facts: Set<string>;
}

function rewrite(node: Readonly<Record<string, unknown>>, negate: boolean, table: Table): Tree | Leaf {
  const { all, any, not } = node as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  if (isRecord(not)) return rewrite(not, !negate, table);
  const under = all ?? any;
  if (Array.isArray(under)) {
    const children = under.map((child: Readonly<Record<string, unknown>>) => rewrite(child, negate, table));
    return (all !== undefined) === negate ? { any: children } : { all: children };
  }
  const { operator, value } = node as unknown as { operator: Operator; value: unknown };
  const right = isRecord(value) ? reference(value, table) : literal(operator, value);
  return { ...reference(node, table), operator: negate ? negated(operator) : operator, value: right };
}

function reference(node: Readonly<Record<string, unknown>>, { paths, facts }: Table): { fact: string; path: string } {
  const { fact, path } = node as { fact: string; path?: string };
  const ref: FactRef = { fact, path: path === undefined ? undefined : parsePath(path) };
  facts.add(ref.fact);
  return { fact: ref.fact, path: String(paths.push(ref.path) - 1) };
}

function literal(operator: Operator, value: unknown): Literal {
  return { passes: operator === "exists" ? () => value === true : operatorTest(operator, value) };
}

function negated(operator: Operator): string {
  return `not ${operator}`;
}

/** One test: `undefined` where a field it needs is missing. Several values: one that passes suffices. */
function judge(operator: Operator, left: unknown, right: unknown): boolean | undefined {
  const fields = (left as Values | undefined)?.values ?? [];
  if (operator === "exists") return 0 < fields.length === (right as Literal).passes(undefined);
  if (fields.length === 0) return undefined;
  if (isRecord(right) && "passes" in right) return fields.some((right as unknown as Literal).passes);
  const operands = (right as Values | undefined)?.values ?? [];
  if (operands.length === 0) return undefined;
  return operands.some((operand) => fields.some(operatorTest(operator, operand)));
}
