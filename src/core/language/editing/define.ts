import type { Span } from "../source-text.ts";
import { cursorAt } from "./cursor.ts";
import { referentOf } from "./refer.ts";
import type { Workspace } from "./workspace.ts";

/** Where something is defined. */
export interface Definition {
  readonly file: string;
  readonly span: Span;
}

/** Where the word at an offset is defined. Never throws, whatever the text is. */
export function definitionAt(text: string, offset: number, workspace: Workspace): Definition | undefined {
  const cursor = cursorAt(text, offset);
  const referent = cursor === undefined ? undefined : referentOf(cursor, workspace);
  return referent === undefined ? undefined : { file: referent.in.file, span: referent.named.span };
}
