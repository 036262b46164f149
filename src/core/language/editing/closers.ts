/** What is open at one place of a YAML text: the characters that close it, innermost first. */
export function closersAt(text: string): string {
  const open: string[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    const quote = open.at(-1);
    if (quote === '"' || quote === "'") {
      if (char === "\\" && quote === '"') at += 1;
      else if (char === quote) open.pop();
    } else at = step(char, at, text, open);
    at += 1;
  }
  return open.reverse().join("");
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]" };
/** What may stand before a value that begins with a quote or a bracket. */
const BEFORE_VALUE = /(^|[\s[{,])(-[ \t]+|\?[ \t]+)*$/;

/** The head of a block scalar, to the end of its line. */
const BLOCK = /^[|>][-+\d]*\s*(#.*)?$/;

function step(char: string, at: number, text: string, open: string[]): number {
  if (char === "#" && /(^|\s)$/.test(text.slice(at - 1, at))) return endOfLine(text, at);
  if ((char === "}" || char === "]") && open.at(-1) === char) open.pop();
  const begins = BEFORE_VALUE.test(text.slice(Math.max(0, at - 8), at));
  if (!begins) return at;
  if (char === '"' || char === "'") open.push(char);
  else if (char === "{" || char === "[") open.push(CLOSING[char] ?? "");
  else if (open.length === 0 && BLOCK.test(text.slice(at, endOfLine(text, at)))) return endOfBlock(text, at);
  return at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** The end of a block scalar: before the first line that is not indented more than the one it begins in. */
function endOfBlock(text: string, at: number): number {
  const begin = text.lastIndexOf("\n", at) + 1;
  const indent = /^[ \t]*/.exec(text.slice(begin, at))?.[0].length ?? 0;
  let end = endOfLine(text, at);
  while (end < text.length) {
    const next = endOfLine(text, end + 1);
    const line = text.slice(end + 1, next);
    if (line.trim() !== "" && line.search(/\S/) <= indent) return end;
    end = next;
  }
  return end;
}
