import { CODES, isDiagnosticCode } from "../../core/language/codes.ts";
import type { PackFinding } from "../../ports/pack-source.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** Findings in SARIF 2.1.0, as code scanners take it. */
export function sarifReport(findings: readonly PackFinding[], version: string): string {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "tapio", version, rules: codes.map(descriptorOf) } },
        results: findings.map(({ code, severity, file, line, column, endColumn, ...finding }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: adviceOf(finding) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/") },
                region: { startLine: line, startColumn: column, endColumn },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A finding with what to do about it, in one line: what is shown beside a pull request is all that its reader has. */
export function adviceOf({ message, hint }: Pick<PackFinding, "message" | "hint">): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

/** What a code stands for, as scanners show it beside each of its results. */
function descriptorOf(id: string) {
  if (!isDiagnosticCode(id)) return { id };
  const { title, explanation, severity } = CODES[id];
  return {
    id,
    shortDescription: { text: title },
    help: { text: explanation },
    defaultConfiguration: { level: severity },
  };
}
