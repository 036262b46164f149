import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError } from "./failure.ts";

/**
 * Makes a folder, and those above it that are not there. Node's own `recursive` tries for ever where a file
 * system says of a folder that is there that it isn't, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  try {
    await mkdir(folder);
  } catch (cause) {
    // Somebody else may have made it meanwhile.
    if (!(await isFolder(folder))) throw cause;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw new CommandError(`${path} is a file and no folder`);
  return found !== undefined;
}
