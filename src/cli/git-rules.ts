import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { RuleSet } from "../core/model/rule.ts";
import { CommandError } from "./failure.ts";
import { loadRules } from "./load-rules.ts";
import type { Shell } from "./shell.ts";

const PREFIX = "git:";
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;
const run = promisify(execFile);

/** Loads rules from files and folders, or, as `git:REV`, those that `paths` held at a git revision. */
export async function loadRulesAt(where: string, paths: readonly string[], shell: Shell): Promise<RuleSet> {
  if (!where.startsWith(PREFIX)) return loadRules([where], shell);
  const revision = where.slice(PREFIX.length);
  if (revision === "" || revision.startsWith("-"))
    throw new CommandError(`${where} names no git revision; write git:main`);
  const folder = await mkdtemp(join(tmpdir(), "tapio-rules-"));
  try {
    const found: CheckedOut[] = [];
    for (const [at, path] of paths.entries()) found.push(await checkOut(revision, path, join(folder, `${at}`)));
    if (found.every(({ files }) => files === 0))
      throw new CommandError(`git: ${revision} holds no *.yaml in ${paths.join(", ")}`);
    const named = (text: string): string =>
      found.reduce(
        (shown, { from, into }) => shown.replaceAll(join(into, "/"), `${revision}:${join(from, "/")}`),
        text,
      );
    return await loadRules([folder], shell, { name: where, named });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was written of a folder, and where to. */
interface CheckedOut {
  readonly files: number;
  readonly from: string;
  readonly into: string;
}

/** Writes what a file or folder held at a revision into a folder, YAML only. */
async function checkOut(revision: string, path: string, into: string): Promise<CheckedOut> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() !== false;
  const [from, wanted] = isFolder ? [path, "."] : [dirname(path), basename(path)];
  const listed = await git(from, ["ls-tree", "-r", "-z", "--name-only", revision, "--", wanted]);
  const files = listed.split("\0").filter((file) => /\.ya?ml$/.test(file));
  for (const file of files) {
    const text = await git(from, ["show", `${revision}:./${file}`]);
    await mkdir(dirname(join(into, file)), { recursive: true });
    await writeFile(join(into, file), text);
  }
  return { files: files.length, from, into };
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("git", [...args], { cwd: folder, encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX });
    return stdout;
  } catch (cause) {
    const { code, stderr } = cause as { readonly code?: unknown; readonly stderr?: string };
    const why = code === "ENOENT" ? `git is not installed, or there is no folder ${folder}` : (stderr ?? "").trim();
    throw new CommandError(`git: ${why || String(cause)}`);
  }
}
