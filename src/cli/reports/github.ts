import type { FileReport } from "../rule-test-run.ts";
import { describeProblem } from "./describe-problem.ts";
import { prettyReport } from "./pretty.ts";

/** A report for GitHub Actions: the pretty one, and a note on the line of everything that failed. */
export function githubReport(files: readonly FileReport[]): string {
  const notes = files.flatMap(({ file, cases, broken }) => [
    ...(broken === undefined ? [] : [note({ file, line: 1, title: "the file can't be run" }, broken.text)]),
    ...cases.flatMap(({ name, problems }) =>
      problems.map((problem) =>
        note({ file, line: problem.line, title: name }, describeProblem(file, problem).join("\n")),
      ),
    ),
  ]);
  return prettyReport(files) + notes.join("");
}

function note({ file, line, title }: { file: string; line: number; title: string }, text: string): string {
  return `::error file=${property(file)},line=${line},title=${property(title)}::${message(text)}\n`;
}

function message(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
