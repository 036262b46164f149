import type { Cursor } from "./cursor.ts";
import { exactlyAt } from "./outline.ts";
import { type RuleFileKind, type SchemaNode, schemaAt } from "./schema-tree.ts";
import { describeSchema, type Suggestion } from "./suggestion.ts";
import { wantedKey } from "./wanted-word.ts";
import { wordsFor } from "./words-for.ts";
import type { Workspace } from "./workspace.ts";

/** The keys that may stand in the map at a place, without those that it has. */
export function suggestKeys(cursor: Cursor, mapLength: number, kind: RuleFileKind, workspace: Workspace): Suggestion[] {
  const place = cursor.place.slice(0, mapLength);
  const schema = schemaAt(kind, place);
  const map = exactlyAt(cursor.root, place);
  const there = new Set(map?.kind === "map" ? map.entries.keys() : []);
  there.delete(cursor.text);
  const required = new Set(schema?.required);
  const named = Object.entries(schema?.properties ?? {}).map(
    ([name, node]): Suggestion => ({
      label: name,
      kind: "key",
      detail: required.has(name) ? "required" : undefined,
      description: describeSchema(schemaAt(kind, [...place, name]) ?? node),
      insert: `${name}:${isNested(schemaAt(kind, [...place, name])) ? "" : " "}`,
    }),
  );
  const wanted = wantedKey([...place, "?"]);
  const words = wanted === undefined ? [] : wordsFor(wanted, { ...cursor, place: [...place, cursor.text] }, workspace);
  const ofWords = words.map((word) => ({ ...word, insert: `${inQuotes(word.insert ?? word.label)}: ` }));
  return [...named, ...ofWords].filter(({ label }) => !there.has(label));
}

function isNested(schema: SchemaNode | undefined): boolean {
  const types = [schema?.type ?? []].flat();
  return 0 < types.length && types.every((type) => type === "object" || type === "array");
}

/** A path with brackets is no plain key in a flow map. */
function inQuotes(key: string): string {
  return /[[\]{},*]/.test(key) ? JSON.stringify(key) : key;
}

/** The values that a schema names for a place. */
export function suggestValues({ place }: Cursor, kind: RuleFileKind): Suggestion[] {
  const schema = schemaAt(kind, place);
  const words = schema?.enum ?? (schema?.const === undefined ? [] : [schema.const]);
  const truths = schema?.type === "boolean" ? [true, false] : [];
  return [...words, ...truths].map((word) => ({
    label: String(word),
    kind: "value",
    description: schema?.description,
  }));
}
