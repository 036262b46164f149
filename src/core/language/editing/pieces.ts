import type { Span } from "../source-text.ts";

/** A part of a rule file that can be read without the rest: a section, or one entry of its list. */
export interface Piece {
  /** The top-level key that it stands under; empty before the first one. */
  readonly section: string;
  /** Whether it is one entry of the section's list, so that the section's key has to be put before it. */
  readonly isEntry: boolean;
  /** Where it stands in the file. */
  readonly span: Span;
}

/** A piece as a text of its own. */
export interface Fragment {
  readonly text: string;
  /** What to add to an offset in the fragment to get the one in the file. */
  readonly shift: number;
}

/** Sections whose entries are read one by one: they are long, and each of their entries is whole in itself. */
const LISTS = new Set(["rules", "cases", "patches"]);
const SECTION = /^[^\s#-][^:\n]*/;
const ENTRY = /^([ \t]*)-(?=\s|$)/;

/**
 * Cuts a rule file into pieces by its indentation alone, so that a line that is being typed breaks the piece
 * that it stands in and no other, and so that one changed rule costs the reading of one rule.
 */
export function cutPieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let open = { section: "", isEntry: false, start: 0 };
  let indent: string | undefined;
  const begin = (section: string, isEntry: boolean, start: number): void => {
    if (open.start < start) pieces.push({ ...open, span: { start: open.start, end: start } });
    open = { section, isEntry, start };
  };
  for (const { index, 0: line } of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const [section] = SECTION.exec(line) ?? [];
    if (section !== undefined) {
      indent = undefined;
      begin(section.trim(), false, index);
    } else if (LISTS.has(open.section)) {
      const [, before] = ENTRY.exec(line) ?? [];
      indent ??= before;
      if (before !== undefined && before === indent) begin(open.section, true, index);
    }
  }
  begin("", false, text.length);
  return pieces;
}

/** A piece as a text that can be read alone; an entry gets the key of its section before it. */
export function fragmentOf(text: string, { section, isEntry, span }: Piece): Fragment {
  const head = isEntry ? `${section}:\n` : "";
  return { text: head + text.slice(span.start, span.end), shift: span.start - head.length };
}

/** The piece in which an offset stands; at the seam of two it is the later one. */
export function pieceAt(text: string, offset: number): Piece {
  const pieces = cutPieces(text);
  const here = pieces.findLast(({ span }) => span.start <= offset);
  return here ?? { section: "", isEntry: false, span: { start: 0, end: text.length } };
}
