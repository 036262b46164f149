import { describe, expect, test } from "vitest";
import { type Diagnostic, renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { nearest } from "../../../src/core/language/nearest.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

describe("SourceText", () => {
  const source = new SourceText("a.yaml", "one\r\ntwo\n\nfour");
  test.for([
    [0, 1, 1],
    [2, 1, 3],
    [5, 2, 1],
    [8, 2, 4],
    [9, 3, 1],
    [10, 4, 1],
    [14, 4, 5],
    [99, 4, 5],
    [-1, 1, 1],
  ] as const)("offset %i is %i:%i", ([offset, line, column]) => {
    expect(source.positionAt(offset)).toEqual({ line, column });
  });
  test("words that share no letter are not near, however short", () => {
    expect(nearest("x", ["a", "b"])).toBeUndefined();
    expect(nearest("ab", ["a", "b"])).toBe("a");
  });

  test("lines come without their ends", () => {
    expect([0, 1, 2, 3, 4, 5].map((line) => source.lineText(line))).toEqual(["", "one", "two", "", "four", ""]);
  });
});

describe("renderDiagnostic", () => {
  const at = (text: string, start: number, end: number, hint?: string): Diagnostic => ({
    code: "TAP201",
    severity: "error",
    message: "wrong",
    source: new SourceText("a.yaml", text),
    span: { start, end },
    ...(hint === undefined ? {} : { hint }),
  });

  test("names the place, shows the line, and points", () => {
    expect(renderDiagnostic(at("x: 1\nwithin: 0s\n", 13, 15, "mend it"))).toBe(
      "a.yaml:2:9: error[TAP201]: wrong\n2 | within: 0s\n            ^^\nhint: mend it",
    );
  });
  test("a span over lines ends with the first", () => {
    expect(renderDiagnostic(at("abc\ndef", 1, 7)).split("\n")[2]).toBe("     ^^");
  });
  test("control characters and long lines do not reach the terminal", () => {
    const shown = renderDiagnostic(at(`\u001b[31m${"x".repeat(5_000)}!`, 5_005, 5_006));
    expect(shown).not.toContain("\u001b");
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(200);
  });
});

test.for([
  ["piority", "priority"],
  ["roel", "role"],
  ["x", undefined],
  ["Priority", "priority"],
  ["something", undefined],
] as const)("nearest to %s is %s", ([word, near]) => {
  expect(nearest(word, ["priority", "role", "within"])).toBe(near);
});
