/** A piece of a text to be replaced; nothing is replaced where `start` is `end`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Whole lines that edits changed. */
export interface Hunk {
  /** Number of the first line, from 1, before the edits. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** The text with edits that do not overlap; of several at one place the first comes first. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  return inReverse(edits).reduce((now, { start, end, text: by }) => now.slice(0, start) + by + now.slice(end), text);
}

/** What edits change, by lines. */
export function hunksOf(text: string, edits: readonly TextEdit[]): Hunk[] {
  const lines = edits.map(({ start, end }) => ({ start: lineStart(text, start), end: lineEnd(text, end) }));
  const regions: { start: number; end: number }[] = [];
  for (const { start, end } of lines.sort((a, b) => a.start - b.start)) {
    const last = regions.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else regions.push({ start, end });
  }
  return regions.map(({ start, end }) => {
    const before = text.slice(start, end);
    const own = edits.filter((edit) => start <= edit.start && edit.end <= end);
    const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
    return { line: text.slice(0, start).split("\n").length, before, after: editText(before, moved) };
  });
}

/** Where the line begins that holds a place. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line ends that holds a place. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

function inReverse(edits: readonly TextEdit[]): TextEdit[] {
  return edits.toReversed().sort((a, b) => b.start - a.start);
}
