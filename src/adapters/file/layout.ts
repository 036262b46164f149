/** How a file lays out its entries: one a line, or JSON documents over many lines. */
export type Layout = "lines" | "documents";

/**
 * Tells the layout from the beginning of a file. `text` holds whole lines; `undefined` means that
 * they are too few to tell, and more should be read unless `ended`.
 *
 * A first line whose brackets close is one entry of many. A first line that opens more than it
 * closes begins a document, unless the next line is whole by itself: then the first one is torn.
 */
export function layoutOf(text: string, ended: boolean): Layout | undefined {
  const lines = firstLines(text);
  const [first, second] = lines;
  if (first === undefined) return ended ? "lines" : undefined;
  if (!first.startsWith("{") && !first.startsWith("[")) return "lines";
  if (closes(first)) return "lines";
  if (second === undefined) return ended ? "documents" : undefined;
  const goesOn = /[[{,:]$/.test(first);
  const wholeByItself = second.startsWith("{") && !second.endsWith(",") && closes(second);
  return wholeByItself && !goesOn ? "lines" : "documents";
}

/** The first two lines that are not blank, trimmed. */
export function firstLines(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < 2; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line !== "") lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** Whether every bracket that the line opens outside of strings is closed in it. */
export function closes(line: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (inString) {
      if (code === 92) at += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) depth += 1;
    else if (code === 125 || code === 93) depth -= 1;
  }
  return depth === 0 && !inString;
}
