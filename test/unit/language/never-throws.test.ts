import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

const contract = readFileSync(new URL("../../corpus/packs/contract.yaml", import.meta.url), "utf8");
const words = [
  "{",
  "}",
  "[",
  "]",
  ": ",
  "- ",
  "\n",
  "  ",
  "\t",
  '"',
  "'",
  "*a",
  "&a ",
  "!x ",
  "<<: ",
  "? ",
  "|",
  ">",
  "#",
  "---\n",
  "null",
  "$x",
  "{{",
  "{% if",
  "%}",
  "1e999",
  ".nan",
  "__proto__: ",
  "constructor: ",
  "\u0000",
  "é",
  "\ud800",
  "\r",
  "all: ",
  "not: ",
  "0s",
  "..",
  "[*]",
  "(?=",
  "a".repeat(300),
];

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}
const edits = fc.array(
  fc.record({
    at: fc.nat(contract.length),
    cut: fc.nat(40),
    put: fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 12 })),
  }),
  { minLength: 1, maxLength: 6 },
);

function mutate(text: string, changes: readonly Edit[]): string {
  return changes.reduce((so, { at, cut, put }) => so.slice(0, at) + put + so.slice(at + cut), text);
}

function answer(text: string): void {
  const source = new SourceText("x.yaml", text);
  const { packs, diagnostics } = readPacks([source]);
  for (const diagnostic of [...diagnostics, ...readRuleTests(source).diagnostics])
    expect(renderDiagnostic(diagnostic)).toContain(`[${diagnostic.code}]`);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(packs.length).toBe(errors.length === 0 ? 1 : 0);
}

test("no change to a pack makes the language throw, and a pack is read or an error says why not", () => {
  fc.assert(
    fc.property(edits, (changes) => answer(mutate(contract, changes))),
    { numRuns: 300 },
  );
});

test("no text at all makes it throw", () => {
  const anything = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 40 })
    .map((parts) => parts.join(""));
  fc.assert(fc.property(anything, answer), { numRuns: 300 });
});

test.for(["[", "{a: ", "- ", "a:\n ", "? ", "&a ", "*a ", '"', "!!x "])("a long run of %j is answered", (part) => {
  answer(part.repeat(20_000));
});
