import type { Span } from "./source-text.ts";

/** A YAML value with its place; aliases and merges are already followed. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  readonly keySpan: Span;
  readonly node: YamlNode;
}

export interface YamlList {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar {
  readonly kind: "scalar";
  readonly span: Span;
  readonly value: string | number | boolean | null;
}

/** Keys and indexes that lead from the root to a value. */
export type Place = readonly (string | number)[];

/** The node at a place, or the deepest one on the way to it. */
export function nodeAt(root: YamlNode, place: Place): YamlNode {
  let node = root;
  for (const hop of place) {
    const next = childOf(node, hop);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** Where the value at a place stands; where it has a key and is a map or a list, its key says it shorter. */
export function valueSpan(root: YamlNode, place: Place): Span {
  const node = nodeAt(root, place);
  return node.kind === "scalar" ? node.span : keySpan(root, place);
}

/** Where the key of a place stands; for list elements and the root the first text of the value. */
export function keySpan(root: YamlNode, place: Place): Span {
  const last = place.at(-1);
  const parent = nodeAt(root, place.slice(0, -1));
  if (parent.kind === "map" && typeof last === "string") {
    const entry = parent.entries.get(last);
    if (entry !== undefined) return entry.keySpan;
  }
  return headSpan(nodeAt(root, place));
}

/** The first key or element of a node, so that a caret marks a word and not a page. */
function headSpan(node: YamlNode): Span {
  if (node.kind === "map") {
    for (const { keySpan } of node.entries.values()) if (node.span.start <= keySpan.start) return keySpan;
  }
  return { start: node.span.start, end: node.kind === "scalar" ? node.span.end : node.span.start + 1 };
}

/** The plain data of a node, of maps without a prototype's names in them. */
export function toData(node: YamlNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toData);
  const data: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) data[key] = toData(entry.node);
  return data;
}

function childOf(node: YamlNode, hop: string | number): YamlNode | undefined {
  if (node.kind === "map") return node.entries.get(String(hop))?.node;
  if (node.kind === "list") return node.items[Number(hop)];
  return undefined;
}
