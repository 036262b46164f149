import type { DiagnosticCode } from "./codes.ts";
import type { SourceText, Span } from "./source-text.ts";

/** Another place that a finding is about, in the same file or in another. */
export interface RelatedPlace {
  readonly source: SourceText;
  readonly span: Span;
  /** What is there, in a few lower-case words: `first given here`. */
  readonly message: string;
}

/** Something wrong in a rule file, said so that its author can mend it. A value, never thrown. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  /** One lower-case sentence without a full stop: `there is no step \`oops\``. */
  readonly message: string;
  readonly source: SourceText;
  readonly span: Span;
  /** What to do, where that is not obvious. */
  readonly hint?: string;
  readonly related?: readonly RelatedPlace[];
}

const LINE_SHOWN_MAX = 160;

/** `rules/a.yaml:3:9: error[TAP012]: …`, the line it stands in, and a caret below. */
export function renderDiagnostic({ code, severity, message, source, span, hint }: Diagnostic): string {
  const { line, column } = source.positionAt(span.start);
  // A tab or a control character would move the caret or the terminal.
  const whole = source.lineText(line).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  const from = column <= LINE_SHOWN_MAX ? 0 : column - 1 - LINE_SHOWN_MAX / 2;
  const text = whole.slice(from, from + LINE_SHOWN_MAX);
  const at = column - 1 - from;
  const width = Math.max(1, Math.min(span.end - span.start, text.length - at));
  const gutter = `${line} | `;
  return [
    `${source.file}:${line}:${column}: ${severity}[${code}]: ${message}`,
    (gutter + text).trimEnd(),
    " ".repeat(gutter.length + at) + "^".repeat(width),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join("\n");
}

/** A diagnostic as plain data, for those who have no text to point into. */
export interface PlainDiagnostic extends Pick<Diagnostic, "severity" | "message" | "hint"> {
  readonly code: string;
  readonly file: string;
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;
  /** The column after its last character; absent where it ends on another line. */
  readonly endColumn?: number;
  /** As {@link renderDiagnostic} has it. */
  readonly rendered: string;
}

/** A diagnostic as plain data. */
export function plainDiagnostic(diagnostic: Diagnostic): PlainDiagnostic {
  const { code, severity, message, source, span, hint } = diagnostic;
  const { line, column } = source.positionAt(span.start);
  const end = source.positionAt(span.end);
  return {
    code,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file: source.file,
    line,
    column,
    ...(end.line === line && column < end.column ? { endColumn: end.column } : {}),
    rendered: renderDiagnostic(diagnostic),
  };
}

/** Orders diagnostics by file, place and code. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.source.file !== b.source.file) return a.source.file < b.source.file ? -1 : 1;
  return a.span.start - b.span.start || a.span.end - b.span.end || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
