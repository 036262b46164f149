import type { Source } from "../ports/source.ts";
import type { Settings } from "../service/config-keys.ts";
import { eventsAt, openReadOnly } from "./compose.ts";
import { CommandError } from "./failure.ts";
import { inputsOf } from "./inputs.ts";
import type { Shell } from "./shell.ts";
import { checkRange, type RangeOptions, readWhen, withStream } from "./stream-options.ts";

/** Recorded events: files, standard input, or a range of a stream. */
export interface Recorded extends AsyncDisposable {
  /** Standard input is gone once it was read. */
  readonly isOnce: boolean;
  sources(): readonly Source[];
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
    return {
      isOnce: inputs.includes("-"),
      sources: () => inputs.map((path) => eventsAt(path, shell.stdin)),
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
    return { isOnce: false, sources: () => [source], [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]() };
  } catch (cause) {
    await stream[Symbol.asyncDispose]();
    throw cause;
  }
}
