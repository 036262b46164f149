import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Findings } from "./findings.ts";
import type { Span } from "./source-text.ts";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml-tree.ts";

/** Most values of one file after aliases are followed. */
const VALUES_MAX = 50_000;
/** Deepest nesting of maps and lists. */
const DEPTH_MAX = 64;

interface Growth {
  readonly findings: Findings;
  readonly anchors: Map<string, YamlNode | "open">;
  left: number;
  /** A bound was reached, so what was grown is not the whole file. */
  cut: boolean;
}

/**
 * Turns the parser's document into a tree: keys unique, aliases and `<<` followed within bounds, no tags.
 * Gives `undefined` where a bound was reached; anything else that is wrong leaves a tree to look at further.
 */
export function growTree(document: Document, findings: Findings): YamlNode | undefined {
  const growth: Growth = { findings, anchors: new Map(), left: VALUES_MAX, cut: false };
  const root = grow(document.contents, 0, growth);
  return growth.cut ? undefined : root;
}

function grow(node: unknown, depth: number, growth: Growth): YamlNode | undefined {
  const span = spanOf(node);
  if (DEPTH_MAX < depth) return cut(`values nest more than ${DEPTH_MAX} deep`, span, growth);
  if (growth.left < 1) return cut(`the file has more than ${VALUES_MAX} values`, span, growth);
  growth.left -= 1;
  if (isAlias(node)) return follow(node.source, span, growth);
  if (isScalar(node)) return remember(node, scalar(node, span, growth.findings), growth);
  if (!isMap(node) && !isSeq(node)) return { kind: "scalar", span, value: null };
  refuseTag(node, span, growth.findings);
  if (node.anchor !== undefined) growth.anchors.set(node.anchor, "open");
  const grown = isMap(node) ? growMap(node, span, depth, growth) : growList(node, span, depth, growth);
  return remember(node, grown, growth);
}

function cut(message: string, { start }: Span, growth: Growth): undefined {
  growth.cut = true;
  growth.findings.atSpan({ start, end: start + 1 }, { code: "TAP002", message });
}

function remember(
  node: { anchor?: string | undefined },
  grown: YamlNode | undefined,
  { anchors }: Growth,
): YamlNode | undefined {
  if (node.anchor !== undefined && grown !== undefined) anchors.set(node.anchor, grown);
  return grown;
}

function follow(name: string, span: Span, growth: Growth): YamlNode | undefined {
  const named = growth.anchors.get(name);
  if (named === undefined || named === "open") {
    const why =
      named === undefined ? `there is no anchor \`&${name}\` before this` : `\`*${name}\` stands inside what it names`;
    const hint = named === undefined ? "put a text that begins with `*` in quotes" : undefined;
    growth.findings.atSpan(span, { code: "TAP006", message: why, hint });
    return undefined;
  }
  const size = sizeOf(named, growth.left);
  if (growth.left < size) return cut(`the file has more than ${VALUES_MAX} values`, span, growth);
  growth.left -= size;
  return named;
}

function sizeOf(node: YamlNode, left: number): number {
  if (node.kind === "scalar") return 1;
  let size = 1;
  const children = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.node);
  for (const child of children) {
    if (left < size) break;
    size += sizeOf(child, left - size);
  }
  return size;
}

function scalar(node: Scalar, span: Span, findings: Findings): YamlNode {
  refuseTag(node, span, findings);
  const { value } = node;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return { kind: "scalar", span, value };
  if (typeof value === "number" && Number.isFinite(value)) return { kind: "scalar", span, value };
  findings.atSpan(span, { code: "TAP103", message: "this is no text, number, truth value or null" });
  return { kind: "scalar", span, value: null };
}

function growList(node: YAMLSeq, span: Span, depth: number, growth: Growth): YamlNode | undefined {
  const items: YamlNode[] = [];
  for (const item of node.items) {
    if (growth.cut) return undefined;
    const grown = grow(item, depth + 1, growth);
    if (grown !== undefined) items.push(grown);
  }
  return { kind: "list", span, items };
}

function growMap(node: YAMLMap, span: Span, depth: number, growth: Growth): YamlMap | undefined {
  const entries = new Map<string, YamlEntry>();
  const merged: YamlMap[] = [];
  for (const pair of node.items) {
    if (growth.cut) return undefined;
    growPair(pair, entries, merged, depth, growth);
  }
  for (const { entries: more } of merged) {
    for (const [key, entry] of more) if (!entries.has(key)) entries.set(key, entry);
  }
  return { kind: "map", span, entries };
}

function growPair(pair: Pair, entries: Map<string, YamlEntry>, merged: YamlMap[], depth: number, growth: Growth): void {
  const { findings } = growth;
  const at = spanOf(pair.key);
  const key = isScalar(pair.key) ? pair.key.value : undefined;
  const name = typeof key === "number" || typeof key === "boolean" ? String(key) : key;
  if (typeof name !== "string" || name === "" || name === "__proto__") {
    const isTemplate = findings.source.text.startsWith("{{", at.start - 1);
    const hint = isTemplate ? "put a value with `{{` in quotes" : "write the key as a word, in quotes if need be";
    findings.atSpan(at, { code: "TAP008", message: "a key is a plain text", hint });
    return;
  }
  const grown = grow(pair.value, depth + 1, growth);
  if (name === "<<") {
    merge(grown, at, merged, findings);
    return;
  }
  const first = entries.get(name);
  if (first !== undefined) {
    const { line } = findings.source.positionAt(first.keySpan.start);
    const [head] = entries.values();
    const isEntry = /-[ \t]+$/.test(findings.source.text.slice(0, head?.keySpan.start).slice(-20));
    const hint = isEntry && head === first ? "if another entry begins here, write `- ` before it" : undefined;
    const related = [{ source: findings.source, span: first.keySpan, message: "first given here" }];
    findings.atSpan(at, { code: "TAP004", message: `\`${name}\` is already given on line ${line}`, hint, related });
    return;
  }
  if (grown !== undefined)
    entries.set(name, { keySpan: at, node: pair.value === null ? { kind: "scalar", span: at, value: null } : grown });
}

function merge(grown: YamlNode | undefined, at: Span, merged: YamlMap[], findings: Findings): void {
  const sources = grown?.kind === "list" ? grown.items : grown === undefined ? [] : [grown];
  for (const source of sources) {
    if (source.kind === "map") merged.push(source);
    else findings.atSpan(at, { code: "TAP006", message: "`<<` merges maps only" });
  }
}

function refuseTag(node: { tag?: string | undefined }, span: Span, findings: Findings): void {
  if (node.tag === undefined) return;
  findings.atSpan(span, {
    code: "TAP005",
    message: "tags are not part of this format",
    hint: "write the value itself",
  });
}

function spanOf(node: unknown): Span {
  const range = (node as { range?: readonly [number, number, number] | null } | null | undefined)?.range;
  if (range === null || range === undefined) return { start: 0, end: 1 };
  return { start: range[0], end: Math.max(range[0] + 1, range[1]) };
}
