import type { FileReport } from "../rule-test-run.ts";
import { describeProblem } from "./describe-problem.ts";
import { githubNote } from "./github-note.ts";
import { prettyReport } from "./pretty.ts";

/** A report for GitHub Actions: the pretty one, and a note on the line of everything that failed. */
export function githubReport(files: readonly FileReport[]): string {
  const notes = files.flatMap(({ file, cases, broken }) => [
    ...(broken === undefined
      ? []
      : [githubNote("error", { file, line: 1, title: "the file can't be run" }, broken.text)]),
    ...cases.flatMap(({ name, problems }) =>
      problems.map((problem) =>
        githubNote("error", { file, line: problem.line, title: name }, describeProblem(file, problem).join("\n")),
      ),
    ),
  ]);
  return prettyReport(files) + notes.join("");
}
