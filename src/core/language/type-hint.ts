import type { ErrorObject } from "ajv/dist/2020.js";
import type { Findings } from "./findings.ts";
import { listed } from "./nearest.ts";
import { nodeAt, type Place, type YamlNode } from "./yaml-tree.ts";

/** What to write instead of a value of the wrong type; `undefined` where nothing can be guessed. */
export function typeHint(
  wanted: string,
  place: Place,
  root: YamlNode,
  { parentSchema }: ErrorObject,
  findings: Findings,
): string | undefined {
  const node = nodeAt(root, place);
  const { properties, examples = [] } = (parentSchema ?? {}) as {
    properties?: Readonly<Record<string, { readonly type?: string }>>;
    examples?: readonly unknown[];
  };
  if (node.kind === "map") return wanted.includes("array") ? "begin each of its entries with `- `" : undefined;
  if (node.kind === "list") return wanted.includes("object") ? "write its fields without the `- `" : undefined;
  const { value, span } = node;
  if (value === null)
    return place.includes("where")
      ? "there is no value here; to ask for a field that is missing, write `exists: false`"
      : "there is no value here; write one, or remove the key";
  if (wanted === "object" && properties !== undefined) return fieldsHint(properties, value);
  if (typeof value === "string") {
    if (/^(yes|no|on|off)$/i.test(value)) return "write `true` or `false`";
    return /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? `write \`${value}\` without the quotes` : undefined;
  }
  if (!wanted.includes("string")) return undefined;
  const written = findings.source.text.slice(span.start, span.end);
  if (examples.some((example) => /^\d+(ms|s|m|h|d)$/.test(String(example))))
    return `write the unit too, such as \`${written}s\``;
  const version = examples.map(String).find((example) => /^\d+\.\d+\.\d+$/.test(example));
  return version === undefined
    ? `write \`"${written}"\` for the text`
    : `write all three parts, such as \`${version}\``;
}

/** What to write for a map; a number alone stands for the field that takes one. */
function fieldsHint(properties: Readonly<Record<string, { readonly type?: string }>>, value: unknown): string {
  const numeric = Object.keys(properties).find((key) => properties[key]?.type === "integer");
  return typeof value === "number" && numeric !== undefined
    ? `write \`{ ${numeric}: ${value} }\``
    : `it has the fields ${listed(Object.keys(properties))}`;
}
