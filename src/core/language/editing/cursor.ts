import type { Span } from "../source-text.ts";
import type { Place, YamlNode } from "../yaml-tree.ts";
import { closersAt } from "./closers.ts";
import { fragmentOf, pieceAt } from "./pieces.ts";
import { type Salvage, salvage } from "./salvage.ts";

/**
 * Where a cursor stands in a rule file. Places lead into `root`, the tree of the piece around the cursor alone:
 * the entry of a list is always the first one there.
 */
export interface Cursor {
  readonly root: YamlNode;
  readonly place: Place;
  /** Whether the cursor is in the last key of the place, or in the value under it. */
  readonly part: "key" | "value";
  /** The key or the text as it was read, up to the cursor. */
  readonly before: string;
  /** The whole of it. */
  readonly text: string;
  /** The name or the path around the cursor, as it stands in the file. */
  readonly word: string;
  /** Where it stands in the file. */
  readonly span: Span;
}

/** Stands for the cursor in a text that is read with it. No rule file has it. */
const MARK = "tapioCursorMark";

/** Where a new word would stand at an offset, even in a text that is half typed; `undefined` where none can. */
export function cursorToComplete(text: string, offset: number): Cursor | undefined {
  const { text: fragment, shift } = fragmentOf(text, pieceAt(text, offset));
  const at = offset - shift;
  let best: { readonly read: Salvage; readonly found: Found } | undefined;
  for (const marked of markedTexts(fragment, at)) {
    const read = salvage(marked);
    const found = read.root === undefined ? undefined : findMark(read.root, []);
    if (found === undefined || (best !== undefined && best.read.errors <= read.errors)) continue;
    best = { read, found };
    if (read.errors === 0) break;
  }
  if (best?.read.root === undefined) return undefined;
  const { place, part, text: written } = best.found;
  const [before = ""] = written.split(MARK);
  const span = { start: offset, end: offset };
  const word = wordAround(text, offset);
  return { root: best.read.root, place, part, before, text: written.replace(MARK, ""), word, span };
}

/** The key or the value in which an offset of the file stands; `undefined` for what is neither. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const { text: fragment, shift } = fragmentOf(text, pieceAt(text, offset));
  const { root } = salvage(fragment);
  const found = root === undefined ? undefined : findOffset(root, [], offset - shift);
  if (root === undefined || found === undefined) return undefined;
  const span = { start: found.span.start + shift, end: found.span.end + shift };
  const { place, part, text: written } = found;
  return {
    root,
    place,
    part,
    before: text.slice(span.start, offset),
    text: written,
    word: wordAround(text, offset),
    span,
  };
}

function wordAround(text: string, offset: number): string {
  const [before = ""] = /[\w.[\]=*]*$/.exec(text.slice(Math.max(0, offset - 200), offset)) ?? [];
  const [after = ""] = /^\w*/.exec(text.slice(offset, offset + 200)) ?? [];
  return before + after;
}

/** The fragment with the mark in it: as it is, as a key, with what is open on the line closed, and cut off there. */
function* markedTexts(fragment: string, at: number): Generator<string> {
  const before = `${fragment.slice(0, at)}${MARK}`;
  const after = fragment.slice(at);
  yield before + after;
  const line = fragment.slice(fragment.lastIndexOf("\n", at - 1) + 1, at);
  if (/^[ \t]*(-[ \t]+)*[\w"'.$[\]=*-]*$/.test(line)) yield `${before.replace(MARK, () => `${MARK}:`)}${after}`;
  const closers = closersAt(fragment.slice(0, at));
  const end = after.indexOf("\n");
  yield `${before}${closers}${end === -1 ? "" : after.slice(end)}`;
  yield before + closers;
  yield `${before}:${closers}`;
}

interface Found {
  readonly place: Place;
  readonly part: "key" | "value";
  readonly text: string;
  readonly span: Span;
}

function findMark(node: YamlNode, place: Place): Found | undefined {
  if (node.kind === "scalar") {
    const { value, span } = node;
    return typeof value === "string" && value.includes(MARK) ? { place, part: "value", text: value, span } : undefined;
  }
  if (node.kind === "list") return firstOf(node.items, (item, at) => findMark(item, [...place, at]));
  return firstOf([...node.entries], ([key, entry]) =>
    key.includes(MARK)
      ? { place: [...place, key.replace(MARK, "")], part: "key", text: key, span: entry.keySpan }
      : findMark(entry.node, [...place, key]),
  );
}

function findOffset(node: YamlNode, place: Place, offset: number): Found | undefined {
  if (node.kind === "scalar")
    return holds(node.span, offset) ? { place, part: "value", text: String(node.value), span: node.span } : undefined;
  if (node.kind === "list") return firstOf(node.items, (item, at) => findOffset(item, [...place, at], offset));
  return firstOf([...node.entries], ([key, entry]) =>
    holds(entry.keySpan, offset)
      ? { place: [...place, key], part: "key", text: key, span: entry.keySpan }
      : findOffset(entry.node, [...place, key], offset),
  );
}

function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

function firstOf<T, R>(items: readonly T[], pick: (item: T, at: number) => R | undefined): R | undefined {
  for (const [at, item] of items.entries()) {
    const picked = pick(item, at);
    if (picked !== undefined) return picked;
  }
  return undefined;
}
