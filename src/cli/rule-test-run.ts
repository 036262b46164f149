import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { LanguageThread, ReadingBounds } from "../adapters/file/language-thread.ts";
import { Decoder } from "../core/intake/decoder.ts";
import type { RuleTestCase, RuleTestFile } from "../core/language/rule-test-file.ts";
import type { RuleSet } from "../core/model/rule.ts";
import type { FixtureEntry } from "../core/testing/case-log.ts";
import type { CaseOfPacks } from "../core/testing/mutation.ts";
import type { ProbedCase } from "../core/testing/probe-outcomes.ts";
import type { Difference } from "../core/testing/problem.ts";
import { runCase } from "../core/testing/run-case.ts";
import { type PackFinding, PackSourceError } from "../ports/pack-source.ts";
import { SourceError } from "../ports/source.ts";
import { clock, recordingAt } from "./compose.ts";
import { type FrozenProbes, frozenPath, readFrozen } from "./frozen-probes.ts";
import { missingFiles, PacksOfTests } from "./packs-of-tests.ts";
import { readRuleTestFile } from "./read-rule-test-file.ts";

/** One thing that a case expected and did not get, with its place in the file. */
export interface ProblemReport {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly differences: readonly Difference[];
  readonly arrival?: readonly string[] | undefined;
}

/** What came of one case; it passed where there is no problem. */
export interface CaseReport {
  readonly name: string;
  readonly line: number;
  readonly problems: readonly ProblemReport[];
  readonly notes: readonly string[];
  /** Probes tried. */
  readonly probes: number;
  readonly durationMs: number;
}

/** What came of one rule test. */
export interface FileReport {
  readonly file: string;
  readonly cases: readonly CaseReport[];
  /** Why none of its cases could be run. */
  readonly broken?: { readonly because: "test" | "packs"; readonly text: string };
}

/** Which cases to run, and when to stop. */
export interface RunOptions {
  /** Reads the tests and their packs, ahead of what is run. */
  readonly thread: LanguageThread;
  readonly wanted: (caseName: string) => boolean;
  readonly failFast: boolean;
  readonly signal: AbortSignal;
  /** Hears of the packs and recordings of each test, before they are read. */
  readonly reads?: (file: string, others: readonly string[]) => Promise<void>;
  /** Takes every case that was run, decoded, with the rules of its packs. */
  readonly keep?: ((one: CaseOfPacks, file: string) => void) | undefined;
  /** Takes what the probes of a case told. */
  readonly probed?: (file: string, caseName: string, probed: ProbedCase) => void;
}

/** Runs rule tests one after the other; packs that several of them name are loaded once. */
export class RuleTestRun {
  readonly #options: RunOptions;
  readonly #packs: PacksOfTests;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#packs = new PacksOfTests(options.thread);
  }

  /** Yields a report for every file, until the end, the signal, or the first failure where asked. */
  async *reports(files: readonly string[]): AsyncGenerator<FileReport> {
    const { failFast, signal } = this.#options;
    using ending = new DisposableStack();
    const over = ending.adopt(new AbortController(), (each) => each.abort());
    for (const reading of this.#readAhead(files, AbortSignal.any([signal, over.signal]))) {
      if (signal.aborted) return;
      const report = await this.#runFile(await reading);
      yield report;
      if (failFast && hasFailed(report)) return;
    }
  }

  /** Has the thread read one test after the other, each with its packs, whether they are waited for or not. */
  #readAhead(files: readonly string[], signal: AbortSignal): readonly Promise<FileReading>[] {
    let before: Promise<unknown> = Promise.resolve();
    return files.map((file) => {
      const reading = before.then(() => this.#read(file, { signal }));
      // Where the run is over, nobody waits for what is not read any more.
      before = reading.catch(() => {});
      return reading;
    });
  }

  /** A test with its packs: the next one is not begun before, for this one is waited for. */
  async #read(file: string, bounds: ReadingBounds): Promise<FileReading> {
    const read = await orWhyNot(readRuleTestFile(file, this.#options.thread, bounds));
    if (typeof read === "string") return broken(file, "test", read);
    const { test, findings } = read;
    if (test === undefined) return broken(file, "test", errorsIn(findings));
    const beside = (path: string): string => join(dirname(file), path);
    await this.#options.reads?.(file, [...new Set([...test.files.map(({ path }) => beside(path)), frozenPath(file)])]);
    const frozen = await readFrozen(file);
    if (typeof frozen === "string") return broken(file, "test", frozen);
    const missing = await missingFiles(test, file, { kinds: ["pack"] });
    if (0 < missing.length) return broken(file, "packs", errorsIn(missing));
    const loaded = await orWhyNot(this.#packs.load(test, file, bounds));
    const errors = typeof loaded === "string" ? loaded : errorsIn(loaded.findings);
    if (typeof loaded === "string" || errors !== "") return broken(file, "packs", errors);
    return { file, test, frozen, rules: loaded.rules };
  }

  async #runFile(reading: FileReading): Promise<FileReport> {
    if ("broken" in reading) return reading;
    const { file } = reading;
    const [first, ...others] = await this.#runCases(reading);
    if (first === undefined) return { file, cases: [] };
    return { file, cases: [{ ...first, notes: [...first.notes, ...staleNotes(reading)] }, ...others] };
  }

  async #runCases({ test, file, frozen, rules }: ReadTest): Promise<CaseReport[]> {
    const { wanted, failFast, signal, keep } = this.#options;
    const reports: CaseReport[] = [];
    for (const one of test.cases.filter(({ name }) => wanted(name))) {
      // Gives a turn to what reads ahead: the engine itself never waits for anything.
      await nextTurn();
      if (signal.aborted) break;
      const startedMs = clock.now();
      const fixture = await readFixture(one, file);
      const frozenOfCase = frozen === undefined ? undefined : (frozen.get(one.name) ?? new Map());
      const { name, problems, notes, probes, probed } = await runCase(one, {
        rules,
        newDecoder: () => new Decoder(),
        fixture,
        frozen: frozenOfCase,
        keep: (ready) => keep?.({ ready, rules, frozen: frozenOfCase }, file),
      });
      if (probed !== undefined) this.#options.probed?.(file, name, probed);
      const { line } = test.source.positionAt(one.span.start);
      const placed = problems.map(({ span, ...problem }) => ({ ...test.source.positionAt(span.start), ...problem }));
      reports.push({ name, line, problems: placed, notes, probes, durationMs: clock.now() - startedMs });
      if (failFast && 0 < placed.length) break;
    }
    return reports;
  }
}

/** A test that was read, with the rules of its packs. */
interface ReadTest {
  readonly file: string;
  readonly test: RuleTestFile;
  readonly frozen: FrozenProbes | undefined;
  readonly rules: RuleSet;
}

/** A test, or the report of why it can't be run. */
type FileReading = ReadTest | BrokenFile;

type BrokenFile = FileReport & { readonly broken: NonNullable<FileReport["broken"]> };

function broken(file: string, because: "test" | "packs", text: string): BrokenFile {
  return { file, cases: [], broken: { because, text } };
}

/** Frozen probes of cases that are gone fail nothing, and are told. */
function staleNotes({ file, test, frozen }: ReadTest): string[] {
  const names = new Set(test.cases.map(({ name }) => name));
  const gone = [...(frozen?.keys() ?? [])].filter((name) => !names.has(name));
  return gone.map((name) => `${frozenPath(file)} has probes of \`${name}\`, which is gone; --update drops them`);
}

/** What was read, or why it cannot be had. */
async function orWhyNot<Read>(reading: Promise<Read>): Promise<Read | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof PackSourceError) return error.message;
    throw error;
  }
}

function errorsIn(findings: readonly PackFinding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  return errors.map(({ rendered }) => rendered).join("\n\n");
}

/** Whether something in a file was not as expected. */
export function hasFailed({ cases, broken }: FileReport): boolean {
  return broken !== undefined || cases.some(({ problems }) => 0 < problems.length);
}

async function readFixture({ fixture }: RuleTestCase, file: string): Promise<readonly FixtureEntry[] | undefined> {
  if (fixture === undefined) return undefined;
  await using source = recordingAt(join(dirname(file), fixture));
  const entries: FixtureEntry[] = [];
  try {
    for await (const batch of source.batches({ signal: new AbortController().signal })) {
      for (const { text, position } of batch.entries) entries.push({ text, line: position });
    }
    return entries;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
