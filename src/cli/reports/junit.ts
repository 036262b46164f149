import type { CaseReport, FileReport } from "../rule-test-run.ts";
import { describeProblem } from "./describe-problem.ts";
import { totalsOf } from "./totals.ts";

/** A report in JUnit's XML, which most build servers read: a suite for each file. */
export function junitReport(files: readonly FileReport[]): string {
  const { passed, failed } = totalsOf(files);
  const suites = files.map(suite).join("");
  const counts = `tests="${passed + failed}" failures="${failed}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tapio" ${counts}>\n${suites}</testsuites>\n`;
}

function suite(report: FileReport): string {
  const { file, cases, broken } = report;
  const failures = cases.filter(({ problems }) => 0 < problems.length).length;
  const errors = broken === undefined ? 0 : 1;
  const counts = `tests="${cases.length + errors}" failures="${failures}" errors="${errors}"`;
  const body = broken === undefined ? cases.map((one) => testcase(file, one)).join("") : brokenCase(file, broken.text);
  return `  <testsuite name="${escaped(file)}" ${counts}>\n${body}  </testsuite>\n`;
}

function testcase(file: string, one: CaseReport): string {
  const { name, line, problems, durationMs } = one;
  const where = `file="${escaped(file)}" line="${line}" time="${(durationMs / 1000).toFixed(3)}"`;
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" ${where}`;
  const [first] = problems;
  if (first === undefined) return `${head}/>\n`;
  const text = problems.flatMap((problem) => describeProblem(file, problem)).join("\n");
  return `${head}>\n      <failure message="${escaped(first.message)}">${escaped(text)}</failure>\n    </testcase>\n`;
}

function brokenCase(file: string, text: string): string {
  const [message = ""] = text.split("\n");
  return (
    `    <testcase classname="${escaped(file)}" name="the file can be run" file="${escaped(file)}">\n` +
    `      <error message="${escaped(message)}">${escaped(text)}</error>\n    </testcase>\n`
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** XML allows most control characters in no form at all. */
function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\ufffe\uffff]/gu, "�").replace(/[&<>"\n]/g, (char) => ENTITIES[char] ?? char);
}
