import type { ErrorObject } from "ajv/dist/2020.js";
import { nearest } from "./nearest.ts";
import type { SchemaCheck } from "./schema-validators.ts";
import { toData, type YamlNode } from "./yaml-tree.ts";

/** Mending one thing may bring the next to light, so it goes in rounds. */
const ROUNDS_MAX = 4;

/** What stands in for required fields that are missing, so that the rest can be read. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  name: "-",
  version: "0.0.0",
  title: "-",
  category: "pod-lifecycle",
  severity: "info",
  story: { summary: "-" },
  summary: "-",
};

/** Data of the right shape, but for some entries of `rules`. */
export interface MendedShape {
  readonly data: unknown;
  /** The tree as written, in which what was misspelt is found under its right name too. */
  readonly root: YamlNode;
  /** Indexes of the rules whose shape could not be mended. */
  readonly unsound: ReadonlySet<number>;
}

/**
 * Takes what a schema refuses out of the data of a tree, so that what is right can be read on and all
 * that is wrong with a file is said at once. A misspelt field counts as the one that was meant.
 * `undefined` where more than single rules can't be mended.
 */
export function mendShape(written: YamlNode, check: SchemaCheck): MendedShape | undefined {
  const data = toData(written);
  let root = written;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const error of check(data)) root = mend(error, data, root);
  }
  const unsound = new Set<number>();
  for (const { instancePath } of check(data)) {
    const rule = /^\/rules\/(\d+)/.exec(instancePath)?.[1];
    if (rule === undefined) return undefined;
    unsound.add(Number(rule));
  }
  return { data, root, unsound };
}

/** Changes the data; answers the tree, changed where a field gets its right name. */
function mend(
  { keyword, params, instancePath, propertyName, parentSchema }: ErrorObject,
  data: unknown,
  root: YamlNode,
) {
  if (propertyName !== undefined) return root;
  const hops = instancePath
    .split("/")
    .slice(1)
    .map((hop) => hop.replaceAll("~1", "/").replaceAll("~0", "~"));
  const map = mapAt(data, hops);
  if (keyword === "additionalProperties") {
    const key = String(params["additionalProperty"]);
    const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const meant = nearest(key, known);
    if (map !== undefined && meant !== undefined && !Object.hasOwn(map, meant)) {
      map[meant] = map[key];
      root = renamed(root, hops, key, meant);
    }
    remove(map, key);
  } else if (keyword === "propertyNames") remove(map, String(params["propertyName"]));
  else {
    const missing = keyword === "required" ? String(params["missingProperty"]) : "";
    if (map !== undefined && Object.hasOwn(STAND_INS, missing)) map[missing] ??= STAND_INS[missing];
    else remove(mapAt(data, hops.slice(0, -1)), hops.at(-1) ?? "");
  }
  return root;
}

/** The tree with an entry of one of its maps under a further name. */
function renamed(node: YamlNode, hops: readonly string[], key: string, name: string): YamlNode {
  const [hop, ...rest] = hops;
  if (node.kind === "list")
    return {
      ...node,
      items: node.items.map((item, at) => (String(at) === hop ? renamed(item, rest, key, name) : item)),
    };
  if (node.kind !== "map") return node;
  const entry = node.entries.get(hop ?? key);
  if (entry === undefined) return node;
  const child = hop === undefined ? entry.node : renamed(entry.node, rest, key, name);
  return { ...node, entries: new Map([...node.entries, [hop ?? name, { ...entry, node: child }]]) };
}

function remove(map: Record<string, unknown> | undefined, key: string): void {
  // What a step is called is asked for elsewhere: without its name nothing about the rule can be said.
  if (map !== undefined && key !== "as") delete map[key];
}

/** The map at a place; `undefined` for a list, whose entries keep their places. */
function mapAt(data: unknown, hops: readonly string[]): Record<string, unknown> | undefined {
  let value = data;
  for (const hop of hops) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string, unknown>)[hop];
  }
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
