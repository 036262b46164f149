import { CODES, isDiagnosticCode } from "../codes.ts";
import type { Span } from "../source-text.ts";
import { type Cursor, cursorAt } from "./cursor.ts";
import { slotInWords, testInWords } from "./in-words.ts";
import { type Referent, referentOf } from "./refer.ts";
import { schemaAt } from "./schema-tree.ts";
import { describeSchema } from "./suggestion.ts";
import { wantedKey, wantedValue } from "./wanted-word.ts";
import { describeField } from "./words-for.ts";
import type { Workspace } from "./workspace.ts";

/** What is to be said of a word, in Markdown. */
export interface Hover {
  readonly span: Span;
  readonly text: string;
}

/** What is to be said of the word at an offset. Never throws, whatever the text is. */
export function hoverAt(text: string, offset: number, workspace: Workspace): Hover | undefined {
  const code = codeAt(text, offset);
  if (code !== undefined) return code;
  const cursor = cursorAt(text, offset);
  const { kind } = workspace.here.outline;
  if (cursor === undefined || kind === undefined) return undefined;
  const referent = referentOf(cursor, workspace);
  const words = [referent === undefined ? fieldWords(cursor) : describeReferent(referent)];
  const schema = schemaAt(kind, cursor.place);
  if (cursor.part === "key" && schema !== undefined) words.push(describeSchema(schema));
  else if (referent === undefined && words[0] === undefined) words.push(schema?.description);
  const said = words.filter((part) => part !== undefined && part !== "").join("\n\n");
  return said === "" ? undefined : { span: cursor.span, text: said };
}

/** A diagnostic code in a comment, or wherever else it is written. */
function codeAt(text: string, offset: number): Hover | undefined {
  const start = offset - (/[A-Z0-9]*$/.exec(text.slice(Math.max(0, offset - 8), offset))?.[0].length ?? 0);
  const [code = ""] = /^TAP\d{3}/.exec(text.slice(start, start + 6)) ?? [];
  if (!isDiagnosticCode(code)) return undefined;
  const { severity, title, explanation } = CODES[code];
  return { span: { start, end: start + code.length }, text: `**${code}**: ${title} (${severity})\n\n${explanation}` };
}

function fieldWords({ part, place, text }: Cursor): string | undefined {
  const wanted = part === "key" ? wantedKey(place) : wantedValue(place);
  return wanted === "eventField" || wanted === "stepField" ? describeField(text) : undefined;
}

function describeReferent({ kind, named, in: { file, outline }, rule }: Referent): string {
  switch (kind) {
    case "step":
      return `**step \`${named.name}\`**: ${slotInWords(named.data, outline)}`;
    case "pattern":
      return `**pattern \`${named.name}\`**: ${testInWords(named.data, outline) ?? "it can't be read as it stands"}`;
    case "rule":
      return `**rule \`${rule?.key ?? named.name}\`**: ${rule?.rule.title ?? ""}\n\n${file}`;
    case "pack":
      return `**pack \`${outline.name ?? named.name}\`**: ${outline.rules.length} rules`;
    default:
      return `**${kind} \`${named.name}\`**: \`${JSON.stringify(named.data)}\``;
  }
}
