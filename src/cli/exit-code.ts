/** What the program ends with. A table that never changes. */
export const ExitCode = {
  ok: 0,
  /** A test failed, a pack has errors, `--fail-on-story` was given and a story was told. */
  findings: 1,
  /** The rules that were to be used cannot be loaded. */
  rules: 2,
  /** Bad arguments, configuration, input file or connection. */
  usage: 3,
  /** A bug in this program. */
  bug: 70,
  /** Ended by SIGINT or SIGTERM before the work was done. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The code for work that a signal broke off. */
export function interruptedBy(signal: AbortSignal): ExitCode {
  return signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
}
