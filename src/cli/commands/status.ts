import type { Command } from "commander";
import { stringify } from "yaml";
import type { ListenAddress } from "../../service/config-keys.ts";
import { readJsonAt } from "../compose.ts";
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
  const url = baseOf(options.url ?? addressOf(settings["http.listen"]));
  const answer = await ask(url, shell.signal);
  if (options.output === "json") await shell.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  else if (options.output === "yaml") await shell.stdout.write(stringify(answer, { lineWidth: 0 }));
  else await shell.stdout.write(renderStatus(answer, url.origin, shell.stdout.paint));
  return troublesOf(answer).length === 0 ? ExitCode.ok : ExitCode.findings;
}

async function ask(url: URL, signal: AbortSignal): Promise<ServiceStatus> {
  const answer = await readJsonAt(new URL("api/v1/status", url), signal).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    if (!(cause instanceof Error)) throw cause;
    const remedy = "is `tapio run` running there? --url or --listen names another address";
    throw new CommandError(`status: cannot ask ${url.origin}: ${cause.message}; ${remedy}`);
  });
  if (!isStatus(answer)) throw new CommandError(`status: what answers at ${url.origin} is not tapio; use --url`);
  return answer;
}

function isStatus(answer: unknown): answer is ServiceStatus {
  return typeof answer === "object" && answer !== null && "status" in answer && typeof answer.status === "string";
}

/** The base of all paths; an engine behind a proxy may have a path of its own. */
function baseOf(address: string): URL {
  const url = URL.parse(address.includes("://") ? address : `http://${address}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const written = address.replace(/\/\/[^@/]*@/, "//***@");
    throw new CommandError(`status: --url must be an address such as http://127.0.0.1:8787; it says "${written}"`);
  }
  url.pathname = url.pathname.replace(/\/*$/, "/");
  return url;
}

/** Who listens on every address can be asked on the loopback. */
function addressOf({ host, port }: ListenAddress): string {
  const every: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const one = every[host] ?? host;
  return `http://${one.includes(":") ? `[${one}]` : one}:${port}`;
}
