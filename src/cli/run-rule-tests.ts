import type { LanguageThread } from "../adapters/file/language-thread.ts";
import type { CaseOfPacks } from "../core/testing/mutation.ts";
import { ExitCode, interruptedBy } from "./exit-code.ts";
import { CommandError } from "./failure.ts";
import { findRuleFiles, rulePaths } from "./find-rule-files.ts";
import type { Paint } from "./paint.ts";
import { githubReport } from "./reports/github.ts";
import { jsonReport } from "./reports/json.ts";
import { junitReport } from "./reports/junit.ts";
import { prettyReport } from "./reports/pretty.ts";
import { tapReport } from "./reports/tap.ts";
import { thoroughnessText } from "./reports/thoroughness.ts";
import { type FileReport, hasFailed, RuleTestRun } from "./rule-test-run.ts";
import type { Shell } from "./shell.ts";
import type { Thoroughness } from "./thoroughness.ts";

const REPORTS: Readonly<Record<string, (files: readonly FileReport[], paint: Paint) => string>> = {
  pretty: prettyReport,
  junit: junitReport,
  tap: tapReport,
  github: githubReport,
};

/** How to run rule tests, as the flags of `tapio test` say. */
export interface RuleTestOptions {
  readonly format?: string;
  readonly run?: string;
  readonly failFast?: boolean;
  readonly coverage?: boolean;
  readonly strict?: boolean;
  readonly mutate?: boolean;
  readonly minKilled?: string;
  readonly watch?: boolean;
  readonly update?: boolean;
  readonly fill?: boolean;
  readonly freeze?: boolean;
}

interface Surroundings {
  /** Reads the tests and their packs. */
  readonly thread: LanguageThread;
  readonly shell: Shell;
}

/** The rule tests in these files and folders. Throws {@link CommandError} where there is none. */
async function testsIn(paths: readonly string[]): Promise<readonly string[]> {
  const { tests, packs } = await findRuleFiles(paths);
  if (0 < tests.length) return tests;
  const [path = "the rules"] = paths;
  const advice = packs.includes(path) ? "; that is a pack: name its test, or the folder of both" : "";
  throw new CommandError(`test: no *.test.yaml in ${paths.join(", ") || path}${advice}`);
}

/** Runs the tests of rule packs in these files and folders, in the ways that the options ask for. */
export async function runRuleTests(
  paths: readonly string[],
  options: RuleTestOptions,
  { thread, shell }: Surroundings,
): Promise<ExitCode> {
  const tests = await testsIn(paths);
  const pattern = readPattern(options.run);
  const { signal } = shell;
  const format = options.format ?? (shell.env["GITHUB_ACTIONS"] === "true" ? "github" : "pretty");
  const wanted = (name: string): boolean => pattern.test(name);
  const leastKilled = readPercent(options.minKilled);
  if (options.watch === true) {
    const printFiles = (files: readonly FileReport[]): Promise<void> =>
      print(files, { format, thoroughness: {}, shell });
    const { watchRuleTests } = await import("./watch-rule-tests.ts");
    await watchRuleTests({ thread, paths: await rulePaths(paths), wanted, print: printFiles }, shell);
    return interruptedBy(signal);
  }
  if (options.update === true || options.fill === true)
    await update(tests, { thread, wanted, fill: options.fill === true }, shell);
  if (options.update === true || options.freeze === true) {
    const { freezeRuleTests } = await import("./freeze-probes.ts");
    await freezeRuleTests(tests, { thread, wanted, isFirst: options.freeze === true }, shell);
  }
  const files: FileReport[] = [];
  const cases: CaseOfPacks[] = [];
  const keep = isMeasured(options) ? (one: CaseOfPacks): unknown => cases.push(one) : undefined;
  const run = new RuleTestRun({ thread, wanted, failFast: options.failFast === true, signal, keep });
  for await (const report of run.reports(tests)) {
    if (0 < report.cases.length || report.broken !== undefined) files.push(report);
  }
  if (signal.aborted) return interruptedBy(signal);
  if (files.length === 0) throw new CommandError(`test: no case's name matches ${options.run}`);
  const thoroughness = await measure(cases, options, shell);
  await print(files, { format, thoroughness, shell });
  if (files.some(({ broken }) => broken?.because === "packs")) return ExitCode.rules;
  const failed = files.some(hasFailed) || isWanting(thoroughness, options.strict === true, leastKilled);
  return failed ? ExitCode.findings : ExitCode.ok;
}

interface Updating {
  readonly thread: LanguageThread;
  readonly wanted: (caseName: string) => boolean;
  readonly fill: boolean;
}

/** The diff goes beside the report, which is of the tests as they stand then. */
async function update(tests: readonly string[], updating: Updating, { signal, stderr }: Shell): Promise<void> {
  const { updateRuleTest, updateText } = await import("./update-rule-tests.ts");
  const { thread, wanted, fill } = updating;
  const byFile = new Map<string, CaseOfPacks[]>(tests.map((file) => [file, []]));
  const keep = (one: CaseOfPacks, file: string): unknown => byFile.get(file)?.push(one);
  for await (const { file } of new RuleTestRun({ thread, wanted, failFast: false, signal, keep }).reports(tests)) {
    const hunks = await updateRuleTest(file, byFile.get(file) ?? [], fill);
    stderr.say(updateText(file, hunks, stderr.paint));
  }
}

function isMeasured(options: RuleTestOptions): boolean {
  return options.coverage === true || options.strict === true || isMutating(options);
}

/** A share of mutants can't be asked for without any. */
function isMutating({ mutate, minKilled }: RuleTestOptions): boolean {
  return mutate === true || minKilled !== undefined;
}

async function measure(cases: readonly CaseOfPacks[], options: RuleTestOptions, shell: Shell): Promise<Thoroughness> {
  if (!isMeasured(options)) return {};
  const { coverageOf, mutationOf } = await import("./thoroughness.ts");
  const { coverage, strict } = options;
  return {
    ...(coverage === true || strict === true ? { coverage: await coverageOf(cases) } : {}),
    ...(isMutating(options) ? { mutation: await mutationOf(cases, shell) } : {}),
  };
}

interface Printing {
  readonly format: string;
  readonly thoroughness: Thoroughness;
  readonly shell: Shell;
}

/** Forms that other programs read hold the cases alone; how thorough they are is said beside them. */
async function print(files: readonly FileReport[], { format, thoroughness, shell }: Printing): Promise<void> {
  const { stdout, stderr } = shell;
  if (format === "json") return stdout.write(jsonReport(files, thoroughness));
  await stdout.write(REPORTS[format]?.(files, stdout.paint) ?? "");
  const forPeople = format === "pretty" || format === "github";
  if (forPeople) await stdout.write(thoroughnessText(thoroughness, stdout.paint));
  else stderr.say(thoroughnessText(thoroughness, stderr.paint));
}

function isWanting({ coverage, mutation }: Thoroughness, strict: boolean, leastKilled: number): boolean {
  if (strict && coverage !== undefined && coverage.covered < coverage.total) return true;
  if (mutation === undefined) return false;
  return 0 < mutation.crashed.length || mutation.killed * 100 < mutation.total * leastKilled;
}

function readPercent(text: string | undefined): number {
  const percent = Number(text ?? 0);
  if (0 <= percent && percent <= 100) return percent;
  throw new CommandError(`test: --min-killed is a number from 0 to 100, and not ${text}`);
}

function readPattern(text: string | undefined): RegExp {
  try {
    return new RegExp(text ?? "");
  } catch (error) {
    throw new CommandError(`test: --run is not a regular expression: ${(error as Error).message}`);
  }
}
