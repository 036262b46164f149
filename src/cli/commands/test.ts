import { type Command, Option } from "commander";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { findRuleFiles } from "../find-rule-files.ts";
import type { Paint } from "../paint.ts";
import { githubReport } from "../reports/github.ts";
import { jsonReport } from "../reports/json.ts";
import { junitReport } from "../reports/junit.ts";
import { prettyReport } from "../reports/pretty.ts";
import { tapReport } from "../reports/tap.ts";
import { type FileReport, hasFailed, RuleTestRun } from "../rule-test-run.ts";
import type { RunVerb, Shell } from "../shell.ts";

const REPORTS: Readonly<Record<string, (files: readonly FileReport[], paint: Paint) => string>> = {
  pretty: prettyReport,
  json: jsonReport,
  junit: junitReport,
  tap: tapReport,
  github: githubReport,
};

interface TestOptions {
  readonly format?: string;
  readonly run?: string;
  readonly failFast?: boolean;
}

/** Adds `test`: runs the tests of rule packs. */
export function addTest(program: Command, run: RunVerb): void {
  program
    .command("test")
    .description("run rule tests (*.test.yaml)")
    .argument("[path...]", "files and folders; ./rules, or the rules that ship, if left out")
    .addOption(new Option("--format <form>", "form of the report").choices(Object.keys(REPORTS)))
    .option("--run <regex>", "only the cases whose name matches")
    .option("--fail-fast", "stop at the first case that fails")
    .action((paths: string[], options: TestOptions) => run((shell) => test(paths, options, shell)));
}

async function test(paths: readonly string[], options: TestOptions, shell: Shell): Promise<ExitCode> {
  const { tests } = await findRuleFiles(paths);
  if (tests.length === 0) throw new CommandError(`test: no *.test.yaml in ${paths.join(", ") || "the rules"}`);
  const pattern = readPattern(options.run);
  const { signal } = shell;
  const wanted = (name: string): boolean => pattern.test(name);
  const files: FileReport[] = [];
  const run = new RuleTestRun({ wanted, failFast: options.failFast === true, signal });
  for await (const report of run.reports(tests)) {
    if (0 < report.cases.length || report.broken !== undefined) files.push(report);
  }
  if (signal.aborted) return interruptedBy(signal);
  if (files.length === 0) throw new CommandError(`test: no case's name matches ${options.run}`);
  const format = options.format ?? (shell.env["GITHUB_ACTIONS"] === "true" ? "github" : "pretty");
  await shell.stdout.write(REPORTS[format]?.(files, shell.stdout.paint) ?? "");
  if (files.some(({ broken }) => broken?.because === "packs")) return ExitCode.rules;
  return files.some(hasFailed) ? ExitCode.findings : ExitCode.ok;
}

function readPattern(text: string | undefined): RegExp {
  try {
    return new RegExp(text ?? "");
  } catch (error) {
    throw new CommandError(`test: --run is not a regular expression: ${(error as Error).message}`);
  }
}
