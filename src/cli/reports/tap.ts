import type { FileReport } from "../rule-test-run.ts";
import { describeProblem } from "./describe-problem.ts";

/** A report in the Test Anything Protocol, version 14. */
export function tapReport(files: readonly FileReport[]): string {
  const points = files.flatMap(({ file, cases, broken }) =>
    broken === undefined
      ? cases.map(({ name, problems }) => ({
          name: `${file}: ${name}`,
          lines: problems.flatMap((problem) => describeProblem(file, problem)),
        }))
      : [{ name: `${file}: the file can be run`, lines: broken.text.split("\n") }],
  );
  const lines = points.flatMap(({ name, lines: wrong }, at) => [
    `${wrong.length === 0 ? "ok" : "not ok"} ${at + 1} - ${name.replaceAll("#", "\\#").replaceAll("\n", " ")}`,
    ...wrong.map((line) => `# ${line}`),
  ]);
  return `TAP version 14\n1..${points.length}\n${lines.map((line) => `${line}\n`).join("")}`;
}
