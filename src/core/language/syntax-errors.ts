import { type Document, isCollection, visit } from "yaml";
import type { Finding, Findings } from "./findings.ts";
import type { Span } from "./source-text.ts";

/** Most lines of one file whose syntax errors are told. */
const SYNTAX_ERRORS_MAX = 50;

interface YamlFault {
  readonly pos: readonly [number, number];
  readonly code: string;
  readonly message: string;
}

/** Where something is wrong, and what in the words of a rule author. */
interface Told extends Omit<Finding, "code"> {
  readonly span: Span;
}

/** Reports the first error of each line: those after it mostly follow from it. */
export function reportSyntaxErrors(document: Document, findings: Findings): void {
  const lines = new Set<number>();
  for (const error of document.errors) {
    if (SYNTAX_ERRORS_MAX <= lines.size) return;
    const { line } = findings.source.positionAt(error.pos[0]);
    if (!lines.has(line)) reportSyntax(error, document, findings);
    lines.add(line);
  }
}

function reportSyntax(fault: YamlFault, document: Document, findings: Findings): void {
  const { pos, code, message } = fault;
  const span = { start: pos[0], end: Math.max(pos[0] + 1, pos[1]) };
  if (code === "TAG_RESOLVE_FAILED") {
    findings.atSpan(span, { code: "TAP005", message: "tags are not part of this format" });
    return;
  }
  const text = findings.source.text;
  const told = unclosed(fault, document, text) ?? misspaced(fault, text);
  if (told !== undefined) {
    const { span: at, ...said } = told;
    findings.atSpan(at, { code: "TAP003", ...said });
    return;
  }
  const [said, hint] = SAID.find(([start]) => message.startsWith(start))?.[1] ?? [
    message.charAt(0).toLowerCase() + message.slice(1).replace(/[.:]$/, ""),
  ];
  const blank = /^[ \t]*/.exec(text.slice(span.start, span.start + 200))?.[0].length ?? 0;
  const start = span.start + blank;
  findings.atSpan({ start, end: Math.max(start + 1, span.end) }, { code: "TAP003", message: said, hint });
}

/** A quote or a bracket that is never closed is shown where it opens. */
function unclosed({ pos: [at], message }: YamlFault, document: Document, text: string): Told | undefined {
  if (message.endsWith("quote")) {
    const start = openingQuote(document, at);
    if (start !== undefined) return { span: { start, end: start + 1 }, message: "this quote is never closed" };
  }
  const [, close] = /must be sufficiently indented and end with a ([}\]])$/.exec(message) ?? [];
  const start = close === undefined ? undefined : openingBracket(document, at, close === "}" ? "{" : "[", text);
  if (start === undefined) return undefined;
  const hint = `write \`${close}\` where it ends; lines inside it are indented further than its first`;
  return { span: { start, end: start + 1 }, message: `this \`${text.charAt(start)}\` is not closed`, hint };
}

/** The opening quote of the text that runs to an offset, where there is one. */
function openingQuote(document: Document, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith("QUOTE") !== true || range === null || range === undefined) return;
      if (range[0] < end && end <= range[2]) start = range[0];
    },
  });
  return start;
}

/** The last bracket before an offset that nothing closes there, where there is one. */
function openingBracket(document: Document, end: number, open: string, text: string): number | undefined {
  let start: number | undefined;
  visit(document, (_, node) => {
    if (!isCollection(node) || node.flow !== true || node.range === null || node.range === undefined) return;
    const [from, to] = node.range;
    if (from < end && end <= to + 1 && text.charAt(from) === open) start = from;
  });
  return start;
}

/** A space too few or too many is told by the text that stands there: the parser complains of what follows from it. */
function misspaced({ pos: [at], message }: YamlFault, text: string): Told | undefined {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = endOfLine(text, at);
  const line = text.slice(lineStart, lineEnd);
  const indent = line.length - line.trimStart().length;
  const [, word] = /^-?\s*([A-Za-z]+):\S/.exec(line.trimStart()) ?? [];
  const span = { start: lineStart + indent, end: Math.max(lineStart + indent + 1, lineEnd) };
  if (/^-[A-Za-z]/.test(line.trimStart())) {
    const hint = `write \`- ${line.trim().slice(1)}\``;
    return {
      span: { start: span.start, end: span.start + 1 },
      message: "a list entry needs a space after its `-`",
      hint,
    };
  }
  if (word !== undefined && !line.includes(": "))
    return { span, message: "a key needs a space after its colon", hint: `write \`${word}: …\`` };
  if (/: +\{\{/.test(line)) {
    const start = lineStart + line.indexOf("{{");
    const hint = 'write `"{{ … }}"`, quotes around the whole text';
    return { span: { start, end: start + 2 }, message: "a value that begins with `{{` needs quotes", hint };
  }
  if (!message.startsWith("Nested mappings are not allowed in compact")) return undefined;
  if (/:\s.*:(\s|$)/.test(line)) return undefined;
  const next = lineEnd + (/^\s*/.exec(text.slice(lineEnd))?.[0].length ?? 0);
  const hint = "indent it as far as the lines that it belongs to";
  const end = Math.max(next + 1, endOfLine(text, next));
  return { span: { start: next, end }, message: "this line is indented further than the line above it allows", hint };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** The parser's commonest complaints in words of a rule author: what is wrong, and what to do. */
const SAID: readonly (readonly [string, readonly [string, string?]])[] = [
  ["A sequence entry is not allowed here", ["a list entry can't begin here", "begin the list on a line of its own"]],
  ["Sequence item without", ["this line does not line up with the lines above it", "indent it as far as they are"]],
  [
    "All mapping items must start",
    ["this line does not line up with the lines above it", "indent it as far as they are"],
  ],
  [
    "All sequence items must start",
    ["this entry does not line up with the entries above it", "indent it as far as they are"],
  ],
  ["Nested mappings are not allowed in compact", ["a second `: ` on this line", "put the value in quotes"]],
  [
    "A block sequence may not be used as an implicit map key",
    ["a list entry can't begin here", "write `- ` before the first entry of this list too"],
  ],
  ["Unexpected scalar at node end", ["there is text after the end of this value", "put the whole value in quotes"]],
  ["Tabs are not allowed as indentation", ["this line is indented with a tab", "indent with spaces"]],
];
