import { compileTypes, isExactType } from "../expression/event-types.ts";
import { operatorTest } from "../expression/operators.ts";
import { compileRegex } from "../expression/regex.ts";
import { canonicalJson } from "../model/hash.ts";
import type { EventTest, Predicate, Scalar } from "../model/rule.ts";

/** A single test of a field. */
export type FieldTest = Predicate & { readonly kind: "test" };

/** The parts of a predicate that must all hold, those of nested `all` too. */
export function partsOf(predicate: Predicate | undefined): readonly Predicate[] {
  if (predicate === undefined) return [];
  return predicate.kind === "all" ? predicate.of.flatMap(partsOf) : [predicate];
}

/** Whether a list of types and globs takes every event type that `type`, which may be a glob too, stands for. */
export function coversType(types: readonly string[] | undefined, type: string): boolean {
  return compileTypes(types)(type);
}

/** Whether every event that passes `narrow` passes `wide`, where that is plain to see. */
export function admitsAll(wide: EventTest, narrow: EventTest): boolean {
  const [all, some] = [formOf(wide), formOf(narrow)];
  if (some.parts.size < all.parts.size) return false;
  if (wide.types !== undefined && narrow.types?.every(all.takesType) !== true) return false;
  for (const part of all.parts) if (!some.parts.has(part)) return false;
  return true;
}

/** A test in the form in which it is compared. */
interface TestForm {
  readonly takesType: (type: string) => boolean;
  /** The parts of its `where`, each as text; equal texts ask the same. */
  readonly parts: ReadonlySet<string>;
}

/** Tests are immutable: one that is compared with many is prepared once. */
const forms = new WeakMap<EventTest, TestForm>();

/** The form of a test in which it is compared with others. */
export function formOf(test: EventTest): TestForm {
  const known = forms.get(test);
  if (known !== undefined) return known;
  const form = { takesType: compileTypes(test.types), parts: new Set(partsOf(test.where).map(canonicalJson)) };
  forms.set(test, form);
  return form;
}

/** The values that a field must have one of for a predicate to hold; `undefined` where it leaves them open. */
export function valuesAt(path: string, predicate: Predicate | undefined): readonly Scalar[] | undefined {
  const found = partsOf(predicate).find((part) => part.kind === "test" && part.path.text === path && isPositive(part));
  return found?.kind === "test" ? [found.value].flat() : undefined;
}

/** The entity kinds that a test admits, where it says so: by `entity.kind`, else by its `k8s.<kind>.` types. */
export function kindsOf(test: EventTest): readonly string[] | undefined {
  return valuesAt("entity.kind", test.where)?.map(String) ?? kindsOfTypes(test.types);
}

/** The entity kinds that `k8s.<kind>.` types stand for, in lower case; `undefined` where one is no such type. */
export function kindsOfTypes(types: readonly string[] | undefined): readonly string[] | undefined {
  const kinds = types?.map((type) => /^k8s\.([a-z]+)\./.exec(type)?.[1]);
  return kinds?.every((kind) => kind !== undefined) === true ? kinds : undefined;
}

/**
 * The field for which a predicate asks what no event can have, such as two values at once; `undefined` where
 * it can hold as far as can be seen.
 */
export function contradictionIn(parts: readonly Predicate[]): string | undefined {
  const byPath = new Map<string, FieldTest[]>();
  for (const part of parts) {
    if (part.kind !== "test" || !leadsToOne(part)) continue;
    const tests = byPath.get(part.path.text);
    if (tests === undefined) byPath.set(part.path.text, [part]);
    else tests.push(part);
  }
  for (const [path, tests] of byPath) if (1 < tests.length && !canAllHold(tests)) return path;
  for (const part of parts) {
    if (part.kind !== "any") continue;
    const others = parts.filter((other) => other.kind === "test");
    const found = part.of.map((branch) => contradictionIn([...others, ...partsOf(branch)]));
    if (found.every((path) => path !== undefined)) return found[0];
  }
  return undefined;
}

function canAllHold(tests: readonly FieldTest[]): boolean {
  const wanted = tests.filter(({ operator }) => operator !== "exists");
  const isMissing = tests.some(({ operator, value }) => operator === "exists" && value === false);
  if (isMissing) return tests.every(({ operator, value }) => operator === "exists" && value === false);
  const first = wanted.find(isPositive);
  if (first === undefined) return leavesNumbers(wanted);
  return [first.value].flat().some((value) => wanted.every((test) => passes(test, value)));
}

function passes({ operator, value }: FieldTest, field: Scalar): boolean {
  if (operator === "exists") return true;
  if (operator === "matches" && ![value].flat().every((pattern) => compileRegex(String(pattern)).ok)) return true;
  return operatorTest(operator, value)(field);
}

/** Whether some number lies between the bounds of comparisons. */
function leavesNumbers(tests: readonly FieldTest[]): boolean {
  const bounds = (sign: "greaterThan" | "lessThan"): readonly number[] =>
    tests.flatMap(({ operator, value }) => (operator.startsWith(sign) && typeof value === "number" ? [value] : []));
  const [low, high] = [Math.max(...bounds("greaterThan")), Math.min(...bounds("lessThan"))];
  const isOpen = tests.some(({ operator }) => operator === "greaterThan" || operator === "lessThan");
  return low < high || (low === high && !isOpen);
}

function isPositive({ operator }: FieldTest): boolean {
  return operator === "equal" || operator === "in";
}

/** Whether a path leads to one value at most. */
function leadsToOne({ path }: FieldTest): boolean {
  return path.segments.every(({ kind }) => kind === "key" || kind === "index");
}

/** The types of a list that others of the same list take anyway. */
export function idleTypes(types: readonly string[]): readonly number[] {
  return types.flatMap((type, at) => {
    const others = types.filter((other, index) => (other === type ? index < at : !isExactType(other)));
    return others.length !== 0 && coversType(others, type) ? [at] : [];
  });
}
