import type { Flaw } from "../model/flaw.ts";

/** Offsets into one source text, in UTF-16 units, half-open: `start` is in it, `end` is not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people and editors count it: both from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One file's name and text. Only this class turns offsets into lines and columns. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** Where there is one, the text is not read. */
  readonly flaw: Flaw | undefined;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string, flaw?: Flaw) {
    this.file = file;
    this.text = text;
    this.flaw = flaw;
  }

  /** Where an offset stands; offsets outside the text are moved to its ends. */
  positionAt(offset: number): Position {
    const starts = this.#starts();
    const at = Math.max(0, Math.min(offset, this.text.length));
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  }

  /** A line without its end, counted from 1; empty where there is no such line. */
  lineText(line: number): string {
    const starts = this.#starts();
    const start = starts[line - 1];
    if (start === undefined) return "";
    return this.text.slice(start, starts[line] ?? this.text.length).replace(/\r?\n$|\r$/, "");
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (const { index } of this.text.matchAll(/\n/g)) starts.push(index + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
