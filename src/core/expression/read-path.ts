import type { FieldPath, PathSegment } from "../model/path.ts";

/**
 * All values at a path; empty where nothing is there. `undefined` and `null` count as missing.
 *
 * Only own properties are read. Attribute keys may contain dots (`memory.limit_bytes`), so a key
 * hop that leads nowhere tries the longer joined keys too; the shortest that leads to a value wins.
 * A key hop on an array is missing: `[*]`, `[role=mounts]` and `[0]` go into arrays.
 */
export function readPath(root: unknown, path: FieldPath): readonly unknown[] {
  const values: unknown[] = [];
  collect(root, path.segments, 0, values);
  return values;
}

/**
 * Reads one value, `undefined` where it is missing; itself `undefined` for a path that may lead to several.
 * The hot path: paths of one and two keys are plain property reads, which are safe because names that
 * every object inherits are left to {@link readPath}.
 */
export function singleReader(path: FieldPath): ((subject: unknown) => unknown) | undefined {
  const names: string[] = [];
  for (const segment of path.segments) {
    if (segment.kind === "each" || segment.kind === "select") return undefined;
    if (segment.kind === "key" && !(segment.name in Object.prototype)) names.push(segment.name);
  }
  const [first = "", second = ""] = names;
  const slow = (subject: unknown): unknown => readPath(subject, path)[0];
  if (names.length !== path.segments.length || 2 < names.length) return slow;
  if (names.length === 1) return (subject) => (isRecord(subject) ? (subject[first] ?? undefined) : undefined);
  return (subject) => {
    if (!isRecord(subject)) return undefined;
    const inner = subject[first];
    return (isRecord(inner) ? inner[second] : undefined) ?? subject[path.text] ?? undefined;
  };
}

/** Whether a value is an object that key hops can enter. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function collect(node: unknown, segments: readonly PathSegment[], at: number, values: unknown[]): boolean {
  if (node === undefined || node === null) return false;
  const segment = segments[at];
  if (segment === undefined) {
    values.push(node);
    return true;
  }
  if (segment.kind === "key") return collectKey(node, segments, at, values);
  if (!Array.isArray(node)) return false;
  if (segment.kind === "index") return collect(node[segment.at], segments, at + 1, values);
  let found = false;
  for (const element of node as readonly unknown[]) {
    if (segment.kind === "select" && !selects(element, segment.key, segment.value)) continue;
    found = collect(element, segments, at + 1, values) || found;
  }
  return found;
}

function collectKey(node: unknown, segments: readonly PathSegment[], at: number, values: unknown[]): boolean {
  if (!isRecord(node)) return false;
  let name = "";
  for (let next = at; next < segments.length; next++) {
    const segment = segments[next];
    if (segment?.kind !== "key") return false;
    name = next === at ? segment.name : `${name}.${segment.name}`;
    if (Object.hasOwn(node, name) && collect(node[name], segments, next + 1, values)) return true;
  }
  return false;
}

function selects(element: unknown, key: string, value: string): boolean {
  return isRecord(element) && Object.hasOwn(element, key) && String(element[key]) === value;
}
