import type { Command } from "commander";
import { stringify } from "yaml";
import { askEngine, engineUrl, listeningAt } from "../engine-url.ts";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import { addSettings, readSettings } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { renderStatus, type ServiceStatus, troublesOf } from "../status-text.ts";
import { addOutputOption } from "../story-output.ts";

interface StatusOptions {
  readonly output?: "text" | "json" | "yaml";
  readonly url?: string;
}

/** Adds `status`: asks a running engine how it does. */
export function addStatus(program: Command, run: RunVerb): void {
  const command = program
    .command("status")
    .description("ask a running engine how it does: lag, windows, books, packs, sinks")
    .option("--url <url>", "address of its HTTP server; that of http.listen if left out");
  addOutputOption(command, ["text", "json", "yaml"], "form of the answer; text if left out");
  addSettings(command, ["http.listen"]).action((options: StatusOptions) => run((shell) => status(options, shell)));
}

async function status(options: StatusOptions, shell: Shell): Promise<ExitCode> {
  const { settings } = await readSettings(options, ["http.listen"], shell);
  const url = engineUrl("status", options.url ?? listeningAt(settings["http.listen"]));
  const answer = await ask(url, shell.signal);
  if (options.output === "json") await shell.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  else if (options.output === "yaml") await shell.stdout.write(stringify(answer, { lineWidth: 0 }));
  else await shell.stdout.write(renderStatus(answer, url.origin, shell.stdout.paint));
  return troublesOf(answer).length === 0 ? ExitCode.ok : ExitCode.findings;
}

async function ask(url: URL, signal: AbortSignal): Promise<ServiceStatus> {
  const answer = await askEngine("status", url, "api/v1/status", { signal });
  if (!isStatus(answer)) throw new CommandError(`status: what answers at ${url.origin} is not tapio; use --url`);
  return answer;
}

function isStatus(answer: unknown): answer is ServiceStatus {
  return typeof answer === "object" && answer !== null && "status" in answer && typeof answer.status === "string";
}
