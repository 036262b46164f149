import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../build.ts";
import { keepResults, measure, median, rounded, say } from "../measure.ts";

const ROUNDS = 5;
/** What so many cases may take: read, run in every order of arrival that they ask for, and probed. */
const OWED = { cases: 500, seconds: 2 };
const PACK = join(import.meta.dirname, "../../rules/resource-pressure");
/** A test that reads recordings, or the packs of other folders. */
const NEEDS_OTHERS = /^ *(- )?fixture:|^packs: .*\.\.\//m;

/** Measures `tapio test` on the tests of a pack that ships, as often as makes up the cases. */
export async function benchRuleTests(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-bench-"));
  await using built = await buildProduct();
  try {
    await writeTests(folder);
    const script = built.script("rule-tests-job");
    // The first run fills the cache of what is compiled, as the first command of a user does.
    measure(script, folder);
    const runs = Array.from({ length: ROUNDS }, () => measure(script, folder).report);
    const middle = (name: string): number => median(runs.map((run) => run[name] ?? Number.NaN));
    if (middle("code") !== 0 || middle("passed") < OWED.cases)
      throw new Error(`not all passed: ${JSON.stringify(runs)}`);
    const row = {
      cases: middle("passed"),
      seconds: rounded((middle("seconds") / middle("passed")) * OWED.cases, 2),
      cpuSeconds: rounded((middle("cpuSeconds") / middle("passed")) * OWED.cases, 2),
      threadSeconds: rounded((middle("threadSeconds") / middle("passed")) * OWED.cases, 2),
    };
    say(
      `rule tests  ${OWED.cases} cases in ${row.seconds} s (by CPU ${row.cpuSeconds}, of the thread that runs them ${row.threadSeconds})  ${row.seconds <= OWED.seconds ? "ok" : "NOT AS OWED"}`,
    );
    await keepResults("rule-tests", { owed: OWED, rounds: ROUNDS, row });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeTests(folder: string): Promise<void> {
  const files = await readdir(PACK);
  for (const file of files.filter((name) => /^[^.]+\.yaml$/.test(name))) await cp(join(PACK, file), join(folder, file));
  const tests = new Map<string, string>();
  for (const name of files.filter((each) => each.endsWith(".test.yaml"))) {
    const text = await readFile(join(PACK, name), "utf8");
    if (!NEEDS_OTHERS.test(text)) tests.set(name, text);
  }
  if (tests.size === 0) throw new Error(`${PACK} has no test that stands for itself`);
  let cases = 0;
  for (let copy = 1; cases < OWED.cases; copy++) {
    for (const [name, text] of tests) {
      await writeFile(join(folder, `${copy}-${name}`), text);
      cases += text.match(/^ {2}- name: /gm)?.length ?? 0;
    }
  }
}
