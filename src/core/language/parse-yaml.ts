import { type Document, parseAllDocuments, visit } from "yaml";
import type { Findings } from "./findings.ts";
import { growTree } from "./grow-tree.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** Largest file, in UTF-16 units (at least as strict as bytes for every text but ASCII). */
export const FILE_LENGTH_MAX = 262_144;
/**
 * Most YAML marks of one file. Measured with yaml 2.9.1: the costliest texts take 7 µs a mark, so this many
 * take less than half a second. Checking unique keys is the quadratic part of that parser (30,000 keys took
 * 10.7 s); it is switched off, and the tree checks them with a set.
 */
export const MARKS_MAX = 60_000;

/** Most lines of one file whose syntax errors are told. */
const SYNTAX_ERRORS_MAX = 50;

const MARKS = /[:,[\]{}"'*&!?|>%#]|-(?=\s)/g;

/**
 * Reads YAML text into a tree with places; `undefined` where it can't be read.
 * Never throws: what is wrong goes to the findings.
 */
export function parseYaml(findings: Findings): YamlNode | undefined {
  const { text } = findings.source;
  if (!withinBounds(text, findings)) return undefined;
  let documents: readonly Document[];
  try {
    const options = { uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;
    documents = [...parseAllDocuments(text, options)];
  } catch (cause) {
    const message = `the text can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    findings.atSpan({ start: 0, end: 1 }, { code: "TAP003", message });
    return undefined;
  }
  const [document, second] = documents;
  for (const each of documents) reportSyntaxErrors(each, findings);
  if (second !== undefined) {
    const start = second.range?.[0] ?? 0;
    findings.atSpan(
      { start, end: start + 1 },
      { code: "TAP007", message: "a second document begins here", hint: "one file holds one document" },
    );
  }
  if (document === undefined || findings.hasErrors) {
    if (document === undefined) reportEmpty(findings);
    return undefined;
  }
  const root = growTree(document, findings);
  if (root !== undefined && root.kind !== "map") {
    reportEmpty(findings);
    return undefined;
  }
  return root;
}

function withinBounds(text: string, findings: Findings): boolean {
  if (FILE_LENGTH_MAX < text.length) {
    findings.atSpan(
      { start: 0, end: 1 },
      { code: "TAP001", message: `the file has ${text.length} characters; at most ${FILE_LENGTH_MAX} are read` },
    );
    return false;
  }
  let marks = 0;
  for (const { index } of text.matchAll(MARKS)) {
    marks += 1;
    if (marks <= MARKS_MAX) continue;
    findings.atSpan(
      { start: index, end: index + 1 },
      { code: "TAP002", message: `the file has more than ${MARKS_MAX} YAML marks` },
    );
    return false;
  }
  return true;
}

function reportEmpty(findings: Findings): void {
  const hint = "a file begins with `apiVersion: tapio.dev/v1`";
  findings.atSpan({ start: 0, end: 1 }, { code: "TAP007", message: "the file does not hold a map", hint });
}

interface YamlFault {
  readonly pos: readonly [number, number];
  readonly code: string;
  readonly message: string;
}

/** Reports the first error of each line: those after it mostly follow from it. */
function reportSyntaxErrors(document: Document, findings: Findings): void {
  const lines = new Set<number>();
  for (const error of document.errors) {
    if (SYNTAX_ERRORS_MAX <= lines.size) return;
    const { line } = findings.source.positionAt(error.pos[0]);
    if (!lines.has(line)) reportSyntax(error, document, findings);
    lines.add(line);
  }
}

/** The opening quote of the text that runs to an offset, where there is one. */
function openingQuote(document: Document, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (
        type?.startsWith("QUOTE") === true &&
        range !== null &&
        range !== undefined &&
        range[0] < end &&
        end <= range[2]
      )
        start = range[0];
    },
  });
  return start;
}

function reportSyntax({ pos, code, message }: YamlFault, document: Document, findings: Findings): void {
  const quote = message.endsWith("quote") ? openingQuote(document, pos[0]) : undefined;
  if (quote !== undefined) {
    findings.atSpan({ start: quote, end: quote + 1 }, { code: "TAP003", message: "this quote is never closed" });
    return;
  }
  const span = { start: pos[0], end: Math.max(pos[0] + 1, pos[1]) };
  if (code === "TAG_RESOLVE_FAILED") {
    findings.atSpan(span, { code: "TAP005", message: "tags are not part of this format" });
    return;
  }
  const { start } = span;
  const [said, hint] = SAID.find(([text]) => message.startsWith(text))?.[1] ?? [
    message.charAt(0).toLowerCase() + message.slice(1).replace(/[.:]$/, ""),
  ];
  const blank = /^[ \t]*/.exec(findings.source.text.slice(start, start + 200))?.[0].length ?? 0;
  findings.atSpan(
    { start: start + blank, end: Math.max(start + blank + 1, span.end) },
    { code: "TAP003", message: said, hint },
  );
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
  ["Tabs are not allowed as indentation", ["this line is indented with a tab", "indent with spaces"]],
];
