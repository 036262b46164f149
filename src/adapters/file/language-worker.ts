import { parentPort } from "node:worker_threads";
import { plainDiagnostic } from "../../core/language/diagnostic.ts";
import { readPacks } from "../../core/language/read-packs.ts";
import { readRuleTests } from "../../core/language/read-rule-tests.ts";
import { SourceText } from "../../core/language/source-text.ts";
import type { LanguageTask, PackTask, ReadPacks, ReadTest, TestTask } from "./language-thread.ts";

// Runs in a thread of its own, so that a file that takes for ever to parse can be given up.
parentPort?.on("message", (task: LanguageTask) => {
  parentPort?.postMessage("test" in task ? testOf(task) : packsOf(task));
});

function packsOf({ packs, today }: PackTask): ReadPacks {
  const sources = packs.map(({ path, text, flaw }) => new SourceText(path, text, flaw));
  const { rules, diagnostics } = readPacks(sources, { today });
  return { rules, findings: diagnostics.map(plainDiagnostic) };
}

function testOf({ test: { path, text, flaw } }: TestTask): ReadTest {
  const { test, diagnostics } = readRuleTests(new SourceText(path, text, flaw));
  const findings = diagnostics.map(plainDiagnostic);
  if (test === undefined) return { test, findings };
  const { source: _, ...plain } = test;
  return { test: plain, findings };
}
