import { CODES } from "../codes.ts";
import type { Cursor } from "./cursor.ts";
import { cursorToComplete } from "./cursor.ts";
import { cutPieces } from "./pieces.ts";
import { type RuleFileKind, schemaAt } from "./schema-tree.ts";
import { suggestKeys, suggestValues } from "./suggest-keys.ts";
import { suggestStoryWords } from "./suggest-story-words.ts";
import type { Suggestion, Suggestions } from "./suggestion.ts";
import { wantedValue } from "./wanted-word.ts";
import { wordsFor } from "./words-for.ts";
import type { Workspace } from "./workspace.ts";

const NOTHING: Suggestions = { span: { start: 0, end: 0 }, items: [] };
const WORD_BEFORE = /(?:[\w$./*-]|(?<=\w)\[[^\],\s]*\]?|(?<=\w\[[^\],\s]*)\])*$/;
const WORD_AFTER = /^[\w$./*-]*/;

/** The words that may stand at an offset of a rule file. Never throws, whatever the text is. */
export function complete(text: string, offset: number, workspace: Workspace): Suggestions {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const [ignore] = /(?<=#[ \t]*tapio:ignore[ \t]+(?:TAP\d{3}[ \t]*,[ \t]*)*)[A-Z0-9]*$/.exec(line) ?? [];
  if (ignore !== undefined) return { span: { start: offset - ignore.length, end: offset }, items: codeWords() };
  const cursor = cursorToComplete(text, offset);
  if (cursor === undefined) return NOTHING;
  const kind = workspace.here.outline.kind ?? kindByName(workspace.here.file);
  return suggestAt(cursor, kind, { text, offset, line }, workspace);
}

interface Spot {
  readonly text: string;
  readonly offset: number;
  /** The line up to the cursor. */
  readonly line: string;
}

function suggestAt(
  cursor: Cursor,
  kind: RuleFileKind,
  { text, offset, line }: Spot,
  workspace: Workspace,
): Suggestions {
  const wanted = cursor.part === "value" ? wantedValue(cursor.place) : undefined;
  if (wanted === "storyText") {
    const story = suggestStoryWords(cursor.before, wordsFor("step", cursor, workspace), workspace);
    if (story === undefined) return NOTHING;
    const end = offset + (/^\w*/.exec(text.slice(offset))?.[0].length ?? 0);
    return { span: { start: offset - story.typed.length, end }, items: story.items };
  }
  const typed = WORD_BEFORE.exec(line)?.[0] ?? "";
  const rest = WORD_AFTER.exec(text.slice(offset, offset + 200))?.[0] ?? "";
  const span = { start: offset - typed.length, end: offset + rest.length };
  const quote = text[span.start - 1] === '"' || text[span.start - 1] === "'";
  const hasColon = /^["']?[ \t]*:/.test(text.slice(span.end));
  const items =
    cursor.part === "key"
      ? suggestKeys(cursor, cursor.place.length - 1, kind, workspace)
      : [
          ...suggestValues(cursor, kind),
          ...wordsOf(wanted, cursor, workspace),
          ...newMap(cursor, kind, line, workspace),
        ];
  const isTop = cursor.place.length <= (cursor.part === "key" ? 1 : 0);
  const there = isTop ? sectionsBeside(text, offset) : new Set<string>();
  const fresh = items.filter(({ label }) => !there.has(label));
  return { span, items: fresh.map((item) => (quote || hasColon ? plain(item) : item)) };
}

function wordsOf(wanted: ReturnType<typeof wantedValue>, cursor: Cursor, workspace: Workspace): readonly Suggestion[] {
  return wanted === undefined ? [] : wordsFor(wanted, cursor, workspace);
}

/** The keys of the file, without the one that is being typed. */
function sectionsBeside(text: string, offset: number): ReadonlySet<string> {
  const others = cutPieces(text).filter(({ span }) => offset < span.start || span.end <= offset);
  return new Set(others.map(({ section }) => section));
}

/** Where a map is wanted and nothing stands yet, its keys are what can be typed. */
function newMap(cursor: Cursor, kind: RuleFileKind, line: string, workspace: Workspace): readonly Suggestion[] {
  const takesMap = [schemaAt(kind, cursor.place)?.type ?? []].flat().includes("object");
  const isInline = /:[ \t]+[^\s{,]*$/.test(line);
  return takesMap && !isInline ? suggestKeys(cursor, cursor.place.length, kind, workspace) : [];
}

/** In quotes, or before a colon that is there already, only the word itself is put in. */
function plain(item: Suggestion): Suggestion {
  const { insert: _, ...bare } = item;
  return bare;
}

function codeWords(): readonly Suggestion[] {
  return Object.entries(CODES).flatMap(([label, { severity, title, explanation }]): Suggestion[] =>
    severity === "error" ? [] : [{ label, kind: "value", detail: title, description: explanation }],
  );
}

/** What a file without a `kind` is going to be. */
function kindByName(file: string): RuleFileKind {
  return /\.test\.ya?ml$/.test(file) ? "RuleTest" : "RulePack";
}
