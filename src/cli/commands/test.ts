import { type Command, Option } from "commander";
import type { CaseOfPacks } from "../../core/testing/mutation.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { findRuleFiles, rulePaths } from "../find-rule-files.ts";
import { freezeRuleTests } from "../freeze-probes.ts";
import { FROM_STORY_KEYS, type FromStoryOptions, writeCase } from "../from-story.ts";
import type { Paint } from "../paint.ts";
import { githubReport } from "../reports/github.ts";
import { jsonReport } from "../reports/json.ts";
import { junitReport } from "../reports/junit.ts";
import { prettyReport } from "../reports/pretty.ts";
import { tapReport } from "../reports/tap.ts";
import { thoroughnessText } from "../reports/thoroughness.ts";
import { type FileReport, hasFailed, RuleTestRun } from "../rule-test-run.ts";
import { addSettings, givenFlags } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { coverageOf, mutationOf, type Thoroughness } from "../thoroughness.ts";
import { updateRuleTest, updateText } from "../update-rule-tests.ts";
import { watchRuleTests } from "../watch-rule-tests.ts";

const REPORTS: Readonly<Record<string, (files: readonly FileReport[], paint: Paint) => string>> = {
  pretty: prettyReport,
  junit: junitReport,
  tap: tapReport,
  github: githubReport,
};

/** What takes long, or writes what is watched. */
const NOT_WATCHED = ["update", "fill", "freeze", "coverage", "strict", "mutate", "minKilled", "failFast", "fromStory"];

interface TestOptions extends FromStoryOptions {
  readonly fromStory?: string;
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

/** Adds `test`: runs the tests of rule packs. */
export function addTest(program: Command, run: RunVerb): void {
  const command = program
    .command("test")
    .description("run rule tests (*.test.yaml), or turn a story into one")
    .argument("[path...]", "files and folders; ./rules, or the rules that ship, if left out")
    .addOption(
      new Option("--format <form>", "form of the report").choices(["pretty", "json", ...Object.keys(REPORTS).slice(1)]),
    )
    .option("--run <regex>", "only the cases whose name matches")
    .option("--fail-fast", "stop at the first case that fails")
    .option("--coverage", "say what the cases show of each rule, and what they do not")
    .option("--strict", "with --coverage: exit with 1 where a case is missing")
    .option("--mutate", "change the rules in every small way, and list the changes that no case notices")
    .option("--min-killed <percent>", "with --mutate: exit with 1 where fewer mutants are noticed")
    .addOption(
      new Option("--watch", "run again what changes, or whose packs or recordings do, until Ctrl-C").conflicts(
        NOT_WATCHED,
      ),
    )
    .option("--update", "write what the rules tell into the expected stories, and print what changed")
    .option("--freeze", "write down what the probes of each test tell; from then on --update renews it")
    .option("--fill", "with --update: also the fields that expected stories do not name yet")
    .addOption(
      new Option(
        "--from-story <id>",
        "write a case that this story passes, of recorded events (paths) or those of --stream",
      ).conflicts([
        "run",
        "failFast",
        "coverage",
        "strict",
        "mutate",
        "minKilled",
        "update",
        "fill",
        "freeze",
        "format",
      ]),
    )
    .option("--url <url>", "with --from-story: address of the engine that told it")
    .option("--stories <file>", "with --from-story: a file of stories that has it")
    .option("--out <file>", "with --from-story: write to this new file instead of standard output");
  addSettings(command, FROM_STORY_KEYS).action((paths: string[], options: TestOptions) =>
    run((shell) => {
      if (options.fromStory !== undefined) return writeCase(options.fromStory, paths, options, shell);
      const [astray] = [
        ...(["url", "stories", "out"] as const)
          .filter((name) => options[name] !== undefined)
          .map((name) => `--${name}`),
        ...givenFlags(options, FROM_STORY_KEYS),
      ];
      if (astray !== undefined) throw new CommandError(`test: ${astray} needs --from-story`);
      return test(paths, options, shell);
    }),
  );
}

async function test(paths: readonly string[], options: TestOptions, shell: Shell): Promise<ExitCode> {
  const { tests } = await findRuleFiles(paths);
  if (tests.length === 0) throw new CommandError(`test: no *.test.yaml in ${paths.join(", ") || "the rules"}`);
  const pattern = readPattern(options.run);
  const { signal } = shell;
  const format = options.format ?? (shell.env["GITHUB_ACTIONS"] === "true" ? "github" : "pretty");
  const wanted = (name: string): boolean => pattern.test(name);
  const leastKilled = readPercent(options.minKilled);
  if (options.watch === true) {
    const printFiles = (files: readonly FileReport[]): Promise<void> =>
      print(files, { format, thoroughness: {}, shell });
    await watchRuleTests({ paths: await rulePaths(paths), wanted, print: printFiles }, shell);
    return interruptedBy(signal);
  }
  if (options.update === true || options.fill === true)
    await update(tests, { wanted, fill: options.fill === true }, shell);
  if (options.update === true || options.freeze === true)
    await freezeRuleTests(tests, { wanted, isFirst: options.freeze === true }, shell);
  const files: FileReport[] = [];
  const cases: CaseOfPacks[] = [];
  const keep = (one: CaseOfPacks): number => cases.push(one);
  const run = new RuleTestRun({ wanted, failFast: options.failFast === true, signal, keep });
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
  readonly wanted: (caseName: string) => boolean;
  readonly fill: boolean;
}

/** The diff goes beside the report, which is of the tests as they stand then. */
async function update(tests: readonly string[], { wanted, fill }: Updating, { signal, stderr }: Shell): Promise<void> {
  const byFile = new Map<string, CaseOfPacks[]>(tests.map((file) => [file, []]));
  const keep = (one: CaseOfPacks, file: string): unknown => byFile.get(file)?.push(one);
  for await (const { file } of new RuleTestRun({ wanted, failFast: false, signal, keep }).reports(tests)) {
    const hunks = await updateRuleTest(file, byFile.get(file) ?? [], fill);
    stderr.say(updateText(file, hunks, stderr.paint));
  }
}

async function measure(cases: readonly CaseOfPacks[], options: TestOptions, shell: Shell): Promise<Thoroughness> {
  return {
    ...(options.coverage === true || options.strict === true ? { coverage: await coverageOf(cases) } : {}),
    ...(options.mutate === true ? { mutation: await mutationOf(cases, shell) } : {}),
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
