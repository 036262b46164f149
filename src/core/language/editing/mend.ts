import type { Diagnostic } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import type { Span } from "../source-text.ts";

/** A change of the text that mends a finding. */
export interface Mend {
  readonly title: string;
  readonly span: Span;
  readonly text: string;
}

const MEANT = /^did you mean `([^`]+)`\?$/;
const WRITE = /^write `([^`…]+)`$/;

/** The change that the hint of a finding asks for, where it says the very word to write. */
export function mendOf({ hint = "", source, span }: Pick<Diagnostic, "hint" | "source" | "span">): Mend | undefined {
  const [, meant] = MEANT.exec(hint) ?? [];
  const [, write] = WRITE.exec(hint) ?? [];
  const word = meant ?? write;
  if (word === undefined || source.text.slice(span.start, span.end).includes("\n")) return undefined;
  const wrong = meant === undefined ? unquoted(source.text, span) : wrongPart(source.text, span, meant);
  return { title: `Write ${word}`, span: wrong, text: word };
}

/** What of a marked text is the misspelt word: all of it, or the one part of a path that is like the right one. */
function wrongPart(text: string, marked: Span, meant: string): Span {
  const whole = unquoted(text, marked);
  const written = text.slice(whole.start, whole.end);
  if (nearest(written, [meant]) === meant && !written.startsWith("$")) return whole;
  for (const { index, 0: part } of written.matchAll(/[^.[\]=$\s]+/g)) {
    const like = nearest(part, [meant]) === meant || meant.endsWith(`.${part}`);
    if (like) return { start: whole.start + index, end: whole.start + index + part.length };
  }
  return whole;
}

function unquoted(text: string, { start, end }: Span): Span {
  const quote = text[start];
  const isQuoted = (quote === '"' || quote === "'") && start + 1 < end && text[end - 1] === quote;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}
