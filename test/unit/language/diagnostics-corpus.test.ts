import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CODES, type DiagnosticCode } from "../../../src/core/language/codes.ts";
import { answerTo, corpusFiles, diagnosticsOf, expectedText } from "./corpus.ts";

const codes = Object.keys(CODES) as DiagnosticCode[];
const docs = readFileSync(new URL("../../../docs/diagnostics.md", import.meta.url), "utf8");

describe("every broken file is answered exactly", () => {
  test.for(corpusFiles)("%s", (file) => {
    expect(answerTo(file)).toBe(expectedText(file));
    expect(diagnosticsOf(file).map(({ code }) => code as string)).toContain(file.slice(0, 6));
  });
});

test("every code has a broken file, and every broken file a code", () => {
  expect([...new Set(corpusFiles.map((file) => file.slice(0, 6)))].sort()).toEqual(codes.toSorted());
});

test("every code has a heading in docs/diagnostics.md, and every heading a code", () => {
  const headings = [...docs.matchAll(/^### (TAP\d{3}): (.*)$/gm)].map(([, code, title]) => `${code}: ${title}`);
  expect(headings).toEqual(codes.toSorted().map((code) => `${code}: ${CODES[code].title}`));
});

test.for(codes)("docs/diagnostics.md explains %s in the registry's words", (code) => {
  const { severity, explanation } = CODES[code];
  expect(docs).toContain(`*${severity === "error" ? "Error" : "Warning"}.* ${explanation}`);
});

test.for(corpusFiles)("%s: every place is in its text, messages end without a full stop", (file) => {
  for (const { span, source, message, code, severity } of diagnosticsOf(file)) {
    expect(0 <= span.start && span.start < span.end).toBe(true);
    expect(span.start <= source.text.length).toBe(true);
    expect(message).not.toMatch(/\.$|^[A-Z]/);
    expect(severity).toBe(CODES[code].severity);
  }
});
