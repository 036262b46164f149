import { ExitCode } from "./exit-code.ts";

/** Something the user can mend: the message says what is wrong and what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Errors of the lower rooms that are about the world and not about this program, by their names. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  PackSourceError: ExitCode.rules,
  ConfigError: ExitCode.usage,
  ConfigFileError: ExitCode.usage,
  SourceError: ExitCode.usage,
  SinkError: ExitCode.usage,
  CheckpointError: ExitCode.usage,
  ListenError: ExitCode.usage,
};

/** What to say on standard error about an error that ended a command, and what to exit with. */
export function describeFailure(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof CommandError) return { text: complaint(error.message), exitCode: error.exitCode };
  const known = error instanceof Error ? EXIT_CODES[error.name] : undefined;
  if (error instanceof Error && known !== undefined) return { text: complaint(error.message), exitCode: known };
  // The system said no: a disk, a permission, an address.
  if (error instanceof Error && "syscall" in error) return { text: complaint(error.message), exitCode: ExitCode.usage };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `tapio: this is a bug in tapio; please report it with the lines below\n${trace}\n`,
    exitCode: ExitCode.bug,
  };
}

function complaint(message: string): string {
  const lines = message.split("\n");
  return `${lines.map((line) => `tapio: ${line}`).join("\n")}\n`;
}
