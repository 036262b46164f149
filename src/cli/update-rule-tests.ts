import { readFile, writeFile } from "node:fs/promises";
import type { CaseOfPacks } from "../core/testing/mutation.ts";
import { runInTime } from "../core/testing/run-case.ts";
import { editText, type Hunk, hunksOf } from "./edit-text.ts";
import type { Paint } from "./paint.ts";
import { expectationEdits, type ToldCase } from "./update-expectations.ts";

/** Rewrites what the cases of one file expect to what the rules tell; the lines that changed, none where all was so. */
export async function updateRuleTest(file: string, cases: readonly CaseOfPacks[], fill: boolean): Promise<Hunk[]> {
  const told: ToldCase[] = [];
  for (const { ready, rules } of cases) {
    if (ready.log.problems.length === 0) told.push({ one: ready.one, told: (await runInTime(ready, rules)).told });
  }
  const text = await readFile(file, "utf8");
  const edits = expectationEdits(text, told, fill);
  if (0 < edits.length) await writeFile(file, editText(text, edits));
  return hunksOf(text, edits);
}

/** What an update changed in a file, as a diff of whole lines. */
export function updateText(file: string, hunks: readonly Hunk[], paint: Paint): string {
  const signed = (sign: string, text: string): string =>
    text
      .split("\n")
      .map((line) => `${sign}${line}`)
      .join("\n");
  return hunks
    .map(({ line, before, after }) => {
      const [gone, come] = [paint("red", signed("-", before)), paint("green", signed("+", after))];
      return `${file}:${line}\n${gone}\n${come}\n`;
    })
    .join("");
}
