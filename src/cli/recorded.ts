import { stat } from "node:fs/promises";
import type { Settings } from "../service/config-keys.ts";
import type { RecordedAt } from "./decoding-task.ts";
import { CommandError } from "./failure.ts";
import { inputsOf } from "./inputs.ts";
import type { Shell } from "./shell.ts";
import { checkRange, type RangeOptions, readWhen, withStream } from "./stream-options.ts";

/** Recorded events: small files and standard input, which are read where they are wanted, or what a thread decodes. */
export type Recorded = { readonly inputs: readonly string[] } | { readonly apart: RecordedAt };

/** How a verb was told where recorded events are. */
export interface RecordedOptions {
  readonly verb: string;
  readonly range: RangeOptions & { readonly stream?: string };
  readonly settings: Settings;
  readonly shell: Shell;
}

/** The files, or the range of the stream where one is asked for. Throws {@link CommandError} where it was not told well. */
export async function findRecorded(paths: readonly string[], options: RecordedOptions): Promise<Recorded> {
  const { verb, range, settings, shell } = options;
  const { since, until, stream: named } = range;
  if (since === undefined && until === undefined && named === undefined) {
    const inputs = inputsOf(paths, verb, shell);
    return (await areLarge(inputs)) ? { apart: { paths: inputs } } : { inputs };
  }
  if (0 < paths.length) throw new CommandError(`${verb}: read files, or a range of a stream, and not both`);
  const sinceMs = readWhen(verb, "--since", since) ?? 0;
  const untilMs = readWhen(verb, "--until", until);
  checkRange(verb, sinceMs, untilMs);
  return { apart: { stream: withStream(verb, settings), sinceMs, end: untilMs ?? "now" } };
}

/** From so many bytes on a thread of its own is worth its start. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Whether so much stands in these files, and all of them can be read in another thread. */
async function areLarge(inputs: readonly string[]): Promise<boolean> {
  if (inputs.includes("-")) return false;
  const found = await Promise.all(inputs.map((path) => stat(path).catch(() => undefined)));
  return LARGE_BYTES <= found.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0);
}
