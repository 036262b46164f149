import { readFile, stat } from "node:fs/promises";
import { PackSourceError } from "../../ports/pack-source.ts";
import { filesOfFolder } from "./rule-folder.ts";

/** One file of rules, as read. */
export interface PackFile {
  readonly path: string;
  readonly text: string;
}

/** Bounds of what is read as rules. */
export const PACK_LIMITS = { fileBytesMax: 256 * 1024, filesMax: 100 } as const;

/** Whether a file name is that of a rule pack: YAML, and neither a rule test nor what its probes tell. */
export function isPackFile(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.(test|probes)\.ya?ml$/.test(name);
}

/**
 * Finds the rule packs in files and folders, recursively and in a fixed order, each file once.
 * Throws {@link PackSourceError} where a path does not exist or a limit is passed.
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
  if (PACK_LIMITS.filesMax < found.size) {
    throw new PackSourceError(`rules: ${found.size} files, and ${PACK_LIMITS.filesMax} are the most that are read`);
  }
  return [...found];
}

/** Follows links: a mounted ConfigMap shows its files as links. */
async function isFile(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() === true;
}

/** Reads the files. Throws {@link PackSourceError} where one cannot be read or is too large. */
export async function readPackFiles(paths: readonly string[]): Promise<PackFile[]> {
  const files: PackFile[] = [];
  for (const path of paths) {
    try {
      const { size } = await stat(path);
      if (PACK_LIMITS.fileBytesMax < size) {
        const most = `${PACK_LIMITS.fileBytesMax / 1024} KiB`;
        throw new PackSourceError(
          `rules: ${path} has ${Math.ceil(size / 1024)} KiB, and ${most} are the most that is read`,
        );
      }
      files.push({ path, text: await readFile(path, "utf8") });
    } catch (cause) {
      if (cause instanceof PackSourceError) throw cause;
      throw new PackSourceError(`rules: ${path} cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
  return files;
}
