import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { complete } from "../../../../src/core/language/editing/complete.ts";
import { definitionAt } from "../../../../src/core/language/editing/define.ts";
import { hoverAt } from "../../../../src/core/language/editing/hover.ts";
import { outlineOf } from "../../../../src/core/language/editing/outline.ts";
import { PieceReader } from "../../../../src/core/language/editing/salvage.ts";

const RULES = fileURLToPath(new URL("../../../../rules/", import.meta.url));
const files = readdirSync(RULES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
const texts = files.sort().map((file) => ({ file, text: readFileSync(`${RULES}${file}`, "utf8") }));
const reader = new PieceReader();
const shipped = texts.map(({ file, text }) => ({ file, outline: outlineOf(text, reader) }));

function askEverything(file: string, text: string, offset: number): void {
  const here = { file, outline: outlineOf(text, reader) };
  const workspace = { here, files: [here, ...shipped] };
  const { span, items } = complete(text, offset, workspace);
  if (0 < items.length) {
    expect(span.start).toBeLessThanOrEqual(offset);
    expect(offset).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
  const hover = hoverAt(text, offset, workspace);
  if (hover !== undefined) expect(hover.text).not.toBe("");
  definitionAt(text, offset, workspace);
}

// People type, so that what an editor asks about is nearly always half of something.
test("a shipped file cut off anywhere is answered anywhere in it", { timeout: 60_000 }, () => {
  const cut = fc.record({
    which: fc.nat(texts.length - 1),
    end: fc.double({ min: 0, max: 1, noNaN: true }),
    back: fc.oneof(fc.constant(0), fc.nat(300)),
    typed: fc.constantFrom(
      "",
      " ",
      "\n",
      "\n  - ",
      '"',
      "{",
      "[",
      ": ",
      "{{ ",
      "$",
      "&a",
      "*",
      "- ? ",
      "|\n",
      "\t",
      "\r\n",
    ),
  });
  fc.assert(
    fc.property(cut, ({ which, end, back, typed }) => {
      const { file, text } = texts[which] ?? { file: "", text: "" };
      const half = text.slice(0, Math.floor(text.length * end)) + typed;
      askEverything(file, half, Math.max(0, half.length - back));
    }),
    { numRuns: 200 },
  );
});

test("so is any text at all", () => {
  const part = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("rules:\n", "  - id: ", "\n", "{", "[", '"', "&a ", "*a", "<<: ", "? "),
  );
  const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), (any, at) =>
      askEverything("any.yaml", any, Math.floor(any.length * at)),
    ),
    { numRuns: 300 },
  );
});

test("what is asked for at the end of a line, half typed, is known for most of the shipped files", () => {
  // Every line that names a step, a type, a rule or a word of the schema, cut off behind its colon.
  const lines = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/^ +(?:after|severity|role|category|from|because): /gm)].map(({ index, 0: line }) => {
      const end = index + line.length;
      const rest = text.indexOf("\n", end);
      return { file, text: text.slice(0, end) + text.slice(rest), offset: end };
    }),
  );
  expect(lines.length).toBeGreaterThan(300);
  const asked = lines.filter((_, at) => at % 10 === 0);
  const answered = asked.filter(({ file, text, offset }) => {
    const here = { file, outline: outlineOf(text, reader) };
    return 0 < complete(text, offset, { here, files: [here] }).items.length;
  });
  expect(asked.length - answered.length).toBe(0);
});
