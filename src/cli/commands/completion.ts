import { Argument, type Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type VerbWords, verbsOf } from "../completion/verb-words.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { ExitCode } from "../exit-code.ts";
import type { RunVerb } from "../shell.ts";

const SCRIPTS: Readonly<Record<string, (verbs: readonly VerbWords[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Adds `completion`: prints a script that completes tapio's commands and options in a shell. */
export function addCompletion(program: Command, run: RunVerb): void {
  program
    .command("completion")
    .description("print a completion script: source <(tapio completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .action((shellName: string) =>
      run(async ({ stdout }) => {
        await stdout.write(SCRIPTS[shellName]?.(verbsOf(program)) ?? "");
        return ExitCode.ok;
      }),
    );
}
