import { readFile } from "node:fs/promises";
import { rulesLocator } from "../core/language/locate-rule.ts";
import { SourceText } from "../core/language/source-text.ts";
import { Coverage, gapsOf, type RuleCoverage } from "../core/testing/coverage.ts";
import { type CaseOfPacks, MutationRun } from "../core/testing/mutation.ts";
import type { Shell } from "./shell.ts";

/** How thorough some rule tests are, as far as it was asked for. */
export interface Thoroughness {
  readonly coverage?: CoverageReport;
  readonly mutation?: MutationReport;
}

/** What the cases show of each rule. */
export interface CoverageReport {
  readonly covered: number;
  readonly total: number;
  readonly rules: readonly (RuleCoverage & ReturnType<typeof gapsOf>)[];
}

/** What the cases noticed of rules changed in small ways. */
export interface MutationReport {
  readonly killed: number;
  readonly total: number;
  readonly survivors: readonly MutantReport[];
  /** Bugs of the engine. */
  readonly crashed: readonly (MutantReport & { readonly error: string })[];
}

/** One changed rule, with the place of the change. */
export interface MutantReport {
  readonly rule: string;
  readonly what: string;
  readonly hint: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Measures what cases show of the rules of their packs. */
export async function coverageOf(cases: readonly CaseOfPacks[]): Promise<CoverageReport> {
  const coverage = new Coverage();
  for (const { ready, rules } of cases) await coverage.add(ready, rules);
  const rules = coverage.rules.map((rule) => ({ ...rule, ...gapsOf(rule) }));
  const sum = (field: "covered" | "total"): number => rules.reduce((total, rule) => total + rule[field], 0);
  return { covered: sum("covered"), total: sum("total"), rules };
}

/** Changes every rule in every small way, and sees whether a case notices. */
export async function mutationOf(cases: readonly CaseOfPacks[], shell: Shell): Promise<MutationReport> {
  const run = new MutationRun();
  for (const each of cases) await run.add(each);
  const locate = await locatorOf(cases);
  const survivors: MutantReport[] = [];
  const crashed: (MutantReport & { error: string })[] = [];
  let total = 0;
  let killed = 0;
  for (const rule of run.rules) {
    if (shell.stderr.isTerminal) shell.stderr.say(`\r\u001b[K${total} mutants, now of ${rule.key}`);
    for await (const { mutant, outcome, error } of run.try(rule)) {
      shell.signal.throwIfAborted();
      total++;
      if (outcome === "killed") killed++;
      const { what, hint, place } = mutant;
      const report = (): MutantReport => ({ rule: rule.key, what, hint, ...locate(rule.pack, rule.id, place) });
      if (outcome === "survived") survivors.push(report());
      if (outcome === "crashed") crashed.push({ ...report(), error: error ?? "" });
    }
  }
  if (shell.stderr.isTerminal) shell.stderr.say("\r\u001b[K");
  return { killed, total, survivors, crashed };
}

type Locate = (
  pack: string,
  ruleId: string,
  place: readonly (string | number)[],
) => { readonly file: string; readonly line: number; readonly column: number };

async function locatorOf(cases: readonly CaseOfPacks[]): Promise<Locate> {
  const files = new Map(cases.flatMap(({ rules }) => rules.packs.map(({ name, file }) => [name, file])));
  const locators = new Map<string, ReturnType<typeof rulesLocator>>();
  for (const [pack, file] of files)
    locators.set(pack, rulesLocator(new SourceText(file, await readFile(file, "utf8"))));
  return (pack, ruleId, place) => ({
    file: files.get(pack) ?? "",
    ...(locators.get(pack)?.(ruleId, place) ?? { line: 1, column: 1 }),
  });
}
