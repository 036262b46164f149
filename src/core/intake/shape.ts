import { asText, type JsonObject } from "./json.ts";

const KEYS_SHOWN = 5;
const CHARS_MAX = 80;

/** Names a shape that no decoder knows, for the books: its kind and version, or its first keys. */
export function shapeOf(value: JsonObject): string {
  const kind = asText(value["kind"]);
  const version = asText(value["apiVersion"]);
  if (kind !== undefined) return `${kind}${version === undefined ? "" : ` ${version}`}`.slice(0, CHARS_MAX);
  const keys = Object.keys(value).sort();
  const more = KEYS_SHOWN < keys.length ? ", …" : "";
  return `{${keys.slice(0, KEYS_SHOWN).join(", ")}${more}}`.slice(0, CHARS_MAX);
}
