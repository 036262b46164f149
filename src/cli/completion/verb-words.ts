import type { Command } from "commander";

/** An option as a completion knows it. */
export interface OptionWords {
  /** `--output`, and `-o` where there is a short form. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** The values, where they are few and known. */
  readonly choices: readonly string[];
}

/** What can follow one verb; the program itself is the verb of no name. */
export interface VerbWords {
  /** `""`, `eval`, `config show`. */
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionWords[];
  /** Values of its first argument, where they are few and known. */
  readonly values: readonly string[];
}

/** All verbs of a program, with the words that can follow them. */
export function verbsOf(program: Command): VerbWords[] {
  const globals = optionsOf(program);
  const walk = (command: Command, path: string): VerbWords[] => {
    const subcommands = command.commands.map((each) => ({ name: each.name(), description: each.description() }));
    const options = command === program ? globals : [...optionsOf(command), ...globals];
    const values = command.registeredArguments[0]?.argChoices ?? [];
    return [
      { path, description: command.description(), subcommands, options, values },
      ...command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`.trim())),
    ];
  };
  return walk(program, "");
}

function optionsOf(command: Command): OptionWords[] {
  const help = { flags: ["--help", "-h"], description: "show help", takesValue: false, choices: [] };
  const shown = command.options.filter(({ hidden }) => !hidden);
  const own = shown.map(({ long, short, description, argChoices = [], required, optional }) => ({
    flags: [long, short].filter((flag) => flag !== undefined && flag !== null),
    description,
    takesValue: required || optional,
    choices: argChoices,
  }));
  return command.parent === null ? [...own, help] : own;
}
