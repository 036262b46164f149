import { readFile, rename, writeFile } from "node:fs/promises";
import type { AttemptLog, Attempts } from "../../ports/attempt-log.ts";
import { CheckpointError } from "../../ports/checkpoint-store.ts";
import { openAttempts, sealAttempts } from "../attempts-text.ts";

/** What an {@link AttemptLog} in a file needs. */
export interface AttemptFileOptions {
  readonly path: string;
  /** In the same folder; another process uses another name. */
  readonly temporary: string;
  /** Throws where another engine has taken the checkpoint over. */
  readonly confirm: () => Promise<void>;
}

/**
 * An {@link AttemptLog} in a file beside the checkpoint. It is put in place whole and not synced: it has to
 * outlive the process, not the machine.
 */
export function openAttemptFile({ path, temporary, confirm }: AttemptFileOptions): AttemptLog {
  const failed = (what: string, cause: Error): CheckpointError =>
    new CheckpointError(`what is being worked on cannot be ${what} (${path}): ${cause.message}`, {
      cause,
      lost: false,
    });
  return {
    async load() {
      const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "ENOENT") return undefined;
        throw failed("read", cause);
      });
      return text === undefined ? undefined : openAttempts(text);
    },
    async save(attempts: Attempts) {
      await confirm();
      try {
        await writeFile(temporary, sealAttempts(attempts), { mode: 0o600 });
        await rename(temporary, path);
      } catch (cause) {
        throw failed("written", cause instanceof Error ? cause : new Error(String(cause)));
      }
    },
  };
}
