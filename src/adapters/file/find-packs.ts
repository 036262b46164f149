import { stat } from "node:fs/promises";
import { PackSourceError } from "../../ports/pack-source.ts";
import { filesOfFolder } from "./rule-folder.ts";
import { type RuleText, readRuleText } from "./rule-text.ts";

/** One file of rules, as read. */
export interface PackFile extends RuleText {
  readonly path: string;
}

/** Most files whose text is read; that there are more is found out without it. */
const FILES_READ_MAX = 100;

/** Whether a file name is that of a rule pack: YAML, and neither a rule test nor what its probes tell. */
export function isPackFile(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.(test|probes)\.ya?ml$/.test(name);
}

/**
 * Finds the rule packs in files and folders, recursively and in a fixed order, each file once.
 * Throws {@link PackSourceError} where a path does not exist.
 */
export async function findPacks(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const info = await stat(path).catch((cause: unknown) => {
      throw new PackSourceError(`rules: there is no file or folder ${path}`, { cause });
    });
    if (!info.isDirectory()) found.add(path);
    else for (const file of await filesOfFolder(path)) if (isPackFile(file) && (await isFile(file))) found.add(file);
  }
  if (found.size === 0) {
    throw new PackSourceError(`rules: no rule pack (*.yaml, but not *.test.yaml) in ${paths.join(", ") || "no path"}`);
  }
  return [...found];
}

/** Follows links: a mounted ConfigMap shows its files as links. */
async function isFile(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() === true;
}

/** Reads the files. Throws {@link PackSourceError} where one cannot be read. */
export async function readPackFiles(paths: readonly string[]): Promise<PackFile[]> {
  const files: PackFile[] = [];
  for (const path of paths) {
    try {
      files.push({ path, ...(files.length < FILES_READ_MAX ? await readRuleText(path) : { text: "" }) });
    } catch (cause) {
      throw new PackSourceError(`rules: ${path} cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
  return files;
}
