import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import { addSettings, readSettings, SETTING_KEYS } from "../settings-options.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";
import { table } from "../text-layout.ts";

interface ConfigOptions {
  readonly output?: "text" | "json";
}

/** Adds `config show`: every setting, its value, and where the value comes from. */
export function addConfig(program: Command, run: RunVerb): void {
  const config = program.command("config").description("look at the configuration");
  const command = config
    .command("show")
    .description(
      "print every setting with its value and origin (flag, environment, file, default); secrets are masked",
    );
  addOutputOption(command, ["text", "json"], "form of the settings; text if left out");
  addSettings(command, SETTING_KEYS).action((options: ConfigOptions) => run((shell) => show(options, shell)));
}

async function show(options: ConfigOptions, shell: Shell): Promise<ExitCode> {
  const { shown } = await readSettings(options, SETTING_KEYS, shell);
  if (options.output === "json") await shell.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
  else await shell.stdout.write(table(shown.map(({ key, value, origin }) => [key, value || "-", origin])));
  return ExitCode.ok;
}
