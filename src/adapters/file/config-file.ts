import { readFile } from "node:fs/promises";

const DEFAULT_PATH = "tapio.yaml";

/** A configuration file, as read. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** The named configuration file cannot be read. */
class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";
}

/**
 * Reads the named configuration file, or `tapio.yaml` in the working folder if there is one. Throws
 * {@link ConfigFileError} where a file was named and cannot be read.
 */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile | undefined> {
  const path = named ?? DEFAULT_PATH;
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (cause) {
    if (named === undefined && (cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ConfigFileError(`the configuration file ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
