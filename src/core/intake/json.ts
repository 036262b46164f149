/** A JSON object, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object, or `undefined` where it is none (an array is none). */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The value as a list; an empty one where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text that is not empty, or `undefined`. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value as a number, or `undefined`. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The objects of a list; what is no object is passed over. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  const list = asList(value);
  return list.every(isObject) ? list : list.filter(isObject);
}

function isObject(value: unknown): value is JsonObject {
  return asObject(value) !== undefined;
}

/** Whether a value nests deeper than `depthMax` levels. */
export function nestsDeeper(value: unknown, depthMax: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depthMax === 0) return true;
  for (const key in value) if (nestsDeeper((value as JsonObject)[key], depthMax - 1)) return true;
  return false;
}

/** The texts of a list. */
export function textsOf(value: unknown): string[] {
  return asList(value).flatMap((item) => asText(item) ?? []);
}

/** The value at the end of a path of names, or `undefined` where the path breaks off. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = asObject(found)?.[name];
  return found;
}

/** The fields that have a value: attributes that are absent are missing. Empty lists are absent. */
export function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)) found[name] = value;
  }
  return found;
}
