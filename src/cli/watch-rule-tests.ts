import type { LanguageThread } from "../adapters/file/language-thread.ts";
import { counted } from "../core/expression/counted.ts";
import { printOfFiles, watchFiles } from "./compose.ts";
import { CommandError } from "./failure.ts";
import { findRuleFiles } from "./find-rule-files.ts";
import { totalsLine, totalsOf } from "./reports/totals.ts";
import { type FileReport, RuleTestRun } from "./rule-test-run.ts";
import type { Shell } from "./shell.ts";

/** What to watch, and what to do with what came of it. */
export interface WatchOptions {
  /** Reads the tests and their packs. */
  readonly thread: LanguageThread;
  /** Files and folders of rule tests. */
  readonly paths: readonly string[];
  readonly wanted: (caseName: string) => boolean;
  /** Prints the reports of the tests that were run again. */
  readonly print: (files: readonly FileReport[]) => Promise<void>;
}

/** Runs rule tests, and again those that change, or whose packs or recordings do, until the signal. */
export async function watchRuleTests(options: WatchOptions, shell: Shell): Promise<void> {
  const watch = new RuleTestWatch(options, shell);
  const changes = watchFiles(() => watch.files, shell.signal);
  for (;;) {
    // Looks before the tests run: what changes meanwhile is seen afterwards.
    const change = changes.next();
    await watch.runChanged();
    if ((await change).done === true) return;
  }
}

/** A test as it was when it was run last. */
interface Known {
  readonly own: string;
  others: readonly string[];
  /** State of the others. */
  theirs: string;
  report?: FileReport;
}

class RuleTestWatch {
  readonly #options: WatchOptions;
  readonly #shell: Shell;
  #known = new Map<string, Known>();

  constructor(options: WatchOptions, shell: Shell) {
    this.#options = options;
    this.#shell = shell;
  }

  /** Everything in which a change may matter. */
  get files(): string[] {
    return [...new Set([...this.#options.paths, ...[...this.#known.values()].flatMap(({ others }) => others)])];
  }

  /** Runs the tests that are not as they were. */
  async runChanged(): Promise<void> {
    const { thread, wanted, print } = this.#options;
    const { signal } = this.#shell;
    const due = await this.#changed();
    if (due === undefined || due.length === 0) return;
    const reads = async (file: string, others: readonly string[]): Promise<void> => {
      const known = this.#known.get(file);
      if (known !== undefined) [known.others, known.theirs] = [others, await printOfFiles(others)];
    };
    const reports: FileReport[] = [];
    const run = new RuleTestRun({ thread, wanted, failFast: false, signal, reads });
    for await (const report of run.reports(due)) {
      const known = this.#known.get(report.file);
      if (known !== undefined) known.report = report;
      if (0 < report.cases.length || report.broken !== undefined) reports.push(report);
    }
    if (signal.aborted) return;
    if (0 < reports.length) await print(reports);
    this.#tellState(reports.length);
  }

  /** The tests to run; `undefined` where they cannot be looked for now. Those that are gone are forgotten. */
  async #changed(): Promise<readonly string[] | undefined> {
    const tests = await this.#find();
    if (tests === undefined) return undefined;
    const before = this.#known;
    this.#known = new Map();
    const due: string[] = [];
    for (const file of tests) {
      const own = await printOfFiles([file]);
      const known = before.get(file);
      const isSame = known?.own === own && known.theirs === (await printOfFiles(known.others));
      const others = known?.others ?? [];
      this.#known.set(file, isSame ? known : { own, others, theirs: await printOfFiles(others) });
      if (!isSame) due.push(file);
    }
    return due;
  }

  async #find(): Promise<readonly string[] | undefined> {
    try {
      return (await findRuleFiles(this.#options.paths)).tests;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#shell.stderr.say(`tapio: ${error.message}; waiting for it\n`);
      return undefined;
    }
  }

  #tellState(ran: number): void {
    const reports = [...this.#known.values()].flatMap(({ report }) => report ?? []);
    const inAll = ran < reports.length ? `${totalsLine(totalsOf(reports))} in all; ` : "";
    this.#shell.stderr.say(`tapio: ${inAll}watching ${counted(this.#known.size, "test file")}, Ctrl-C ends\n`);
  }
}
