import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PackSourceError } from "../../ports/pack-source.ts";

/** Bounds of what is looked through for rules. */
const FOLDERS_MAX = 1_000;
const DEPTH_MAX = 16;

/**
 * The files of a folder that may have to do with rules, recursively and in a fixed order. Hidden names
 * (a mounted ConfigMap keeps its versions under `..data`) and `node_modules` are passed over. Throws
 * {@link PackSourceError} where a folder cannot be read, or there are too many.
 */
export async function filesOfFolder(folder: string): Promise<string[]> {
  const found: string[] = [];
  await walk(folder, 0, { found, folders: 0 });
  return found;
}

async function walk(folder: string, depth: number, seen: { readonly found: string[]; folders: number }): Promise<void> {
  seen.folders += 1;
  if (DEPTH_MAX < depth || FOLDERS_MAX < seen.folders) {
    throw new PackSourceError(`rules: ${folder} is nested too deep or holds too many folders`);
  }
  const items = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new PackSourceError(`rules: the folder ${folder} cannot be read`, { cause });
  });
  for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (item.name.startsWith(".") || item.name === "node_modules") continue;
    const path = join(folder, item.name);
    if (item.isDirectory()) await walk(path, depth + 1, seen);
    else seen.found.push(path);
  }
}
