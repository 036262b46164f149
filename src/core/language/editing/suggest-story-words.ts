import { LIQUID_FILTERS, LIQUID_TAGS, OWN_FILTERS } from "../../expression/template-filters.ts";
import type { Suggestion } from "./suggestion.ts";
import { fieldWords } from "./words-for.ts";
import type { Workspace } from "./workspace.ts";

/** The words that may stand in a template, and how much of the text before the cursor one of them replaces. */
export interface StoryWords {
  readonly items: readonly Suggestion[];
  readonly typed: string;
}

const CLOSING_TAGS = [
  "else",
  "elsif",
  "when",
  ...LIQUID_TAGS.filter((tag) => tag !== "assign").map((tag) => `end${tag}`),
];
const FILTERS = [...Object.keys(OWN_FILTERS), ...LIQUID_FILTERS];

/** What may follow the text of a template before the cursor; nothing outside of `{{ … }}` and `{% … %}`. */
export function suggestStoryWords(
  before: string,
  steps: readonly Suggestion[],
  workspace: Workspace,
): StoryWords | undefined {
  const open = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
  const inside = open === -1 ? "" : before.slice(open + 2);
  if (open === -1 || /\}\}|%\}/.test(inside)) return undefined;
  const [typed = ""] = /\w*$/.exec(inside) ?? [];
  if (before.startsWith("{%", open) && /^-?\s*\w*$/.test(inside))
    return { typed, items: [...LIQUID_TAGS, ...CLOSING_TAGS].map((label) => ({ label, kind: "word" })) };
  if (/\|\s*\w*$/.test(inside)) return { typed, items: FILTERS.map((label) => ({ label, kind: "word" })) };
  const [, root, path] = /([A-Za-z]\w*)\.([\w.[\]=*]*)$/.exec(inside) ?? [];
  if (path === undefined) return { typed, items: steps };
  const known = steps.some(({ label }) => label === root);
  return { typed: path, items: known ? fieldWords("step", workspace) : [] };
}
