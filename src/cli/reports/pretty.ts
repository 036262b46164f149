import { counted } from "../../core/expression/counted.ts";
import { type Paint, plain } from "../paint.ts";
import type { CaseReport, FileReport } from "../rule-test-run.ts";
import { describeProblem } from "./describe-problem.ts";
import { totalsLine, totalsOf } from "./totals.ts";

/** A report for people: a line for each file, and under it what failed and how. */
export function prettyReport(files: readonly FileReport[], paint: Paint = plain): string {
  const totals = totalsOf(files);
  const lines = [...files.flatMap((file) => fileLines(file, paint)), ""];
  lines.push(paint(totals.failed === 0 ? "green" : "red", totalsLine(totals)));
  return `${lines.join("\n")}\n`;
}

function fileLines({ file, cases, broken }: FileReport, paint: Paint): string[] {
  if (broken !== undefined) {
    const what = broken.because === "packs" ? "its packs can't be loaded" : "it can't be read";
    return [`${paint("red", "FAILED")}  ${file}: ${what}`, ...indented(broken.text.split("\n"), 8)];
  }
  const failing = cases.filter(({ problems }) => 0 < problems.length);
  const word = failing.length === 0 ? paint("green", "ok    ") : paint("red", "FAILED");
  const count = failing.length === 0 ? "" : `, ${failing.length} failed`;
  return [
    `${word}  ${file}  ${paint("dim", `(${counted(cases.length, "case")}${count})`)}`,
    ...failing.flatMap((one) => caseLines(file, one, paint)),
    ...indented(notesOf(cases), 8),
  ];
}

function caseLines(file: string, { name, problems }: CaseReport, paint: Paint): string[] {
  const lines = problems.flatMap((problem) => describeProblem(file, problem));
  return [...indented([`${paint("red", "failed")}: ${paint("bold", name)}`], 8), ...indented(lines, 10)];
}

/** Each note once, with how many cases have it. */
function notesOf(cases: readonly CaseReport[]): string[] {
  const counts = new Map<string, number>();
  for (const note of cases.flatMap(({ notes }) => notes)) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `note: ${note} (${counted(count, "case")})`);
}

function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => (line === "" ? "" : " ".repeat(columns) + line));
}
