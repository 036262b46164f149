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
        tool: { driver: { name: "tapio", version, rules: codes.map((id) => ({ id })) } },
        results: findings.map(({ code, severity, message, file, line, column }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/") },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
