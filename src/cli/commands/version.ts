import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { ownVersion } from "../shipped.ts";
import { addOutputOption } from "../story-output.ts";

interface VersionOptions {
  readonly output?: "text" | "json";
}

/** Adds `version`: this program's, and that of the Node it runs on. */
export function addVersion(program: Command, run: RunVerb): void {
  const command = program.command("version").description("print the version");
  addOutputOption(command, ["text", "json"], "form of the answer; text if left out").action((options: VersionOptions) =>
    run((shell) => version(options, shell)),
  );
}

async function version({ output }: VersionOptions, { stdout }: Shell): Promise<ExitCode> {
  const [tapio, node] = [await ownVersion(), process.version.replace(/^v/, "")];
  await stdout.write(
    output === "json" ? `${JSON.stringify({ version: tapio, node })}\n` : `tapio ${tapio} (Node ${node})\n`,
  );
  return ExitCode.ok;
}
