import { lstat, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PackSourceError } from "../../ports/pack-source.ts";
import { findPacks, type PackFile, readPackFiles } from "./find-packs.ts";
import { filesOfFolder } from "./rule-folder.ts";

const ATTEMPTS_MAX = 20;
const PAUSE_MS = 10;

/**
 * Reads all packs as they were at one moment. A mounted ConfigMap or a git-sync folder changes by one
 * link that points elsewhere: where a path leads elsewhere, or a file is another one after the reading
 * than before, everything is read again. Throws {@link PackSourceError}.
 */
export async function readSnapshot(paths: readonly string[]): Promise<PackFile[]> {
  for (let attempt = 1; ; attempt++) {
    const before = await packPrint(paths);
    const read = await findPacks(paths)
      .then(readPackFiles)
      .catch((cause: unknown) => ({ cause }));
    const unchanged = before === (await packPrint(paths));
    if (unchanged && "cause" in read) throw read.cause;
    if (unchanged) return read as PackFile[];
    if (attempt === ATTEMPTS_MAX)
      throw new PackSourceError(`rules: ${paths.join(", ")} keep changing while being read`);
    await delay(PAUSE_MS);
  }
}

/**
 * A text that changes when a file of the packs, their tests beside them included, is changed, added,
 * removed, or replaced by way of a link.
 */
export async function packPrint(
  paths: readonly string[],
  isOurs: (fileOfFolder: string) => boolean = () => true,
): Promise<string> {
  const prints: string[] = [];
  for (const path of paths) {
    for (const file of await filesUnder(path)) if (file === path || isOurs(file)) prints.push(await printOf(file));
  }
  return prints.join("\n");
}

/** The folders in which changes show: those of the packs, and those that hold a link on the way. */
export async function packFolders(paths: readonly string[]): Promise<string[]> {
  const folders = new Set<string>();
  for (const path of paths) {
    folders.add(dirname(path));
    for (const file of [path, ...(await filesUnder(path))]) folders.add(dirname(file));
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) folders.add(path);
  }
  return [...folders];
}

/** The file itself, or those of a folder; what cannot be listed now is found wanting when it is read. */
async function filesUnder(path: string): Promise<string[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? filesOfFolder(path).catch(() => []) : [path];
}

/** Which file it is, by whatever links, and in which state. */
async function printOf(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    const { ino, size, mtimeNs } = await lstat(real, { bigint: true });
    return `${path} ${real} ${ino} ${size} ${mtimeNs}`;
  } catch (cause) {
    return `${path} ${(cause as NodeJS.ErrnoException).code}`;
  }
}
