import type { OptionWords, VerbWords } from "./verb-words.ts";

/** A completion script for zsh, with descriptions: a file `_tapio` on `$fpath`, or sourced. */
export function zshCompletion(verbs: readonly VerbWords[]): string {
  const cases = verbs.map(({ path, subcommands, options, values }) => {
    const words = [
      ...subcommands.map(({ name, description }) => quoted(`${escaped(name)}:${description}`)),
      ...values.map((value) => quoted(escaped(value))),
      ...options.flatMap(({ flags, description }) => flags.map((flag) => quoted(`${escaped(flag)}:${description}`))),
    ];
    return `    ${quoted(path)}) words_here=(${words.join(" ")}) ;;`;
  });
  const values = verbs.flatMap(({ path, options }) =>
    options.filter((option) => option.takesValue).map((option) => valueCase(path, option)),
  );
  const paths = verbs.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  return `#compdef tapio
# zsh completion for tapio: source <(tapio completion zsh)
_tapio() {
  local word here="" next
  local -a words_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${here:+$here }$word"
    case "$next" in
    ${paths.join("|")}) here="$next" ;;
    esac
  done
  case "$here:\${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$here" in
${cases.join("\n")}
  esac
  _describe tapio words_here || _files
}
if [[ "$funcstack[1]" = "_tapio" ]]; then _tapio "$@"; else compdef _tapio tapio; fi
`;
}

function valueCase(path: string, { flags, choices }: OptionWords): string {
  const patterns = flags.map((flag) => quoted(`${path}:${flag}`)).join("|");
  const action = choices.length === 0 ? "_files" : `compadd -- ${choices.join(" ")}`;
  return `    ${patterns}) ${action}; return ;;`;
}

/** A colon ends a word in \`_describe\`. */
function escaped(word: string): string {
  return word.replaceAll(":", "\\:");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
