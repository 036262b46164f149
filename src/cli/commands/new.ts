import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { renderDiagnostic } from "../../core/language/diagnostic.ts";
import { readPacks } from "../../core/language/read-packs.ts";
import { SourceText } from "../../core/language/source-text.ts";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { makeFolder } from "../make-folder.ts";
import { packScaffold, ruleScaffold, testScaffold } from "../scaffold.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { readSchema } from "../shipped.ts";

const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** `rules:` with none under it, before the next key or the end. */
const NO_RULES = /^rules:[ \t]*(\[[ \t]*\])?\s*(?=\w|$(?![\s\S]))/m;
const SCHEMA_FOLDER = "schemas";

/** Adds `new pack`, `new rule` and `new test`: files to start from, with comments. */
export function addNew(program: Command, run: RunVerb): void {
  const command = program.command("new").description("write a pack, a rule or a test to start from");
  addNewPack(command.command("pack"), run);
  command
    .command("rule")
    .description("add a rule to the end of a pack")
    .argument("<pack>", "the pack's file")
    .argument("<id>", "id of the rule: lower case, with hyphens")
    .action((file: string, id: string) => run((shell) => newRule(file, id, shell)));
  command
    .command("test")
    .description("write a test with a case or two for each rule of a pack, beside it")
    .argument("<pack>", "the pack's file")
    .action((file: string) => run((shell) => newTest(file, shell)));
}

/** Makes a command one that writes a pack. */
export function addNewPack(command: Command, run: RunVerb): void {
  command
    .description("write NAME.yaml with a first rule, and NAME.test.yaml")
    .argument("<name>", "name of the pack: lower case, with hyphens")
    .option("--dir <folder>", "folder to write to", "rules")
    .action((name: string, { dir }: { readonly dir: string }) => run((shell) => newPack(name, dir, shell)));
}

async function newPack(name: string, folder: string, shell: Shell): Promise<ExitCode> {
  checkId(name);
  const file = join(folder, `${name}.yaml`);
  await writeNew(file, packScaffold(name, await schemaFor("rulepack", folder)), shell);
  const test = testOf(file);
  // Somebody may have written the test first.
  if ((await stat(test).catch(() => undefined)) === undefined) return newTest(file, shell);
  shell.stderr.say(`tapio: ${test} is there already, and stays as it is\n`);
  return ExitCode.ok;
}

async function newRule(file: string, id: string, { stderr }: Shell): Promise<ExitCode> {
  checkId(id);
  const text = await textOf(file);
  const grown = withRule(text, id);
  if (grown === undefined)
    throw new CommandError(
      `new: ${file} has no \`rules:\` with its rules in lines of their own, to put another after the last`,
    );
  readPack(file, grown);
  await writeFile(file, grown);
  stderr.say(`tapio: added the rule ${id} to ${file}\n`);
  return ExitCode.ok;
}

async function newTest(file: string, shell: Shell): Promise<ExitCode> {
  const pack = readPack(file, await textOf(file));
  await writeNew(testOf(file), testScaffold(pack, basename(file), await schemaFor("ruletest", dirname(file))), shell);
  return ExitCode.ok;
}

function testOf(file: string): string {
  return `${file.replace(/\.ya?ml$/, "")}.test.yaml`;
}

/** A pack's text with one rule more after its last one; `undefined` where that is not written in lines of its own. */
function withRule(text: string, id: string): string | undefined {
  const end = endOfRules(text);
  const before = text.slice(0, end).trimEnd();
  const indent = [...before.matchAll(/^( *)- id:/gm)].at(-1)?.[1];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const rule = ruleScaffold(id, indent ?? "  ").replaceAll("\n", newline);
  if (indent === undefined)
    return NO_RULES.test(text) ? text.replace(NO_RULES, () => `rules:${newline}${rule}`) : undefined;
  const after = text.slice(end);
  return `${before}${newline}${rule}${after === "" ? "" : newline}${after}`;
}

/** Where the next key of a pack begins, after its rules, with the comment above it; the end where none comes. */
function endOfRules(text: string): number {
  const rules = /^rules:/m.exec(text);
  const from = rules === null ? 0 : rules.index + rules[0].length;
  const next = /(^#.*\r?\n)*^\w+:/m.exec(text.slice(from));
  return next === null ? text.length : from + next.index;
}

function checkId(id: string): void {
  if (!ID.test(id))
    throw new CommandError(`new: \`${id}\` is no name; write lower-case words with hyphens, such as api-latency`);
}

/** The text of a pack. Throws {@link CommandError} where there is none. */
async function textOf(file: string): Promise<string> {
  if (/\.test\.ya?ml$/.test(file)) throw new CommandError(`new: ${file} is a rule test; name a pack`);
  return readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") throw new CommandError(`new: there is no file ${file}`);
    if (cause.code === "EISDIR") throw new CommandError(`new: ${file} is a folder; name the file of a pack`);
    throw cause;
  });
}

/** The pack in a text. Throws {@link CommandError} with what is wrong with it. */
function readPack(file: string, text: string) {
  const { packs, diagnostics } = readPacks([new SourceText(file, text)]);
  const [pack] = packs;
  if (pack !== undefined) return pack;
  throw new CommandError(diagnostics.map(renderDiagnostic).join("\n\n"), ExitCode.rules);
}

async function writeNew(file: string, text: string, { stderr }: Shell): Promise<void> {
  await makeFolder(dirname(file));
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== "EEXIST") throw cause;
    throw new CommandError(`new: ${file} is there already`);
  }
  stderr.say(`tapio: wrote ${file}\n`);
}

/** The schema's path from a folder; the schema is put beside the folder where it is not there yet. */
async function schemaFor(name: string, folder: string): Promise<string> {
  const file = join(dirname(folder), SCHEMA_FOLDER, `${name}.schema.json`);
  if ((await stat(file).catch(() => undefined)) === undefined) {
    await makeFolder(dirname(file));
    await writeFile(file, await readSchema(name));
  }
  return relative(folder, file).replaceAll("\\", "/");
}
