import { CODES, isDiagnosticCode } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Findings } from "./findings.ts";

const COMMENT = /#[ \t]*tapio:ignore\b([^\n\r]*)/g;
const CONTENT = /^[ \t]+(TAP\d{3}(?:[ \t]*,[ \t]*TAP\d{3})*)(?:[ \t]+because[ \t]+(\S.*))?$/;

/** Drops the warnings that `# tapio:ignore TAP209 because …` hides on its line or the next. */
export function withoutIgnored(findings: Findings): readonly Diagnostic[] {
  const { source } = findings;
  const ignored = new Set<string>();
  for (const { index, 0: whole, 1: rest = "" } of source.text.matchAll(COMMENT)) {
    const span = { start: index, end: index + whole.trimEnd().length };
    const [, codes, reason] = CONTENT.exec(rest.trimEnd()) ?? [];
    if (codes === undefined || reason === undefined) {
      findings.atSpan(span, {
        code: "TAP010",
        message: "this comment ignores nothing",
        hint: "write `# tapio:ignore TAP209 because …`",
      });
      continue;
    }
    const { line } = source.positionAt(index);
    for (const code of codes.split(/[ \t]*,[ \t]*/)) {
      if (!isDiagnosticCode(code)) findings.atSpan(span, { code: "TAP010", message: `there is no code \`${code}\`` });
      else if (CODES[code].severity === "error")
        findings.atSpan(span, { code: "TAP010", message: `\`${code}\` is an error and can't be ignored` });
      else for (const at of [line, line + 1]) ignored.add(`${code} ${at}`);
    }
  }
  return findings.diagnostics.filter(({ code, severity, span }) => {
    return severity === "error" || !ignored.has(`${code} ${source.positionAt(span.start).line}`);
  });
}
