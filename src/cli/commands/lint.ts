import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { counted } from "../../core/expression/counted.ts";
import { rulesLocator } from "../../core/language/locate-rule.ts";
import { SourceText } from "../../core/language/source-text.ts";
import { type PackFinding, PackSourceError } from "../../ports/pack-source.ts";
import { openLanguageThread, packsAt } from "../compose.ts";
import { ExitCode, interruptedBy } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { findRuleFiles, type RuleFiles } from "../find-rule-files.ts";
import { RuleTestLint } from "../lint-rule-tests.ts";
import type { Output } from "../output.ts";
import { githubNote } from "../reports/github-note.ts";
import { adviceOf, sarifReport } from "../reports/lint-sarif.ts";
import { breachesOf, readLock } from "../rules-lock.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { ownVersion } from "../shipped.ts";
import { addOutputOption } from "../story-output.ts";
import { lockPath } from "./pack-versions.ts";

const FINDINGS_SHOWN_MAX = 100;
const FORMATS = ["text", "json", "github", "sarif"] as const;
type LintFormat = (typeof FORMATS)[number];

interface LintOptions {
  readonly output?: "text" | "json";
  readonly format?: LintFormat;
  readonly strict?: boolean;
}

/** Adds `lint`: says everything that is wrong with rule packs and rule tests. */
export function addLint(program: Command, run: RunVerb): void {
  const command = program
    .command("lint")
    .description("say everything that is wrong with rule packs and their tests")
    .argument("[path...]", "files and folders; ./rules, or the rules that ship, if left out")
    .addOption(new Option("--format <form>", "form of the findings, for editors and build servers").choices(FORMATS))
    .option("--strict", "warnings count as errors");
  addOutputOption(command, ["text", "json"], "form of the findings; text if left out").action(
    (paths: string[], options: LintOptions) => run((shell) => lint(paths, options, shell)),
  );
}

async function lint(paths: readonly string[], options: LintOptions, shell: Shell): Promise<ExitCode> {
  const files = await findRuleFiles(paths);
  const count = files.packs.length + files.tests.length;
  if (count === 0) throw new CommandError(`lint: no *.yaml in ${paths.join(", ")}; name a rule pack or its folder`);
  const findings = [...(await findingsIn(files, shell)), ...(await lockFindings(paths, shell))];
  // A reading that was broken off may have been taken for a pack that can't be read.
  if (shell.signal.aborted) return interruptedBy(shell.signal);
  await print(findings, options.format ?? options.output ?? "text", shell.stdout);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  shell.stderr.say(
    `tapio: ${counted(errors, "error")}, ${counted(warnings, "warning")} in ${counted(count, "file")}\n`,
  );
  return errors === 0 && (warnings === 0 || options.strict !== true) ? ExitCode.ok : ExitCode.findings;
}

/** Files that cannot even be parsed (too large, too slow) are a finding here, not a failed load. */
async function findingsIn({ packs, tests }: RuleFiles, { signal }: Shell): Promise<PackFinding[]> {
  await using thread = openLanguageThread();
  try {
    const loaded = packs.length === 0 ? undefined : await packsAt(packs, { thread }).load({ signal });
    const inTests = await new RuleTestLint(thread, loaded).findings(tests, { signal });
    return [...(loaded?.findings ?? []), ...inTests].sort(byPlace);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PackSourceError) throw new CommandError(error.message, ExitCode.findings);
    throw error;
  }
}

async function print(findings: readonly PackFinding[], format: LintFormat, output: Output): Promise<void> {
  if (format === "text") return printFindings(findings, output);
  if (format === "json") return output.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  if (format === "sarif") return output.write(sarifReport(findings, await ownVersion()));
  const notes = findings.map(({ severity, code, ...finding }) =>
    githubNote(severity, { ...finding, title: code }, adviceOf(finding)),
  );
  await output.write(notes.join(""));
}

/** Where a `rules.lock` lies beside packs that load: rules that mean something else, or are gone, under the same version. */
async function lockFindings(paths: readonly string[], { signal }: Shell): Promise<PackFinding[]> {
  const findings: PackFinding[] = [];
  for (const path of paths.length === 0 ? ["rules"] : paths) {
    const lock = await readLock(await lockPath(path));
    if (lock === undefined) continue;
    const { rules, findings: inPacks } = await packsAt([path]).load({ signal });
    if (inPacks.some(({ severity }) => severity === "error")) continue;
    for (const { rule, pack, message } of breachesOf(lock, rules)) {
      const { id } = rules.rules.find(({ key }) => key === rule) ?? {};
      const file = rules.packs.find(({ name }) => name === pack)?.file ?? path;
      const at = rulesLocator(new SourceText(file, await readFile(file, "utf8")))(id ?? "", []);
      const hint = "raise the pack's version, then run: tapio pack lock";
      const rendered = `${file}:${at.line}:${at.column}: error[${LOCK_CODE}]: ${message}\nhint: ${hint}`;
      findings.push({ code: LOCK_CODE, severity: "error", message, hint, file, ...at, rendered });
    }
  }
  return findings;
}

/** Not one of a text's own codes: it takes two versions to find. */
const LOCK_CODE = "LOCK";

async function printFindings(findings: readonly PackFinding[], output: Output): Promise<void> {
  for (const { rendered, severity } of findings.slice(0, FINDINGS_SHOWN_MAX)) {
    const [heading = "", ...rest] = rendered.split("\n");
    const painted = heading.replace(/(error|warning)\[\w+\]/, (mark) =>
      output.paint(severity === "error" ? "red" : "yellow", mark),
    );
    await output.write(`${[painted, ...rest].join("\n")}\n\n`);
  }
  const more = findings.length - FINDINGS_SHOWN_MAX;
  if (0 < more) await output.write(`and ${counted(more, "more finding")}; -o json prints all\n`);
}

function byPlace(a: PackFinding, b: PackFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
