import { stat } from "node:fs/promises";
import type { Source } from "../ports/source.ts";
import type { Settings } from "../service/config-keys.ts";
import { eventsAt, openReadOnly } from "./compose.ts";
import { DecodingThread } from "./decoding-thread.ts";
import { CommandError } from "./failure.ts";
import { inputsOf } from "./inputs.ts";
import type { Shell } from "./shell.ts";
import { checkRange, type RangeOptions, readWhen, withStream } from "./stream-options.ts";

/** Recorded events: files, standard input, or a range of a stream. */
export interface Recorded extends AsyncDisposable {
  /** Standard input is gone once it was read. */
  readonly isOnce: boolean;
  /** The logs, for one reading. */
  sources(): readonly Source[];
  /** The same, decoded in a thread for so many readings at once; `undefined` where that can't be, or is not worth it. */
  decodeApart(readers: number): DecodingThread | undefined;
}

/** Where recorded events are. */
export interface RecordedOptions {
  readonly verb: string;
  readonly range: RangeOptions & { readonly stream?: string };
  readonly settings: Settings;
  readonly shell: Shell;
}

/** The files, or the range of the stream where one is asked for: the same one at each reading. */
export async function openRecorded(paths: readonly string[], options: RecordedOptions): Promise<Recorded> {
  const { verb, range, settings, shell } = options;
  const { since, until, stream: named } = range;
  if (since === undefined && until === undefined && named === undefined) {
    const inputs = inputsOf(paths, verb, shell);
    const apart = await areLarge(inputs);
    return {
      isOnce: inputs.includes("-"),
      sources: () => inputs.map((path) => eventsAt(path, shell.stdin)),
      decodeApart: (readers) => (apart ? new DecodingThread(inputs, readers) : undefined),
      async [Symbol.asyncDispose]() {},
    };
  }
  if (0 < paths.length) throw new CommandError(`${verb}: read files, or a range of a stream, and not both`);
  const sinceMs = readWhen(verb, "--since", since) ?? 0;
  const untilMs = readWhen(verb, "--until", until);
  checkRange(verb, sinceMs, untilMs);
  const stream = await openReadOnly(withStream(verb, settings));
  try {
    // Opened once: it ends at the same entry each time that it is read.
    const source = await stream.open({ sinceMs, end: untilMs ?? "now" });
    return {
      isOnce: false,
      sources: () => [source],
      decodeApart: () => undefined,
      [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
    };
  } catch (cause) {
    await stream[Symbol.asyncDispose]();
    throw cause;
  }
}

/** From so many bytes on a thread of its own is worth its start. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Whether so much stands in these files, and all of them can be read in another thread. */
async function areLarge(inputs: readonly string[]): Promise<boolean> {
  if (inputs.includes("-")) return false;
  const found = await Promise.all(inputs.map((path) => stat(path).catch(() => undefined)));
  return LARGE_BYTES <= found.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0);
}
