import { parentPort } from "node:worker_threads";
import type { Diagnostic } from "../../core/language/diagnostic.ts";
import { mendOf } from "../../core/language/editing/mend.ts";
import { readPacks } from "../../core/language/read-packs.ts";
import { readRuleTests } from "../../core/language/read-rule-tests.ts";
import { SourceText } from "../../core/language/source-text.ts";
import type { EditorFinding, LintAnswer, LintTask, RuleText } from "./lint-task.ts";

// Runs in a thread of its own, so that completion never waits for the reading of a thousand rules.
const TESTS_MAX = 200;
const answers = new Map<string, readonly EditorFinding[]>();

parentPort?.on("message", ({ id, files, today }: LintTask) => {
  const packs = files.filter(({ file }) => !isTest(file)).map(({ file, text }) => new SourceText(file, text));
  const inPacks = readPacks(packs, { today }).diagnostics.map(plain);
  const inTests = files.filter(({ file }) => isTest(file)).flatMap(findingsOfTest);
  parentPort?.postMessage({ id, findings: [...inPacks, ...inTests] } satisfies LintAnswer);
});

function isTest(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

/** What is wrong with a test hangs on its own text alone, so it is looked at once. */
function findingsOfTest({ file, text }: RuleText): readonly EditorFinding[] {
  const key = `${file}\n${text}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  if (TESTS_MAX <= answers.size) answers.clear();
  const found = readRuleTests(new SourceText(file, text)).diagnostics.map(plain);
  answers.set(key, found);
  return found;
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
