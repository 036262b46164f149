import type { VerbWords } from "./verb-words.ts";

/** A completion script for bash 4 or later. Words are plain: no name of ours needs quoting. */
export function bashCompletion(verbs: readonly VerbWords[]): string {
  const words = verbs.map(({ path, subcommands, options, values }) => {
    const all = [...subcommands.map(({ name }) => name), ...values, ...options.flatMap(({ flags }) => flags)];
    return `    "${path}") words="${all.join(" ")}" ;;`;
  });
  const choices = verbs.flatMap(({ path, options }) =>
    options
      .filter((option) => option.takesValue)
      .map((option) => {
        const patterns = option.flags.map((flag) => `"${path}:${flag}"`).join("|");
        const reply =
          option.choices.length === 0
            ? 'COMPREPLY=($(compgen -f -- "$cur"))'
            : `COMPREPLY=($(compgen -W "${option.choices.join(" ")}" -- "$cur"))`;
        return `    ${patterns}) ${reply}; return ;;`;
      }),
  );
  const paths = verbs.flatMap(({ path }) => (path === "" ? [] : [`"${path}"`]));
  return `# bash completion for tapio: source <(tapio completion bash)
_tapio() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" next words word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
    ${paths.join("|")}) path="$next" ;;
    esac
  done
  case "$path:$prev" in
${choices.join("\n")}
  esac
  case "$path" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o filenames -F _tapio tapio
`;
}
