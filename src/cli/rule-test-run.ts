import { dirname, join, resolve } from "node:path";
import type { PackThread } from "../adapters/file/pack-thread.ts";
import type { RuleTestCase, RuleTestFile } from "../core/language/rule-test-file.ts";
import { formatTime } from "../core/model/time.ts";
import type { FixtureEntry } from "../core/testing/case-log.ts";
import type { CaseOfPacks } from "../core/testing/mutation.ts";
import type { ProbedCase } from "../core/testing/probe-outcomes.ts";
import type { Difference } from "../core/testing/problem.ts";
import { runCase } from "../core/testing/run-case.ts";
import { type LoadedPacks, type PackFinding, PackSourceError } from "../ports/pack-source.ts";
import { SourceError } from "../ports/source.ts";
import { clock, newDecoder, openPackThread, packsAt, recordingAt } from "./compose.ts";
import { type FrozenProbes, frozenPath, readFrozen } from "./frozen-probes.ts";
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
  readonly wanted: (caseName: string) => boolean;
  readonly failFast: boolean;
  readonly signal: AbortSignal;
  /** Hears of the packs and recordings of each test, before they are read. */
  readonly reads?: (file: string, others: readonly string[]) => Promise<void>;
  /** Takes every case that was run, decoded, with the rules of its packs. */
  readonly keep?: (one: CaseOfPacks, file: string) => void;
  /** Takes what the probes of a case told. */
  readonly probed?: (file: string, caseName: string, probed: ProbedCase) => void;
}

/** Runs rule tests one after the other; packs that several of them name are loaded once. */
export class RuleTestRun {
  readonly #options: RunOptions;
  readonly #packs = new Map<string, Promise<LoadedPacks>>();
  #lastLoading: Promise<unknown> = Promise.resolve();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Yields a report for every file, until the end, the signal, or the first failure where asked. */
  async *reports(files: readonly string[]): AsyncGenerator<FileReport> {
    const { failFast, signal } = this.#options;
    await using thread = openPackThread();
    using ending = new DisposableStack();
    const over = ending.adopt(new AbortController(), (each) => each.abort());
    const readings: FileReading[] = [];
    for (const file of files) {
      if (signal.aborted) return;
      readings.push(await this.#read(file, { thread, signal: AbortSignal.any([signal, over.signal]) }));
    }
    for (const reading of readings) {
      if (signal.aborted) return;
      const report = await this.#runFile(reading);
      yield report;
      if (failFast && hasFailed(report)) return;
    }
  }

  /** Reads a test, and has its packs read in the thread meanwhile: the next test need not wait for them. */
  async #read(file: string, loading: Loading): Promise<FileReading> {
    const { test, findings } = await readRuleTestFile(file);
    if (test === undefined) return { file, errors: errorsIn(findings) };
    const today = formatTime(test.startMs).slice(0, 10);
    const beside = (path: string): string => join(dirname(file), path);
    const paths = test.packs.map(beside);
    const recordings = test.cases.flatMap(({ fixture }) => (fixture === undefined ? [] : [beside(fixture)]));
    await this.#options.reads?.(file, [...new Set([...paths, ...recordings, frozenPath(file)])]);
    const frozen = await readFrozen(file);
    if (typeof frozen === "string") return { file, errors: frozen };
    return { file, test, frozen, packs: this.#packsAt(paths, { today, ...loading }) };
  }

  async #runFile(reading: FileReading): Promise<FileReport> {
    const { file } = reading;
    if (reading.test === undefined) return { file, cases: [], broken: { because: "test", text: reading.errors } };
    const loaded = await loadedFrom(reading.packs);
    if (typeof loaded === "string") return { file, cases: [], broken: { because: "packs", text: loaded } };
    const [first, ...others] = await this.#runCases(reading, loaded);
    if (first === undefined) return { file, cases: [] };
    return { file, cases: [{ ...first, notes: [...first.notes, ...staleNotes(reading)] }, ...others] };
  }

  async #runCases({ test, file, frozen }: ReadTest, { rules }: LoadedPacks): Promise<CaseReport[]> {
    const { wanted, failFast, signal, keep } = this.#options;
    const reports: CaseReport[] = [];
    for (const one of test.cases.filter(({ name }) => wanted(name))) {
      if (signal.aborted) break;
      const startedMs = clock.now();
      const fixture = await readFixture(one, file);
      const { name, problems, notes, probes, probed } = await runCase(one, {
        rules,
        newDecoder: () => newDecoder(),
        fixture,
        frozen: frozen === undefined ? undefined : (frozen.get(one.name) ?? new Map()),
        keep: (ready) => keep?.({ ready, rules }, file),
      });
      if (probed !== undefined) this.#options.probed?.(file, name, probed);
      const { line } = test.source.positionAt(one.span.start);
      const placed = problems.map(({ span, ...problem }) => ({ ...test.source.positionAt(span.start), ...problem }));
      reports.push({ name, line, problems: placed, notes, probes, durationMs: clock.now() - startedMs });
      if (failFast && 0 < placed.length) break;
    }
    return reports;
  }

  /** The packs as they are in force on that day, whatever day it is now. */
  #packsAt(paths: readonly string[], options: Loading & { readonly today: string }): Promise<LoadedPacks> {
    const key = [options.today, ...paths.map((path) => resolve(path))].join("\n");
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const load = (): Promise<LoadedPacks> => packsAt(paths, options).load(options);
    // The thread does one reading at a time.
    const loading = this.#lastLoading.then(load, load);
    this.#packs.set(key, loading);
    this.#lastLoading = loading.catch(() => {});
    return loading;
  }
}

interface Loading {
  readonly thread: PackThread;
  /** Aborts when nobody waits for the packs any more. */
  readonly signal: AbortSignal;
}

/** A test that was read, its packs still on their way. */
interface ReadTest {
  readonly file: string;
  readonly test: RuleTestFile;
  readonly frozen: FrozenProbes | undefined;
  readonly packs: Promise<LoadedPacks>;
}

/** A test, or why it can't be read. */
type FileReading = ReadTest | { readonly file: string; readonly test?: undefined; readonly errors: string };

/** Frozen probes of cases that are gone fail nothing, and are told. */
function staleNotes({ file, test, frozen }: ReadTest): string[] {
  const names = new Set(test.cases.map(({ name }) => name));
  const gone = [...(frozen?.keys() ?? [])].filter((name) => !names.has(name));
  return gone.map((name) => `${frozenPath(file)} has probes of \`${name}\`, which is gone; --update drops them`);
}

/** The packs, or why they cannot be had. */
async function loadedFrom(packs: Promise<LoadedPacks>): Promise<LoadedPacks | string> {
  try {
    const loaded = await packs;
    const errors = errorsIn(loaded.findings);
    return errors === "" ? loaded : errors;
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
