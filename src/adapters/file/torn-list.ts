/** A piece of a text, and the number of the line of the text in which it begins, from 0. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Texts (the last one may be torn), brackets and ends of lines: what tells where values begin and end. */
const MARKS = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\]\n]/gs;

/** How much deeper a mark leads. */
const STEPS: Readonly<Record<string, number>> = { "{": 1, "[": 1, "}": -1, "]": -1 };

/**
 * The items that are whole in a list that was cut off: an array, or an object with `items`, as
 * `kubectl get -o json` prints it. The last piece is what is left behind them, which is torn.
 * Empty where no item is whole.
 */
export function piecesOfTornList(text: string): Piece[] {
  const pieces: Piece[] = [];
  const itemDepth = text.trimStart().startsWith("[") ? 1 : 2;
  let [depth, inItems, start, line, startLine] = [0, itemDepth === 1, 0, 0, 0];
  for (const { 0: mark, index } of text.matchAll(MARKS)) {
    if (mark === "\n") line += 1;
    const change = STEPS[mark] ?? 0;
    if (change === 1 && depth === 1 && itemDepth === 2) inItems = isBehindItems(text, index);
    const [before, isItem] = [depth, inItems && Math.min(depth, depth + change) === itemDepth];
    depth += change;
    if (change === 0 || !isItem) continue;
    if (before < depth) [start, startLine] = [index, line];
    else {
      pieces.push({ text: text.slice(start, index + 1), line: startLine });
      [start, startLine] = [index + 1, line];
    }
  }
  return pieces.length === 0 ? [] : [...pieces, tornRest(text.slice(start), startLine)];
}

function isBehindItems(text: string, at: number): boolean {
  return /"items"\s*:\s*$/.test(text.slice(Math.max(0, at - 64), at));
}

/** What is behind the last whole item, but for the comma and the blanks before it. */
function tornRest(rest: string, line: number): Piece {
  const blank = /^[\s,]*/.exec(rest)?.[0] ?? "";
  return { text: rest.slice(blank.length) || "…", line: line + blank.split("\n").length - 1 };
}
