import { readdirSync, readFileSync } from "node:fs";
import { checkTestFiles, checkTestNames } from "../../../src/core/language/check-test-names.ts";
import { type Diagnostic, renderDiagnostic } from "../../../src/core/language/diagnostic.ts";
import { FILE_LENGTH_MAX, MARKS_MAX } from "../../../src/core/language/parse-yaml.ts";
import { readPacks } from "../../../src/core/language/read-packs.ts";
import { readRuleTests } from "../../../src/core/language/read-rule-tests.ts";
import { SourceText } from "../../../src/core/language/source-text.ts";

const FOLDER = new URL("../../corpus/diagnostics/", import.meta.url);

/** Names of the broken files of the corpus, such as `TAP101-misspelt-field.yaml`. */
export const corpusFiles: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .sort();

/** The text that a broken file must be answered with. */
export function expectedText(file: string): string {
  return readFileSync(new URL(file.replace(/\.yaml$/, ".txt"), FOLDER), "utf8");
}

/**
 * What the language says of one broken file. The first line may ask for what no file should be as large as:
 * `# corpus: pad to N` (characters), `# corpus: pad marks`, `# corpus: copies N`; and
 * `# corpus: file NAME` begins another file; `# corpus: today DAY` says which day it is,
 * and `# corpus: as a pack` reads a rule test as if it were a pack.
 */
export function diagnosticsOf(file: string): readonly Diagnostic[] {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  if (/^kind: RuleTest$/m.test(text) && !text.startsWith("# corpus: as a pack")) return diagnosticsOfTest(file, text);
  const copies = /^# corpus: copies (\d+)$/m.exec(text)?.[1];
  if (copies !== undefined) {
    const sources = Array.from({ length: Number(copies) }, (_, at) => new SourceText(`${at + 1}.yaml`, text));
    return readPacks(sources).diagnostics.filter(({ source }) => source === sources.at(-1));
  }
  if (text.startsWith("# corpus: pad to"))
    return readPacks([new SourceText(file, text.padEnd(FILE_LENGTH_MAX + 1, "#"))]).diagnostics;
  if (text.startsWith("# corpus: pad marks"))
    return readPacks([new SourceText(file, text + "-\n".repeat(MARKS_MAX))]).diagnostics;
  const [first = "", ...others] = text.split(/^# corpus: file (.*)\n/m);
  const sources = [new SourceText(file, first)];
  for (let at = 0; at < others.length; at += 2) sources.push(new SourceText(others[at] ?? "", others[at + 1] ?? ""));
  return readPacks(sources, { today: /^# corpus: today (.*)$/m.exec(text)?.[1] }).diagnostics;
}

/** What is wrong with a test, and beside the packs that follow it in its file. */
function diagnosticsOfTest(file: string, text: string): readonly Diagnostic[] {
  const [first = "", ...others] = text.split(/^# corpus: file (.*)\n/m);
  const { test, diagnostics } = readRuleTests(new SourceText(file, first));
  const packs = others.flatMap((name, at) => (at % 2 === 0 ? [new SourceText(name, others[at + 1] ?? "")] : []));
  if (test === undefined || packs.length === 0) return diagnostics;
  const paths = packs.map((pack) => pack.file);
  const { rules } = readPacks(packs).rules;
  return [
    ...diagnostics,
    ...checkTestFiles(test, (path) => paths.includes(path), paths),
    ...checkTestNames(test, rules),
  ];
}

/** What the language says of one broken file, as people read it. */
export function answerTo(file: string): string {
  return `${diagnosticsOf(file).map(renderDiagnostic).join("\n\n")}\n`;
}
