import type { Command } from "commander";
import { suggest } from "../../core/language/nearest.ts";
import { ExitCode } from "../exit-code.ts";
import { CommandError } from "../failure.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { readSchema, schemaNames } from "../shipped.ts";

/** Adds `schema`: prints a JSON Schema, for editors and other programs. */
export function addSchema(program: Command, run: RunVerb): void {
  program
    .command("schema")
    .description("print a JSON Schema; without a name, list them")
    .argument("[name]", "config, event, rulepack, ruletest, ruleoverlay or story")
    .action((name?: string) => run((shell) => schema(name, shell)));
}

async function schema(name: string | undefined, { stdout }: Shell): Promise<ExitCode> {
  const names = await schemaNames();
  if (name === undefined) await stdout.write(names.map((each) => `${each}\n`).join(""));
  else if (names.includes(name)) await stdout.write(await readSchema(name));
  else throw new CommandError(`schema: there is no schema ${name}; ${suggest(name, names)}`);
  return ExitCode.ok;
}
