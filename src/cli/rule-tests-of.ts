import { openLanguageThread } from "./compose.ts";
import { findRuleFiles } from "./find-rule-files.ts";
import { RuleTestRun } from "./rule-test-run.ts";

/** Runs the rule tests beside these packs; answers with each that fails, one sentence each. */
export async function failingRuleTests(paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const { tests } = await findRuleFiles(paths);
  await using thread = openLanguageThread();
  const run = new RuleTestRun({ thread, wanted: () => true, failFast: false, signal });
  const failing: string[] = [];
  for await (const { file, cases, broken } of run.reports(tests)) {
    if (broken !== undefined) failing.push(`${file}: ${broken.text.split("\n", 1)[0]}`);
    for (const { name, problems } of cases) {
      for (const { line, column, message } of problems) failing.push(`${file}:${line}:${column}: ${name}: ${message}`);
    }
  }
  return failing;
}
