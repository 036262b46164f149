import type { Readable } from "node:stream";
import type { ExitCode } from "./exit-code.ts";
import type { Output, OutputStream } from "./output.ts";

/** What a program is given by whoever starts it. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the program is asked to end; its reason is the signal's name. */
  readonly signal: AbortSignal;
}

/** What a verb is given: its streams, its environment, and the wish to end. */
export interface Shell {
  readonly stdin: Surroundings["stdin"];
  /** For data. */
  readonly stdout: Output;
  /** For everything else. */
  readonly stderr: Output;
  readonly env: Surroundings["env"];
  readonly signal: AbortSignal;
}

/** Runs a verb in its shell and keeps its exit code; given to every verb when it is added. */
export type RunVerb = (verb: (shell: Shell) => Promise<ExitCode>) => Promise<void>;
