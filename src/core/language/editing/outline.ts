import type { Span } from "../source-text.ts";
import { type Place, toData, type YamlNode } from "../yaml-tree.ts";
import type { PieceReader, ReadPiece } from "./salvage.ts";
import type { RuleFileKind } from "./schema-tree.ts";

/** Something that has a name in a rule file. */
export interface Named {
  readonly name: string;
  /** Where the name stands. */
  readonly span: Span;
  /** Where the whole of it stands. */
  readonly whole: Span;
  /** It as written. */
  readonly data: unknown;
}

/** A rule with the slots that its names lead to. */
export interface RuleOutline extends Named {
  readonly title: string;
  readonly steps: readonly Named[];
  readonly absent: readonly Named[];
}

/** What a rule file holds by name, as far as it can be read. */
export interface Outline {
  readonly kind: RuleFileKind | undefined;
  /** The name of the pack or the overlay. */
  readonly name: string | undefined;
  readonly rules: readonly RuleOutline[];
  readonly patterns: readonly Named[];
  readonly lists: readonly Named[];
  readonly templates: readonly Named[];
  readonly cases: readonly Named[];
  readonly patches: readonly Named[];
  /** The types of events that it names. */
  readonly types: ReadonlySet<string>;
  /** The `attributes.` paths that it tests. */
  readonly attributes: ReadonlySet<string>;
}

interface Draft {
  kind: RuleFileKind | undefined;
  name: string | undefined;
  readonly rules: RuleOutline[];
  readonly patterns: Named[];
  readonly lists: Named[];
  readonly templates: Named[];
  readonly cases: Named[];
  readonly patches: Named[];
  readonly types: Set<string>;
  readonly attributes: Set<string>;
}

const KINDS = ["RulePack", "RuleOverlay", "RuleTest"] as const;

/** What a rule file holds by name. Never throws, whatever the text is. */
export function outlineOf(text: string, reader: PieceReader): Outline {
  const draft: Draft = {
    kind: undefined,
    name: undefined,
    rules: [],
    patterns: [],
    lists: [],
    templates: [],
    cases: [],
    patches: [],
    types: new Set(),
    attributes: new Set(),
  };
  for (const read of reader.read(text)) add(read, draft);
  return draft;
}

function add({ piece, root, shift }: ReadPiece, draft: Draft): void {
  const node = childAt(root, piece.section);
  if (node === undefined) return;
  const itemsOf = (key: string): readonly Named[] =>
    node.kind === "list" ? node.items.flatMap((item) => namedByField(item, key, shift)) : [];
  switch (piece.section) {
    case "kind":
      draft.kind = KINDS.find((kind) => kind === scalarAt(node, []));
      return;
    case "metadata":
      draft.name = textAt(node, "name");
      return;
    case "patterns":
    case "lists":
    case "templates":
      draft[piece.section].push(...namedByKey(node, shift));
      break;
    case "rules":
      if (node.kind === "list") draft.rules.push(...node.items.flatMap((rule) => ruleOf(rule, shift)));
      break;
    case "cases":
      draft.cases.push(...itemsOf("name"));
      break;
    case "patches":
      draft.patches.push(...itemsOf("rule"));
      break;
    default:
  }
  collectWords(node, draft);
}

function ruleOf(node: YamlNode, shift: number): readonly RuleOutline[] {
  return namedByField(node, "id", shift).map((named) => {
    const slots = (key: string): readonly Named[] => {
      const list = childAt(node, key);
      return list?.kind === "list" ? list.items.flatMap((item) => namedByField(item, "as", shift)) : [];
    };
    return { ...named, title: textAt(node, "title") ?? "", steps: slots("steps"), absent: slots("absent") };
  });
}

function namedByField(node: YamlNode, key: string, shift: number): readonly Named[] {
  const name = childAt(node, key);
  if (name?.kind !== "scalar" || typeof name.value !== "string") return [];
  return [{ name: name.value, span: moved(name.span, shift), whole: moved(node.span, shift), data: toData(node) }];
}

function namedByKey(node: YamlNode, shift: number): readonly Named[] {
  if (node.kind !== "map") return [];
  return [...node.entries].map(([name, { keySpan, node: value }]) => ({
    name,
    span: moved(keySpan, shift),
    whole: moved({ start: keySpan.start, end: Math.max(keySpan.end, value.span.end) }, shift),
    data: toData(value),
  }));
}

function moved({ start, end }: Span, by: number): Span {
  return { start: Math.max(0, start + by), end: Math.max(0, end + by) };
}

/** Types of events and paths of attributes, wherever they stand. */
function collectWords(node: YamlNode, draft: Draft): void {
  if (node.kind === "list") for (const item of node.items) collectWords(item, draft);
  if (node.kind !== "map") return;
  for (const [key, { node: value }] of node.entries) {
    if (key.startsWith("attributes.")) draft.attributes.add(key);
    if (key === "type") for (const type of textsOf(value)) draft.types.add(type);
    else collectWords(value, draft);
  }
}

/** A text, or the texts of a list. */
function textsOf(node: YamlNode | undefined): readonly string[] {
  if (node?.kind === "list") return node.items.flatMap((item) => (item.kind === "list" ? [] : textsOf(item)));
  return node?.kind === "scalar" && typeof node.value === "string" ? [node.value] : [];
}

/** The value under a key of a map. */
export function childAt(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.node : undefined;
}

/** The text under a key of a map. */
export function textAt(node: YamlNode | undefined, key: string): string | undefined {
  const value = scalarAt(node, [key]);
  return typeof value === "string" ? value : undefined;
}

/** The node at exactly this place. */
export function exactlyAt(root: YamlNode, place: Place): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const hop of place) {
    if (typeof hop === "number") node = node?.kind === "list" ? node.items[hop] : undefined;
    else node = childAt(node, hop);
  }
  return node;
}

function scalarAt(node: YamlNode | undefined, place: readonly string[]): unknown {
  const at = node === undefined ? undefined : exactlyAt(node, place);
  return at?.kind === "scalar" ? at.value : undefined;
}
