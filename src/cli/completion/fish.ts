import type { VerbWords } from "./verb-words.ts";

/** A completion script for fish. */
export function fishCompletion(verbs: readonly VerbWords[]): string {
  const lines = verbs.flatMap(({ path, subcommands, options, values }) => {
    const when = condition(path, subcommands);
    return [
      ...subcommands.map(
        ({ name, description }) => `complete -c tapio ${when} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...values.map((value) => `complete -c tapio ${when} -f -a ${value}`),
      ...options.map(({ flags, description, takesValue, choices }) => {
        const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const value = choices.length === 0 ? " -r" : ` -x -a ${quoted(choices.join(" "))}`;
        return `complete -c tapio ${when} ${names.join(" ")}${takesValue ? value : ""} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion for tapio: tapio completion fish | source\n${lines.join("\n")}\n`;
}

/** Where the words of a verb apply: after all of its own words, and before those of a verb below it. */
function condition(path: string, below: VerbWords["subcommands"]): string {
  if (path === "") return "-n __fish_use_subcommand";
  const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = below.map(({ name }) => name).join(" ");
  if (names !== "") seen.push(`not __fish_seen_subcommand_from ${names}`);
  return `-n ${quoted(seen.join("; and "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
