import { existsSync } from "node:fs";
import { posix } from "node:path";
import { parentPort } from "node:worker_threads";
import { checkTestFiles, checkTestNames } from "../../core/language/check-test-names.ts";
import type { Diagnostic } from "../../core/language/diagnostic.ts";
import { mendOf } from "../../core/language/editing/mend.ts";
import { type PacksReading, readPacks } from "../../core/language/read-packs.ts";
import { type RuleTestReading, readRuleTests } from "../../core/language/read-rule-tests.ts";
import { SourceText } from "../../core/language/source-text.ts";
import type { EditorFinding, LintAnswer, LintTask, RuleText } from "./lint-task.ts";

// Runs in a thread of its own, so that completion never waits for the reading of a thousand rules.
const TESTS_MAX = 200;
const readings = new Map<string, RuleTestReading>();

parentPort?.on("message", ({ id, files, today }: LintTask) => {
  const sources = files.filter(({ file }) => !isTest(file)).map(({ file, text }) => new SourceText(file, text));
  const packs = readPacks(sources, { today });
  const inTests = files.filter(({ file }) => isTest(file)).flatMap((test) => diagnosticsOfTest(test, packs, sources));
  const findings = [...packs.diagnostics, ...inTests].map(plain);
  parentPort?.postMessage({ id, findings } satisfies LintAnswer);
});

function isTest(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

function diagnosticsOfTest(
  text: RuleText,
  { rules, diagnostics: inPacks }: PacksReading,
  sources: readonly SourceText[],
): readonly Diagnostic[] {
  const { test, diagnostics } = readTest(text);
  if (test === undefined) return diagnostics;
  const at = (path: string): string => posix.resolve(posix.dirname(text.file), path);
  const files = new Set(sources.map(({ file }) => file));
  const missing = checkTestFiles(test, (path) => files.has(at(path)) || existsSync(at(path)));
  const own = rules.packs.filter(({ file }) => test.packs.some((path) => at(path) === file));
  // Beside an overlay a rule may be gone for those tests alone that name it: `tapio lint` knows.
  const hasAll = own.length === test.packs.length && rules.packs.length === sources.length;
  const isSure = hasAll && !inPacks.some(({ severity }) => severity === "error");
  const names = isSure
    ? checkTestNames(
        test,
        own.flatMap((pack) => pack.rules),
      )
    : [];
  return [...diagnostics, ...missing, ...names];
}

/** What a test says hangs on its own text alone, so that is read once. */
function readTest({ file, text }: RuleText): RuleTestReading {
  const key = `${file}\n${text}`;
  const known = readings.get(key);
  if (known !== undefined) return known;
  if (TESTS_MAX <= readings.size) readings.clear();
  const read = readRuleTests(new SourceText(file, text));
  readings.set(key, read);
  return read;
}

function plain(diagnostic: Diagnostic): EditorFinding {
  const { code, severity, message, hint, source, span, related = [] } = diagnostic;
  const mend = mendOf(diagnostic);
  return {
    code,
    severity,
    message,
    hint,
    file: source.file,
    ...span,
    related: related.map((place) => ({ file: place.source.file, ...place.span, message: place.message })),
    mend: mend && { title: mend.title, text: mend.text, ...mend.span },
  };
}
