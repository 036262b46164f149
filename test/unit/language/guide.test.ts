import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import { renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";
import { runCase } from "../../../src/core/testing/run-case.ts";

const GUIDE = readFileSync(new URL("../../../docs/language.md", import.meta.url), "utf8");

interface Example {
  readonly section: string;
  readonly pack: string;
  /** A rule overlay between the pack and its test, where there is one. */
  readonly overlay: string | undefined;
  readonly test: string;
}

/** The examples of a page: each pack with the test behind it, under the heading where they stand. */
function examplesOf(page: string): Example[] {
  return page.split(/^## /m).flatMap((text) => {
    const blocks = [...text.matchAll(/^```yaml (pack|overlay|test)\n([\s\S]*?)^```$/gm)];
    return blocks.flatMap(([, kind, pack = ""], at) => {
      const [next, last] = [blocks[at + 1], blocks[at + 2]];
      if (kind !== "pack") return [];
      const overlay = next?.[1] === "overlay" ? next[2] : undefined;
      const test = overlay === undefined ? next : last;
      if (test?.[1] !== "test") throw new Error(`an example without a test: ${pack.slice(0, 200)}`);
      return [{ section: text.split("\n")[0] ?? "", pack, overlay, test: test[2] ?? "" }];
    });
  });
}

const HEAD = "apiVersion: tapio.dev/v1\nkind: RuleTest\npacks: [guide.yaml]\nstart: 2026-03-01T10:00:00Z\n";

describe("every example of the guide", () => {
  const examples = examplesOf(GUIDE);

  test("is here: one for each construct", () => {
    expect(examples.length).toBeGreaterThanOrEqual(18);
  });

  test.for(examples)("$section", async ({ pack, overlay, test: cases }) => {
    const sources = [new SourceText("guide.yaml", pack)];
    if (overlay !== undefined) sources.push(new SourceText("overlay.yaml", overlay));
    const { rules, diagnostics } = readPacks(sources, { today: "2026-03-01" });
    const read = readRuleTests(new SourceText("guide.test.yaml", HEAD + cases));
    expect([...diagnostics, ...read.diagnostics].map(renderDiagnostic)).toEqual([]);
    expect(read.test?.cases.length).toBeGreaterThanOrEqual(2);
    for (const one of read.test?.cases ?? []) {
      const { problems } = await runCase(one, { rules, newDecoder: () => new Decoder(), fixture: undefined });
      expect(problems, one.name).toEqual([]);
    }
  });
});
