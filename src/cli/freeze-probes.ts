import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { stringify } from "yaml";
import type { LanguageThread } from "../adapters/file/language-thread.ts";
import { counted } from "../core/expression/counted.ts";
import type { ProbedCase } from "../core/testing/probe-outcomes.ts";
import { type FrozenProbes, frozenPath, readFrozen } from "./frozen-probes.ts";
import type { Paint } from "./paint.ts";
import { readRuleTestFile } from "./read-rule-test-file.ts";
import { RuleTestRun } from "./rule-test-run.ts";
import type { Shell } from "./shell.ts";

/** Which probes to freeze. */
export interface FreezeOptions {
  /** Reads the tests. */
  readonly thread: LanguageThread;
  readonly wanted: (caseName: string) => boolean;
  /** Also those of tests of which none is frozen yet. */
  readonly isFirst: boolean;
}

/** Writes down what the probes of rule tests tell now; the diff goes to standard error. */
export async function freezeRuleTests(
  tests: readonly string[],
  { thread, wanted, isFirst }: FreezeOptions,
  { signal, stderr }: Shell,
): Promise<void> {
  const byFile = new Map<string, Map<string, ProbedCase>>();
  for (const file of tests) if (isFirst || (await readFrozen(file)) !== undefined) byFile.set(file, new Map());
  const probed = (file: string, name: string, one: ProbedCase): unknown => byFile.get(file)?.set(name, one);
  const run = new RuleTestRun({ thread, wanted, failFast: false, signal, probed });
  for await (const { file } of run.reports([...byFile.keys()])) {
    const { test } = await readRuleTestFile(file, thread);
    if (test === undefined) continue;
    const cases = test.cases.map(({ name }) => name);
    stderr.say(await freezeProbes({ test: file, cases, probed: byFile.get(file) ?? new Map() }, stderr.paint));
  }
}

/** What the probes of a rule test told now, case by case. */
interface Freezing {
  readonly test: string;
  /** All its cases, in order. */
  readonly cases: readonly string[];
  /** Those that were probed; the others stay as they are frozen. */
  readonly probed: FrozenProbes;
}

/** Freezes the probes of one test; what that changed in the file, as a diff, empty where all was so. */
async function freezeProbes({ test, cases, probed }: Freezing, paint: Paint): Promise<string> {
  const read = await readFrozen(test);
  if (typeof read === "string") return `${read}\n`;
  const path = frozenPath(test);
  const now = new Map<string, ProbedCase>();
  for (const name of cases) {
    const one = probed.get(name) ?? read?.get(name);
    if (one !== undefined && 0 < one.size) now.set(name, one);
  }
  const [before, after] = [linesOf(read ?? new Map()), linesOf(now)];
  const [gone, come] = [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))];
  if (gone.length + come.length === 0) return "";
  await writeFile(path, textOf(basename(test), now));
  if (read === undefined) return `${path}\n${paint("green", `+ ${counted(come.length, "probe")} frozen`)}\n`;
  const signed = (sign: string, lines: readonly string[]): string => lines.map((line) => `${sign} ${line}\n`).join("");
  return `${path}\n${paint("red", signed("-", gone))}${paint("green", signed("+", come))}`;
}

function linesOf(frozen: FrozenProbes): string[] {
  return [...frozen].flatMap(([name, rules]) =>
    [...rules].flatMap(([rule, probes]) => [...probes].map(([what, told]) => `${name} · ${rule} · ${what}: ${told}`)),
  );
}

function textOf(test: string, frozen: FrozenProbes): string {
  const head = `# What each probe of ${test} tells: \`tapio test --update\` writes it. Read its changes as those of a rule.\n`;
  return head + stringify(frozen, { lineWidth: 0 });
}
