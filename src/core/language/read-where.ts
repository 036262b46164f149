import { compileRegex } from "../expression/regex.ts";
import { OPERATORS, type Operator, type Predicate, type Scalar } from "../model/rule.ts";
import { suggest } from "./nearest.ts";
import { readFieldPath, type WhereContext } from "./pack-context.ts";
import type { RawFieldTest, RawScalar, RawWhere } from "./raw-pack.ts";
import type { Place } from "./yaml-tree.ts";

/** Reads `where` into a predicate with its lists resolved; `undefined` where something in it is wrong. */
export function readWhere(where: RawWhere, place: Place, context: WhereContext): Predicate | undefined {
  const parts: (Predicate | undefined)[] = [];
  for (const [key, value] of Object.entries(where)) {
    const at = [...place, key];
    if (key === "all" || key === "any") parts.push(readGroup(key, value as readonly RawWhere[], at, context));
    else if (key === "not") {
      const of = readWhere(value as RawWhere, at, context);
      parts.push(of && { kind: "not", of });
    } else parts.push(readFieldTests(key, value as RawFieldTest, at, context));
  }
  return together("all", parts);
}

function readGroup(
  kind: "all" | "any",
  wheres: readonly RawWhere[],
  place: Place,
  context: WhereContext,
): Predicate | undefined {
  return together(
    kind,
    wheres.map((where, at) => readWhere(where, [...place, at], context)),
  );
}

/** Joins predicates; `undefined` where one of them is. */
export function together(kind: "all" | "any", parts: readonly (Predicate | undefined)[]): Predicate | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length !== parts.length) return undefined;
  return known.length === 1 ? known[0] : { kind, of: known };
}

function readFieldTests(text: string, test: RawFieldTest, place: Place, context: WhereContext): Predicate | undefined {
  const path = readFieldPath(text, { place, of: "event", key: true }, context.findings);
  const tests: readonly (readonly [Operator, RawScalar | readonly RawScalar[], Place])[] =
    typeof test !== "object" || Array.isArray(test)
      ? [[Array.isArray(test) ? "in" : "equal", test as RawScalar | readonly RawScalar[], place]]
      : OPERATORS.flatMap((operator) => {
          const value = (test as Readonly<Partial<Record<Operator, RawScalar | readonly RawScalar[]>>>)[operator];
          return value === undefined ? [] : [[operator, value, [...place, operator]] as const];
        });
  const read = tests.map(([operator, raw, at]): Predicate | undefined => {
    const value = readValue(raw, at, context);
    if (operator === "matches" && value !== undefined) checkRegexes(value, at, context);
    if (path === undefined || value === undefined) return undefined;
    const plain =
      operator === "equal" && Array.isArray(value)
        ? "in"
        : operator === "notEqual" && Array.isArray(value)
          ? "notIn"
          : operator;
    return { kind: "test", path, operator: plain, value };
  });
  return together("all", read);
}

function readValue(
  raw: RawScalar | readonly RawScalar[],
  place: Place,
  context: WhereContext,
): Scalar | readonly Scalar[] | undefined {
  if (!Array.isArray(raw))
    return typeof raw === "string" && raw.startsWith("$") ? readList(raw, place, context) : (raw as RawScalar);
  const values: Scalar[] = [];
  let whole = true;
  for (const [at, element] of (raw as readonly RawScalar[]).entries()) {
    const isList = typeof element === "string" && element.startsWith("$");
    const elements = isList ? readList(element, [...place, at], context) : [element];
    if (elements === undefined) whole = false;
    values.push(...(elements ?? []));
  }
  return whole ? values : undefined;
}

function readList(
  reference: string,
  place: Place,
  { pack, usedLists, findings }: WhereContext,
): readonly Scalar[] | undefined {
  const name = reference.slice(1);
  const lists = pack.lists ?? {};
  usedLists.add(name);
  if (Object.hasOwn(lists, name)) return lists[name];
  const hint = suggest(name, Object.keys(lists)) ?? "name it under `lists`";
  findings.atValue(place, { code: "TAP205", message: `there is no list \`${name}\` in this file`, hint });
  return undefined;
}

function checkRegexes(value: Scalar | readonly Scalar[], place: Place, { findings }: WhereContext): void {
  for (const pattern of Array.isArray(value) ? value : [value]) {
    const regex = compileRegex(String(pattern));
    if (!regex.ok)
      findings.atValue(place, {
        code: "TAP203",
        message: `\`${String(pattern)}\` is no regular expression: ${regex.problem}`,
        hint: /\(\?[=!<]|\\[1-9]/.test(String(pattern)) ? RE2_HINT : undefined,
      });
  }
}

const RE2_HINT = "RE2 looks neither ahead nor behind, and knows no back-references; say it with `all`, `any` and `not`";
