import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { ownVersion } from "../shipped.ts";

/** Adds `lsp`: findings, completion and hints for editors. */
export function addLsp(program: Command, run: RunVerb): void {
  program
    .command("lsp")
    .description("serve an editor by the Language Server Protocol, on standard input and output")
    .option("--stdio", "what is done anyway; many editors say it")
    .action(() => run(lsp));
}

async function lsp({ stdin, stdout, signal }: Shell): Promise<ExitCode> {
  if (stdin.isTTY === true) throw new CommandError("lsp: it is for an editor to start; see docs/editors.md");
  // Only this verb needs the protocol's library.
  const { serveEditor } = await import("../lsp/serve-editor.ts");
  const version = await ownVersion();
  const leave = await serveEditor({ input: stdin, output: stdout.stream, signal, version });
  if (leave === "garbled") throw new CommandError("lsp: what came is no message of the Language Server Protocol");
  return leave === "in order" || signal.aborted ? ExitCode.ok : ExitCode.findings;
}
