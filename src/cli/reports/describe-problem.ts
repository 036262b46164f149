import type { ProblemReport } from "../rule-test-run.ts";
import { printable } from "../text-layout.ts";

/** A problem in lines: its place and sentence, then what was expected and what came. */
export function describeProblem(
  file: string,
  { line, column, message, differences, arrival }: ProblemReport,
): string[] {
  const lines = [`${file}:${line}:${column}: ${printable(message)}`];
  for (const { path, expected, got } of differences) {
    lines.push(`  ${path}`, `    expected  ${printable(expected)}`, `    got       ${printable(got)}`);
  }
  if (arrival !== undefined) lines.push(`  in this order of arrival: ${printable(arrival.join(" "))}`);
  return lines;
}
