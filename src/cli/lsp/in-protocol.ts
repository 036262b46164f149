import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentSymbol,
  type Location,
  MarkupKind,
  type Range,
  SymbolKind,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { CODES, isDiagnosticCode } from "../../core/language/codes.ts";
import type { Named, Outline, RuleOutline } from "../../core/language/editing/outline.ts";
import type { Suggestion, SuggestionKind, Suggestions } from "../../core/language/editing/suggestion.ts";
import type { Span } from "../../core/language/source-text.ts";
import { diagnosticsPage } from "../shipped.ts";
import type { EditorFinding } from "./lint-task.ts";

// The one place where our words become the protocol's.

/** The path of a document, with `/` between folders; a document that is no file keeps its name. */
export function fileOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri).replaceAll("\\", "/") : uri;
}

/** The name of a file as the protocol has it. */
export function uriOf(file: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(file) ? file : pathToFileURL(file).href;
}

/** Turns stretches of one text into lines and columns. */
export function rangesIn(text: string): (span: Span) => Range {
  const document = TextDocument.create("", "", 0, text);
  return ({ start, end }) => ({ start: document.positionAt(start), end: document.positionAt(end) });
}

/** A finding; `textOf` gives the texts of other files that it points to. */
export function diagnosticOf(
  { code, severity, message, hint, related, mend, ...span }: EditorFinding,
  range: (span: Span) => Range,
  textOf: (file: string) => string | undefined,
): Diagnostic {
  return {
    range: range(span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    codeDescription: { href: pageOf(code) },
    source: "tapio",
    message: hint === undefined ? message : `${message}\n${hint}`,
    relatedInformation: related.map(({ file, message: words, ...place }) => ({
      message: words,
      location: { uri: uriOf(file), range: rangesIn(textOf(file) ?? "")(place) },
    })),
    ...(mend === undefined ? {} : { data: { title: mend.title, text: mend.text, range: range(mend) } }),
  };
}

/** The entry of a code in docs/diagnostics.md. */
function pageOf(code: string): string {
  const title = isDiagnosticCode(code) ? CODES[code].title : "";
  const anchor = `${code}: ${title}`
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
  return `${pathToFileURL(diagnosticsPage()).href}#${anchor}`;
}

const ITEM_KINDS: Readonly<Record<SuggestionKind, CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  step: CompletionItemKind.Variable,
  pattern: CompletionItemKind.Interface,
  list: CompletionItemKind.Constant,
  rule: CompletionItemKind.Class,
  type: CompletionItemKind.Event,
  field: CompletionItemKind.Field,
  event: CompletionItemKind.Value,
  word: CompletionItemKind.Keyword,
};

/** The words that may stand at a cursor, in the order in which they were found. */
export function completionItems({ span, items }: Suggestions, range: (span: Span) => Range): CompletionItem[] {
  const replaced = range(span);
  return items.map((item: Suggestion, at) => ({
    label: item.label,
    kind: ITEM_KINDS[item.kind],
    sortText: String(at).padStart(5, "0"),
    textEdit: { range: replaced, newText: item.insert ?? item.label },
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.description === undefined
      ? {}
      : { documentation: { kind: MarkupKind.Markdown, value: item.description } }),
  }));
}

/** A stretch of a file that may be closed. */
export function locationOf(file: string, span: Span, text: string): Location {
  return { uri: uriOf(file), range: rangesIn(text)(span) };
}

/** Rules with their steps, cases, patches, and what else has a name. */
export function symbolsOf(outline: Outline, range: (span: Span) => Range): DocumentSymbol[] {
  const symbol = (named: Named, kind: SymbolKind, children: readonly DocumentSymbol[] = []): DocumentSymbol => ({
    name: named.name === "" ? "…" : named.name,
    kind,
    range: range({
      start: Math.min(named.whole.start, named.span.start),
      end: Math.max(named.whole.end, named.span.end),
    }),
    selectionRange: range(named.span),
    ...(children.length === 0 ? {} : { children: [...children] }),
  });
  const rule = (one: RuleOutline): DocumentSymbol => ({
    ...symbol(one, SymbolKind.Class, [
      ...one.steps.map((step) => symbol(step, SymbolKind.Field)),
      ...one.absent.map((absence) => symbol(absence, SymbolKind.Null)),
    ]),
    detail: one.title,
  });
  return [
    ...outline.lists.map((list) => symbol(list, SymbolKind.Constant)),
    ...outline.patterns.map((pattern) => symbol(pattern, SymbolKind.Interface)),
    ...outline.templates.map((template) => symbol(template, SymbolKind.Object)),
    ...outline.rules.map(rule),
    ...outline.patches.map((patch) => symbol(patch, SymbolKind.Class)),
    ...outline.cases.map((one) => symbol(one, SymbolKind.Function)),
  ];
}
