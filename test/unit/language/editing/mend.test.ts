import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { mendOf } from "../../../../src/core/language/editing/mend.ts";
import { readPacks } from "../../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../../src/core/language/source-text.ts";
import { PACK } from "./editing-kit.ts";

const CORPUS = fileURLToPath(new URL("../../../corpus/diagnostics/", import.meta.url));

function findingsIn(file: string, text: string) {
  const source = new SourceText(file, text);
  return file.startsWith("TAP30") ? readRuleTests(source).diagnostics : readPacks([source]).diagnostics;
}

const mendable = readdirSync(CORPUS)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => {
    const text = readFileSync(CORPUS + file, "utf8");
    return findingsIn(file, text).flatMap((finding) => {
      const mend = mendOf(finding);
      return mend === undefined ? [] : [{ file, text, finding, mend }];
    });
  });

describe("a finding that names the right spelling is gone when it is written", () => {
  test("there are such findings", () => expect(mendable.length).toBeGreaterThan(15));

  test.for(mendable)("$file: $mend.title", ({ file, text, finding, mend }) => {
    const mended = text.slice(0, mend.span.start) + mend.text + text.slice(mend.span.end);
    const left = findingsIn(file, mended).map(({ code, message }) => `${code} ${message}`);
    expect(left).not.toContain(`${finding.code} ${finding.message}`);
  });
});

describe("only the misspelt part is written anew", () => {
  test.for([
    { from: "gone.entity.name }}", wrong: "gone.entity.nmae }}" },
    { from: "oom.time |", wrong: "oom.tiem |" },
    { from: "notIn: $system", wrong: "notIn: $sytem" },
    { from: "notIn: $system", wrong: 'notIn: "$sytem"', right: 'notIn: "$system"' },
    { from: "entity.namespace: {", wrong: "entity.namespaec: {" },
    { from: "gone.entity.name }}", wrong: "gone.name }}" },
    { from: "to: oom + 2m", wrong: "to: oon + 2m" },
    { from: "path: entity.name", wrong: "path: entity.nam" },
    { from: "within: 5m", wrong: "within: 5 min" },
  ])("$wrong", ({ from, wrong, right }) => {
    const text = PACK.replace(from, () => wrong);
    const mends = findingsIn("demo.yaml", text).flatMap((finding) => mendOf(finding) ?? []);
    const mended = mends.map(({ span, text: put }) => text.slice(0, span.start) + put + text.slice(span.end));
    expect(mended).toEqual([right === undefined ? PACK : PACK.replace(from, () => right)]);
  });
});
