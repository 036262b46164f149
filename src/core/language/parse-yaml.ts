import { type Document, parseAllDocuments } from "yaml";
import type { Findings } from "./findings.ts";
import { growTree } from "./grow-tree.ts";
import { reportSyntaxErrors } from "./syntax-errors.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** Largest file, in UTF-16 units (at least as strict as bytes for every text but ASCII). */
export const FILE_LENGTH_MAX = 262_144;
/**
 * Most YAML marks of one file. Measured with yaml 2.9.1: the costliest texts take 7 µs a mark, so this many
 * take less than half a second. Checking unique keys is the quadratic part of that parser (30,000 keys took
 * 10.7 s); it is switched off, and the tree checks them with a set.
 */
export const MARKS_MAX = 60_000;

const OPTIONS = { uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;
const MARKS = /[:,[\]{}"'*&!?|>%#]|-(?=\s)/g;

/**
 * Reads YAML text into a tree with places; `undefined` where it can't be read.
 * Never throws: what is wrong goes to the findings.
 */
export function parseYaml(findings: Findings): YamlNode | undefined {
  const { text, flaw } = findings.source;
  if (flaw !== undefined) {
    const { at, ...finding } = flaw;
    findings.atSpan({ start: at, end: at + 1 }, finding);
    return undefined;
  }
  if (!withinBounds(text, findings)) return undefined;
  let documents: readonly Document[];
  try {
    documents = [...parseAllDocuments(text, OPTIONS)];
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

/** Reads what can be read of the first document of a text, for editors: half a tree is better than none. Never throws. */
export function parseLeniently(findings: Findings): { readonly root: YamlNode | undefined; readonly errors: number } {
  const { text } = findings.source;
  const nothing = { root: undefined, errors: Number.POSITIVE_INFINITY };
  if (!withinBounds(text, findings)) return nothing;
  try {
    const [document] = parseAllDocuments(text, OPTIONS);
    if (document === undefined) return nothing;
    return { root: growTree(document, findings), errors: document.errors.length };
  } catch {
    // A text on which the parser itself breaks has nothing to show.
    return nothing;
  }
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
