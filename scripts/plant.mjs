// `npm run plant`: plants the faults of test/plant/faults.ts one at a time in a copy of the tree and runs the
// fast tests of the engine there. Prints for each whether the tests caught it, and last `caught/total`;
// exits 1 if one was missed. `npm run plant -- WORDS` plants only those whose description has the words.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAULTS } from "../test/plant/faults.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COPIED = ["src", "test", "schemas", "rules", "package.json", "tsconfig.json", "vitest.config.ts"];
const SUITE = ["test/property", "test/unit/engine", "test/unit/expression"];
const CASES = "6000";
const PARALLEL = 2;

const words = process.argv.slice(2).join(" ");
const faults = FAULTS.filter(({ breaks }) => breaks.includes(words));
for (const fault of faults) checkPlace(fault);

const folder = mkdtempSync(join(tmpdir(), "tapio-plant-"));
try {
  const copies = Array.from({ length: PARALLEL }, (_, at) => copyTree(join(folder, String(at))));
  const healthy = await runTests(copies[0]);
  if (healthy.failed !== undefined) throw new Error(`the tests fail without any fault: ${healthy.failed}`);
  const queue = [...faults];
  const caught = (await Promise.all(copies.map((copy) => plantAll(queue, copy)))).reduce((sum, many) => sum + many, 0);
  process.stdout.write(`${caught}/${faults.length}\n`);
  process.exitCode = caught === faults.length && 0 < faults.length ? 0 : 1;
} catch (error) {
  process.stderr.write(`plant: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A fault whose text is not there, or is there twice, tests nothing. */
function checkPlace({ breaks, file, find }) {
  const times = readFileSync(join(ROOT, file), "utf8").split(find).length - 1;
  if (times === 1) return;
  process.stderr.write(`plant: ${breaks}: its text stands ${times} times in ${file}:\n${find}\n`);
  process.exit(1);
}

function copyTree(to) {
  for (const name of COPIED) cpSync(join(ROOT, name), join(to, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
  return to;
}

/** Plants what is left in the queue, one fault at a time; answers how many were caught. */
async function plantAll(queue, copy) {
  let caught = 0;
  for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
    const path = join(copy, fault.file);
    const healthy = readFileSync(path, "utf8");
    writeFileSync(
      path,
      healthy.replace(fault.find, () => fault.replace),
    );
    await mustCompile(fault, copy);
    const { failed } = await runTests(copy);
    writeFileSync(path, healthy);
    if (failed !== undefined) caught++;
    const word = failed === undefined ? "NOT CAUGHT" : "caught    ";
    process.stdout.write(`${word}  ${fault.breaks}${failed === undefined ? "" : `  (by: ${failed})`}\n`);
  }
  return caught;
}

/** Code that doesn't compile is no fault that a test could catch. */
async function mustCompile({ file, breaks }, copy) {
  const switches = ["--noUnusedLocals", "false", "--noUnusedParameters", "false", "--pretty", "false"];
  const { stdout } = await run(copy, [join("node_modules", "typescript", "bin", "tsc"), ...switches]);
  const wrong = stdout.split("\n").filter((line) => line.startsWith(file));
  if (0 < wrong.length) throw new Error(`${breaks}: the planted code doesn't compile:\n${wrong.join("\n")}`);
}

/** Runs the fast tests up to the first failure, which it names. */
async function runTests(copy) {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const options = ["--bail=1", "--maxWorkers=1", "--reporter=json", `--outputFile=${report}`];
  const { code, stderr } = await run(copy, [join("node_modules", "vitest", "vitest.mjs"), "run", ...options, ...SUITE]);
  if (code === 0) return { failed: undefined };
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  if (failed === undefined) throw new Error(`the tests could not be run: ${stderr}`);
  return { failed: failed.title };
}

function run(cwd, argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd, env: { ...process.env, TAPIO_CASES: CASES } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
