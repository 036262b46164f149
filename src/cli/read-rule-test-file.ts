import type { LanguageThread, ReadingBounds } from "../adapters/file/language-thread.ts";
import type { RuleTestFile } from "../core/language/rule-test-file.ts";
import { SourceText } from "../core/language/source-text.ts";
import type { PackFinding } from "../ports/pack-source.ts";
import { readRuleText } from "./compose.ts";

/** A rule test as read from its file, with everything that is wrong with it as plain data. */
export interface RuleTestInFile {
  readonly test: RuleTestFile | undefined;
  readonly findings: readonly PackFinding[];
}

/** Reads one `*.test.yaml` in the thread. Throws only where the file cannot be read. */
export async function readRuleTestFile(
  file: string,
  thread: LanguageThread,
  bounds: ReadingBounds = {},
): Promise<RuleTestInFile> {
  const read = await readRuleText(file);
  const { test, findings } = await thread.readTest({ path: file, ...read }, bounds);
  return { test: test && { ...test, source: new SourceText(file, read.text) }, findings };
}
