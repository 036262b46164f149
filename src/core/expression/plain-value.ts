import { filters as LIQUID, type Token, TypeGuards, type Value } from "liquidjs/dist/liquid.browser.mjs";
import { isScalar } from "./operators.ts";
import { type PlainScope, UNREAD } from "./plain-scope.ts";
import { OWN_FILTERS } from "./template-filters.ts";
import { argumentVariables, hasDefault, initialVariables, plainVariable, variablesOf } from "./template-nodes.ts";

/** Reads the value of an expression; {@link UNREAD} where only liquidjs can. */
export type PlainValue = (scope: PlainScope) => unknown;

/** Filters of liquidjs that take and give scalars, and ask of their context nothing but bounds, which the scope keeps. */
const SCALAR_FILTERS: readonly string[] = ["default", "truncate", "upcase", "downcase"];
const NO_CONTEXT = { context: { opts: {}, memoryLimit: { use: () => undefined } } };

/** Compiles an expression with its filters; `undefined` where it is one that only liquidjs can read. */
export function plainValue(value: Value): PlainValue | undefined {
  let read = expressionOf(value.initial.postfix);
  for (const { name, args } of value.filters) {
    const filter = filterOf(name);
    const given = args.map((arg) => ("length" in arg ? undefined : operandOf(arg)));
    const known = given.filter((arg) => arg !== undefined);
    if (read === undefined || filter === undefined || known.length !== given.length) return undefined;
    read = filtered(read, filter, known);
  }
  return read;
}

/** Compiles what must not be missing where a value is printed. */
export function neededBy(value: Value): readonly PlainValue[] | undefined {
  if (hasDefault(value) || plainVariable({ value }) !== undefined) return [];
  const variables = [...initialVariables(value), ...value.filters.flatMap(argumentVariables)];
  const needed = variables.map(({ token }) => operandOf(token)).filter((read) => read !== undefined);
  return needed.length === variables.length ? needed : undefined;
}

/** Compiles one operand: a variable of which every step is known, or a scalar as it stands. */
export function operandOf(token: Token): PlainValue | undefined {
  if ("content" in token) {
    const { content } = token;
    return isScalar(content) ? () => content : undefined;
  }
  const [variable, ...inner] = variablesOf(token);
  const path = variable?.hops?.filter((hop) => typeof hop === "string");
  // `forloop` is an object that liquidjs makes.
  if (path === undefined || path.length !== variable?.hops?.length || variable.root === "forloop") return undefined;
  return 0 < inner.length ? undefined : (scope) => scope.read(path);
}

/** Whether a condition holds for a value: all do but `false` and what is missing. */
export function isTruthy(value: unknown): boolean {
  return value !== false && value !== undefined && value !== null;
}

type Filter = (value: unknown, args: readonly unknown[]) => unknown;

function filterOf(name: string): Filter | undefined {
  const own = Object.hasOwn(OWN_FILTERS, name) ? OWN_FILTERS[name] : undefined;
  if (own !== undefined) return (value, [argument]) => own(value, argument);
  const theirs = SCALAR_FILTERS.includes(name) ? LIQUID[name] : undefined;
  return theirs === undefined ? undefined : (value, args) => theirs.apply(NO_CONTEXT, [value, ...args]);
}

function filtered(read: PlainValue, filter: Filter, args: readonly PlainValue[]): PlainValue {
  return (scope) => {
    const value = read(scope);
    const given = args.map((arg) => arg(scope));
    if (!isScalarOrMissing(value) || !given.every(isScalarOrMissing)) return UNREAD;
    if (typeof value === "string" && !scope.spend(value.length)) return UNREAD;
    return filter(value, given);
  };
}

/** Operands and operators, each operator behind what it takes. */
function expressionOf(postfix: readonly Token[]): PlainValue | undefined {
  const stack: PlainValue[] = [];
  for (const token of postfix) {
    const made = TypeGuards.isOperatorToken(token) ? operationOf(token.operator, stack) : operandOf(token);
    if (made === undefined) return undefined;
    stack.push(made);
  }
  return stack.length === 1 ? stack[0] : undefined;
}

function operationOf(operator: string, stack: PlainValue[]): PlainValue | undefined {
  const right = stack.pop();
  if (right === undefined) return undefined;
  if (operator === "not") {
    return (scope) => {
      const value = right(scope);
      return value === UNREAD ? UNREAD : !isTruthy(value);
    };
  }
  const left = stack.pop();
  const operation = Object.hasOwn(OPERATIONS, operator) ? OPERATIONS[operator] : undefined;
  if (left === undefined || operation === undefined) return undefined;
  return (scope) => {
    const [a, b] = [left(scope), right(scope)];
    return a === UNREAD || b === UNREAD ? UNREAD : operation(a, b);
  };
}

const OPERATIONS: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  and: (a, b) => isTruthy(a) && isTruthy(b),
  or: (a, b) => isTruthy(a) || isTruthy(b),
  "==": (a, b) => (isScalarOrMissing(a) && isScalarOrMissing(b) ? a === b : UNREAD),
  "!=": (a, b) => (isScalarOrMissing(a) && isScalarOrMissing(b) ? a !== b : UNREAD),
  contains: (a, b) => {
    if (typeof a === "string" && typeof b === "string") return a.includes(b);
    return typeof a !== "string" && isScalarOrMissing(a) ? false : UNREAD;
  },
};

function isScalarOrMissing(value: unknown): boolean {
  return value === undefined || isScalar(value);
}
