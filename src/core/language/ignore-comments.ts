import { CODES, type DiagnosticCode, isDiagnosticCode } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Findings } from "./findings.ts";
import type { SourceText, Span } from "./source-text.ts";

const COMMENT = /#[ \t]*tapio:ignore\b([^\n\r]*)/g;
const CONTENT = /^[ \t]+(TAP\d{3}(?:[ \t]*,[ \t]*TAP\d{3})*)(?:[ \t]+because[ \t]+(\S.*))?$/;

/** One code that a comment hides, and whether there was anything to hide. */
interface Ignore {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly line: number;
  used: boolean;
}

/** Drops the warnings that `# tapio:ignore TAP209 because …` hides on its line or the next. */
export function withoutIgnored(findings: Findings): readonly Diagnostic[] {
  const { source } = findings;
  const byPlace = new Map<string, Ignore[]>();
  const ignores = readIgnores(source, findings);
  for (const ignore of ignores) {
    for (const line of [ignore.line, ignore.line + 1]) {
      const key = `${ignore.code} ${line}`;
      byPlace.set(key, [...(byPlace.get(key) ?? []), ignore]);
    }
  }
  const before = findings.diagnostics.length;
  const shown = findings.diagnostics.filter(({ code, severity, span }) => {
    if (severity === "error" || byPlace.size === 0) return true;
    const hiding = byPlace.get(`${code} ${source.positionAt(span.start).line}`) ?? [];
    for (const ignore of hiding) ignore.used = true;
    return hiding.length === 0;
  });
  // With an error not everything was looked at, so that what is hidden may only not have been found.
  if (findings.hasErrors) return shown;
  for (const { code, span, used } of ignores) {
    const message = `there is no \`${code}\` to ignore here`;
    if (!used) findings.atSpan(span, { code: "TAP010", message, hint: "remove the comment" });
  }
  return [...shown, ...findings.diagnostics.slice(before)];
}

function readIgnores(source: SourceText, findings: Findings): readonly Ignore[] {
  const ignores: Ignore[] = [];
  for (const { index, 0: whole, 1: rest = "" } of source.text.matchAll(COMMENT)) {
    const span = { start: index, end: index + whole.trimEnd().length };
    const [, codes, reason] = CONTENT.exec(rest.trimEnd()) ?? [];
    if (codes === undefined || reason === undefined) {
      const hint = "write `# tapio:ignore TAP209 because …`";
      findings.atSpan(span, { code: "TAP010", message: "this comment ignores nothing", hint });
      continue;
    }
    const { line } = source.positionAt(index);
    for (const code of codes.split(/[ \t]*,[ \t]*/)) {
      if (!isDiagnosticCode(code)) findings.atSpan(span, { code: "TAP010", message: `there is no code \`${code}\`` });
      else if (CODES[code].severity === "error")
        findings.atSpan(span, { code: "TAP010", message: `\`${code}\` is an error and can't be ignored` });
      else ignores.push({ code, span, line, used: false });
    }
  }
  return ignores;
}
