import type { ErrorObject } from "ajv/dist/2020.js";
import { parsePath } from "../model/path.ts";
import { unknownField } from "./event-fields.ts";
import type { Findings } from "./findings.ts";
import { listed, nearest, suggest } from "./nearest.ts";
import { RULE_FIELDS, type SchemaCheck } from "./schema-validators.ts";
import { typeHint } from "./type-hint.ts";
import { nodeAt, type Place, toData, type YamlNode } from "./yaml-tree.ts";

/** Reports what a schema finds wrong with a tree, each at the smallest text that is wrong. */
export function checkShape(root: YamlNode, check: SchemaCheck, findings: Findings): void {
  const errors = check(toData(root));
  const unknown = errors.filter(({ keyword }) => keyword === "additionalProperties");
  for (const error of errors) {
    if (findings.isFull) return;
    if (!isMisspeltOnly(error, unknown)) report(error, root, findings);
  }
}

/** Whether a field is missing only because it is misspelt, which is told where it stands. */
function isMisspeltOnly({ keyword, params, instancePath }: ErrorObject, unknown: readonly ErrorObject[]): boolean {
  if (keyword !== "required") return false;
  const missing = [String(params["missingProperty"])];
  return unknown.some(
    (other) => other.instancePath === instancePath && nearest(String(other.params["additionalProperty"]), missing),
  );
}

function report(error: ErrorObject, root: YamlNode, findings: Findings): void {
  // What is wrong with a key's form is said by the `propertyNames` error that follows.
  if (error.propertyName !== undefined) return;
  const place = placeOf(error.instancePath, root);
  const { keyword } = error;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case "additionalProperties": {
      reportUnknown(String(params["additionalProperty"]), place, error, findings);
      return;
    }
    case "required": {
      const key = String(params["missingProperty"]);
      findings.atKey(place, { code: "TAP102", message: `${nameOf(place)} needs \`${key}\`` });
      return;
    }
    case "dependentRequired": {
      const [has, needs] = [String(params["property"]), String(params["missingProperty"])];
      findings.atKey([...place, has], { code: "TAP102", message: `\`${has}\` needs \`${needs}\` beside it` });
      return;
    }
    case "type":
      findings.atValue(place, {
        code: "TAP103",
        message: `${nameOf(place)} takes ${typesOf(params["type"])}`,
        hint: typeHint(String(params["type"]), place, root, error, findings),
      });
      return;
    case "enum":
    case "const":
      reportWord(place, error, findings);
      return;
    case "pattern":
      findings.atValue(place, {
        code: "TAP105",
        message: `\`${String(error.data)}\` has not the form of ${formOf(error)}`,
        hint: formHint(error),
      });
      return;
    case "propertyNames": {
      const key = String(params["propertyName"]);
      findings.atKey([...place, key], {
        code: "TAP105",
        message: `\`${key}\` has not the form of a name`,
        hint: NAME_HINT,
      });
      return;
    }
    default:
      findings.atValue(place, { code: "TAP106", message: `${nameOf(place)} ${boundMessage(error)}` });
      return;
  }
}

/** A value that is not one of a closed list, or no value at all. */
function reportWord(place: Place, { data, params }: ErrorObject, findings: Findings): void {
  if (data === null) {
    const hint = "write one, or remove the key";
    findings.atValue(place, { code: "TAP103", message: `${nameOf(place)} has no value`, hint });
    return;
  }
  const { allowedValue, allowedValues } = params as { allowedValue?: unknown; allowedValues?: readonly unknown[] };
  const words = (allowedValues ?? [allowedValue]).map(String);
  const near = nearest(String(data), words);
  const hint =
    near === undefined ? `it is ${1 < words.length ? "one of " : ""}${listed(words)}` : `did you mean \`${near}\`?`;
  findings.atValue(place, { code: "TAP104", message: `${nameOf(place)} can't be \`${String(data)}\``, hint });
}

/** Splits a JSON pointer; numbers are indexes only where the tree has a list. */
function placeOf(pointer: string, root: YamlNode): Place {
  const place: (string | number)[] = [];
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    place.push(nodeAt(root, place).kind === "list" ? Number(key) : key);
  }
  return place;
}

/** `steps[1].role`, or what the file as a whole is called. */
function nameOf(place: Place): string {
  if (place.length === 0) return "the file";
  const last = place.at(-1);
  if (typeof last === "string") return `\`${last}\``;
  const owner = place.findLast((hop) => typeof hop === "string") ?? "";
  return `entry ${Number(last) + 1} of \`${owner}\``;
}

/** A key that no schema knows. Under a field of `where` the known ones are operators. */
function reportUnknown(key: string, place: Place, { parentSchema }: ErrorObject, findings: Findings): void {
  const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
  if (place.includes("set") && RULE_FIELDS.has(key)) {
    const hint = `here it can change ${listed(known)}`;
    findings.atKey([...place, key], { code: "TAP251", message: `an overlay can't change \`${key}\``, hint });
    return;
  }
  const operators = known.includes("doesNotContain");
  const path = parsePath(`${String(place.at(-1))}.${key}`);
  const meantPath =
    operators &&
    path !== undefined &&
    nearest(key, known) === undefined &&
    unknownField(path.segments, "event") === undefined;
  const message = operators ? `there is no operator \`${key}\`` : `there is no field \`${key}\` here`;
  const other = operators && Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
  const meant = other === undefined ? suggest(key, known) : `did you mean \`${other}\`?`;
  const hint = meantPath ? `write the path as one key, \`${path.text}\`` : meant;
  findings.atKey([...place, key], { code: "TAP101", message, hint });
}

/** Operators as other tools call them. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  "==": "equal",
  "=": "equal",
  eq: "equal",
  "!=": "notEqual",
  ne: "notEqual",
  not: "notEqual",
  nin: "notIn",
  "<": "lessThan",
  lt: "lessThan",
  "<=": "lessThanInclusive",
  lte: "lessThanInclusive",
  ">": "greaterThan",
  gt: "greaterThan",
  ">=": "greaterThanInclusive",
  gte: "greaterThanInclusive",
  regex: "matches",
  regexp: "matches",
  "=~": "matches",
  like: "contains",
  prefix: "startsWith",
  suffix: "endsWith",
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "nothing",
};

function typesOf(type: unknown): string {
  const words = (Array.isArray(type) ? type : String(type).split(",")).map(
    (name) => TYPE_WORDS[String(name)] ?? String(name),
  );
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

const NAME_HINT = "a name begins with a lower-case letter and has letters, digits and `_`";

function formOf({ schema }: ErrorObject): string {
  const pattern = String(schema);
  if (pattern.includes("/[a-z")) return "a rule's key";
  return pattern.includes("_]*$") && pattern.includes("A-Z")
    ? "a name"
    : pattern.startsWith("^[a-z0-9]+(-")
      ? "an id"
      : "this field";
}

function formHint(error: ErrorObject): string | undefined {
  const form = formOf(error);
  if (form === "a name") return NAME_HINT;
  if (form === "an id") return "an id is lower-case words and digits joined by `-`";
  if (String(error.schema) === "^[^A-Z\\s]+$") return "write it in lower case and without blanks";
  return form === "a rule's key" ? "a rule's key is `pack/rule-id`" : `it has the form \`${String(error.schema)}\``;
}

const BOUNDS: Readonly<Record<string, readonly [least: boolean, one: string, many: string]>> = {
  minLength: [true, "character", "characters"],
  maxLength: [false, "character", "characters"],
  minItems: [true, "entry", "entries"],
  maxItems: [false, "entry", "entries"],
  minProperties: [true, "field", "fields"],
  maxProperties: [false, "field", "fields"],
};

function boundMessage({ keyword, message, params }: ErrorObject): string {
  const limit = Number((params as { limit?: unknown }).limit);
  const bound = BOUNDS[keyword];
  if (bound !== undefined)
    return `${bound[0] ? "needs at least" : "takes at most"} ${limit} ${limit === 1 ? bound[1] : bound[2]}`;
  if (keyword === "minimum" || keyword === "maximum")
    return `is at ${keyword === "minimum" ? "least" : "most"} ${limit}`;
  return keyword === "uniqueItems" ? "names the same twice" : String(message);
}
