import { readFile } from "node:fs/promises";
import { renderDiagnostic } from "../core/language/diagnostic.ts";
import { readRuleTests } from "../core/language/read-rule-tests.ts";
import type { RuleTestFile } from "../core/language/rule-test-file.ts";
import { SourceText } from "../core/language/source-text.ts";
import type { PackFinding } from "../ports/pack-source.ts";

/** A rule test as read from its file, with everything that is wrong with it as plain data. */
export interface RuleTestInFile {
  readonly test: RuleTestFile | undefined;
  readonly findings: readonly PackFinding[];
}

/** Reads one `*.test.yaml`. Throws only where the file cannot be read. */
export async function readRuleTestFile(file: string): Promise<RuleTestInFile> {
  const { test, diagnostics } = readRuleTests(new SourceText(file, await readFile(file, "utf8")));
  const findings = diagnostics.map((diagnostic): PackFinding => {
    const { code, severity, message, source, span } = diagnostic;
    return { code, severity, message, file, ...source.positionAt(span.start), rendered: renderDiagnostic(diagnostic) };
  });
  return { test, findings };
}
