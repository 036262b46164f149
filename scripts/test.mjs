// `npm test`: every test of test/ by Vitest, then the tests of the rule packs by the program itself.
// Arguments go to Vitest (`npm test -- test/unit`), and then the rule packs are left out.
// The last line is always `N passed, N failed`, with `, N skipped` if any were.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
/** The packs that ship are tested whole: every part of a rule has a case, and nearly every change to one is noticed. */
const THOROUGH = ["--coverage", "--strict", "--mutate", "--min-killed", "90"];

/** Threads that tests start read the sources anew: what was compiled of them once is found here again. */
const ENVIRONMENT = { NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compiled"), ...process.env };

const SKIPPED = ["skipped", "pending", "todo", "disabled"];

const runs = [runVitest(args)];
if (args.length === 0 && hasRuleTests()) runs.push(runRuleTests());

const sum = (key) => runs.reduce((total, counts) => total + counts[key], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Runs tests; where the process died under a file, seldom, that file is run `once` more. */
function runVitest(filters, mayDie = "once") {
  const folder = mkdtempSync(join(tmpdir(), "tapio-test-"));
  const report = join(folder, "vitest.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const { status } = node([vitest, "run", ...reporters, ...filters], "inherit");
    if (!existsSync(report)) return broken();
    const results = JSON.parse(readFileSync(report, "utf8"));
    const died = results.testResults.filter(hasDied).map(({ name }) => name);
    const counts = countVitest(results, status);
    if (died.length === 0 || mayDie === "never") return counts;
    process.stdout.write(`\nthe process died under ${died.join(", ")}: run once more\n`);
    const again = runVitest(died, "never");
    return {
      passed: counts.passed + again.passed,
      failed: counts.failed - died.length + again.failed,
      skipped: counts.skipped + again.skipped,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of which nothing failed and nothing was run to its end: Node itself crashed, which no test can tell of. */
function hasDied({ status, assertionResults }) {
  const all = assertionResults.map(({ status: one }) => one);
  return status === "failed" && all.includes("pending") && all.every((one) => SKIPPED.includes(one));
}

/** A file that could not be run at all counts as one failure, and so does an error outside every test. */
function countVitest(report, status) {
  const unread = report.testResults.filter(
    ({ status: file, assertionResults }) =>
      file === "failed" && assertionResults.every(({ status: one }) => one !== "failed"),
  );
  const failed = report.numFailedTests + unread.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.testResults
      .filter((file) => !hasDied(file))
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status: one }) => SKIPPED.includes(one)).length,
  };
}

function hasRuleTests() {
  const rules = join(ROOT, "rules");
  return (
    existsSync(rules) && readdirSync(rules, { recursive: true }).some((name) => String(name).endsWith(".test.yaml"))
  );
}

function runRuleTests() {
  const { status, stdout } = node(
    ["src/cli/main.ts", "test", "rules", "--format", "junit", ...THOROUGH],
    ["ignore", "pipe", "inherit"],
  );
  const count = (tag) => (stdout.match(new RegExp(`<${tag}[\\s>/]`, "g")) ?? []).length;
  const [cases, failed, skipped] = [count("testcase"), count("failure") + count("error"), count("skipped")];
  if (status !== 0) process.stdout.write(stdout);
  process.stdout.write(`\n rule tests: ${cases} cases, ${failed} failed\n`);
  if (cases === 0 || (status !== 0 && failed === 0)) return broken();
  return { passed: cases - failed - skipped, failed, skipped };
}

function broken() {
  return { passed: 0, failed: 1, skipped: 0 };
}

function node(argv, stdio) {
  const how = { cwd: ROOT, env: ENVIRONMENT, stdio, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
  return spawnSync(process.execPath, argv, how);
}
