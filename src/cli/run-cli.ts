import { CommanderError } from "commander";
import { ExitCode, interruptedBy } from "./exit-code.ts";
import { describeFailure } from "./failure.ts";
import { Output, ReaderGone } from "./output.ts";
import { type ColorChoice, choosePaint } from "./paint.ts";
import { buildProgram } from "./program.ts";
import type { RunVerb, Surroundings } from "./shell.ts";

/** Runs one command line (without the program's own name) and returns its exit code. Never throws. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  // What goes wrong with a stream is heard where it is written to.
  for (const stream of [stdout, stderr]) stream.on("error", ignore);
  let exitCode: number = ExitCode.ok;
  const run: RunVerb = async (verb) => {
    const { color } = program.opts<{ color: ColorChoice }>();
    const output = (stream: Surroundings["stdout"]): Output =>
      new Output(stream, choosePaint({ choice: color, env, isTerminal: stream.isTTY === true }));
    exitCode = await verb({ ...surroundings, stdout: output(stdout), stderr: output(stderr) });
  };
  const asked = argv[0] === "--version" || argv[0] === "-V" ? ["version"] : argv;
  let help = "";
  const writing = { writeOut: (text: string) => (help += text), writeErr: (text: string) => stderr.write(text) };
  const program = await buildProgram(run, writing, asked);
  try {
    const misuse = await program.parseAsync(asked, { from: "user" }).then(() => undefined, onlyMisuse);
    if (misuse === undefined) return exitCode;
    await new Output(stdout, choosePaint({ choice: "never", env, isTerminal: false })).write(help);
    return complain(misuse, surroundings);
  } catch (error) {
    if (error instanceof ReaderGone) return ExitCode.ok;
    if (isBrokenOff(error, surroundings.signal)) return interruptedBy(surroundings.signal);
    const { text, exitCode: failed } = describeFailure(error);
    stderr.write(text);
    return failed;
  } finally {
    for (const stream of [stdout, stderr]) stream.off("error", ignore);
  }
}

/** Throws again what is not about the command line itself. */
function onlyMisuse(error: unknown): CommanderError {
  if (error instanceof CommanderError) return error;
  throw error;
}

/** The command line itself was wrong, or only help was asked for. */
function complain(error: CommanderError, { stderr }: Surroundings): number {
  if (error.exitCode === 0) return ExitCode.ok;
  if (error.code !== "commander.help") {
    const message = error.message.replace(/^error: /, "").replace(/\n\(Did (.*)\)$/, "; did $1");
    stderr.write(`tapio: ${message}\n`);
    stderr.write("tapio: `tapio --help` lists the commands, `tapio COMMAND --help` their options\n");
  }
  return ExitCode.usage;
}

/** The signal itself ended the work, before there was anything to end in order. */
function isBrokenOff(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}

function ignore(): void {}
