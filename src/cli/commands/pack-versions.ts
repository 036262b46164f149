import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { counted } from "../../core/expression/counted.ts";
import { compareRules, type RuleDifference } from "../../core/testing/compare-rules.ts";
import { ruleChangeText } from "../changed-rules.ts";
import { ExitCode } from "../exit-code.ts";
import { loadRulesAt } from "../git-rules.ts";
import { loadRules } from "../load-rules.ts";
import type { Paint } from "../paint.ts";
import { breachesOf, LOCK_FILE, lockOf, lockText, readLock } from "../rules-lock.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";

const RULES_FOLDER = "rules";

interface DiffOptions {
  readonly output?: "text" | "json";
}

/** Adds `pack lock` and `pack diff`: what the rules mean, and what a change of them changes. */
export function addPackVersions(pack: Command, run: RunVerb): void {
  pack
    .command("lock")
    .description(
      `write ${LOCK_FILE}: version and meaning of each rule; lint then fails where a meaning changes and a version doesn't`,
    )
    .argument("[path]", "file or folder of packs", RULES_FOLDER)
    .option("--check", "write nothing; exit with 1 where a meaning changed under the same version")
    .action((path: string, options: { readonly check?: boolean }) =>
      run((shell) => lock(path, options.check === true, shell)),
    );
  const diff = pack
    .command("diff")
    .description("say what changed in meaning and what in words between two versions of some packs")
    .argument("<before>", "file, folder, or git:REV")
    .argument("[after]", "file, folder, or git:REV", RULES_FOLDER);
  addOutputOption(diff, ["text", "json"], "form of the answer; text if left out").action(
    (before: string, after: string, options: DiffOptions) => run((shell) => compare({ before, after, options, shell })),
  );
}

/** Where the lock of a file's or a folder's rules is. */
export async function lockPath(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return join(isFolder ? path : dirname(path), LOCK_FILE);
}

async function lock(path: string, check: boolean, shell: Shell): Promise<ExitCode> {
  const rules = await loadRules([path], shell);
  const file = await lockPath(path);
  const breaches = breachesOf((await readLock(file)) ?? {}, rules);
  for (const { message } of breaches) await shell.stdout.write(`${message}\n`);
  if (check || 0 < breaches.length) return breaches.length === 0 ? ExitCode.ok : ExitCode.findings;
  await writeFile(file, lockText(lockOf(rules)));
  shell.stderr.say(`tapio: ${counted(rules.rules.length, "rule")} in ${file}\n`);
  return ExitCode.ok;
}

async function compare(asked: {
  readonly before: string;
  readonly after: string;
  readonly options: DiffOptions;
  readonly shell: Shell;
}): Promise<ExitCode> {
  const { before, after, options, shell } = asked;
  const paths = [after.startsWith("git:") ? RULES_FOLDER : after];
  const [a, b] = [await loadRulesAt(before, paths, shell), await loadRulesAt(after, paths, shell)];
  const differences = compareRules(a.rules, b.rules);
  const text =
    options.output === "json"
      ? `${JSON.stringify(differences, undefined, 2)}\n`
      : differences.map((each) => differenceText(each, shell.stdout.paint)).join("");
  await shell.stdout.write(text);
  shell.stderr.say(`tapio: ${counted(differences.length, "differing rule")}\n`);
  return ExitCode.ok;
}

function differenceText({ rule, kind, changes, renamedFrom }: RuleDifference, paint: Paint): string {
  if (renamedFrom !== undefined) return `${paint("yellow", "~")} ${rule} (new name of ${renamedFrom})\n`;
  if (kind === "added") return `${paint("green", "+")} ${rule}\n`;
  if (kind === "removed") return `${paint("red", "-")} ${rule}\n`;
  const lines = changes.map(ruleChangeText);
  return `${paint("yellow", "~")} ${rule} (${kind})\n${lines.map((line) => `    ${line}\n`).join("")}`;
}
