import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";

const COMMIT = /^[0-9a-f]{40,64}$/;
const SHORT = 12;

/** The commit checked out where `path` lies, shortened; `undefined` outside of a git checkout. */
export async function gitCommit(path: string): Promise<string | undefined> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const head = await headOf(join(folder, ".git"));
    if (head !== undefined) return COMMIT.test(head) ? head.slice(0, SHORT) : undefined;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The commit that `HEAD` stands for: directly, or through a branch, loose or packed. */
async function headOf(git: string): Promise<string | undefined> {
  const folder = await gitFolder(git);
  const head = await textOf(join(folder, "HEAD"));
  if (head === undefined) return undefined;
  const branch = /^ref: (refs\/[^\s]+)$/.exec(head)?.[1];
  if (branch === undefined) return head;
  // A linked work tree keeps its branches in the main one.
  const shared = await textOf(join(folder, "commondir"));
  const refs = shared === undefined ? folder : isAbsolute(shared) ? shared : join(folder, shared);
  const loose = await textOf(join(refs, branch));
  if (loose !== undefined) return loose;
  const packed = (await textOf(join(refs, "packed-refs")))?.split("\n").find((line) => line.endsWith(` ${branch}`));
  return packed?.split(" ", 1)[0] ?? "";
}

/** In a linked work tree `.git` is a file that names the folder. */
async function gitFolder(git: string): Promise<string> {
  const named = /^gitdir: (.+)$/.exec((await textOf(git)) ?? "")?.[1];
  return named === undefined ? git : isAbsolute(named) ? named : join(dirname(git), named);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    return undefined;
  }
}
