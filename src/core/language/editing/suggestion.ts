import type { Span } from "../source-text.ts";
import type { SchemaNode } from "./schema-tree.ts";

/** What a suggested word is, so that an editor can show it so. */
export type SuggestionKind =
  | "key"
  | "value"
  | "step"
  | "pattern"
  | "list"
  | "rule"
  | "type"
  | "field"
  | "event"
  | "word";

/** One word that may stand at a cursor. */
export interface Suggestion {
  readonly label: string;
  readonly kind: SuggestionKind;
  /** A few words beside it. */
  readonly detail?: string | undefined;
  /** What it means, in Markdown. */
  readonly description?: string | undefined;
  /** What is put into the text, where it is not the label. */
  readonly insert?: string;
}

/** The words that may stand at a cursor, and the text that one of them replaces. */
export interface Suggestions {
  readonly span: Span;
  readonly items: readonly Suggestion[];
}

/** What a schema says of a value, in Markdown. */
export function describeSchema(node: SchemaNode): string {
  const words = node.enum ?? (node.const === undefined ? [] : [node.const]);
  const lines = [
    node.description,
    words.length === 0 ? undefined : `One of: ${words.map(asCode).join(", ")}.`,
    node.examples === undefined ? undefined : `For example: ${node.examples.map(asCode).join(", ")}.`,
  ];
  return lines.filter((line) => line !== undefined).join("\n\n");
}

function asCode(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
