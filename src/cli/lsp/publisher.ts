import { setTimeout as delay } from "node:timers/promises";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { clock } from "../compose.ts";
import { diagnosticOf, rangesIn } from "./in-protocol.ts";
import { LintThread } from "./lint-apart.ts";
import type { EditorFinding } from "./lint-task.ts";
import type { RuleFiles } from "./rule-files.ts";

/** How long nobody must have typed before files are looked at. */
const QUIET_MS = 150;

/** Where findings are shown. */
export interface Shown {
  show(file: string, diagnostics: readonly Diagnostic[]): void;
  /** Reading some files took too long or failed. */
  trouble(message: string): void;
}

/** Has files looked at once nobody types any more, and shows what is wrong with all that are loaded together. */
export class Publisher implements AsyncDisposable {
  readonly #files: RuleFiles;
  readonly #shown: Shown;
  readonly #thread = new LintThread();
  /** By folder: a file of it that changed and was not looked at yet. */
  readonly #waiting = new Map<string, string>();
  /** By folder: the files with findings that are on show. */
  readonly #marked = new Map<string, ReadonlySet<string>>();
  /** By folder: how many of its files were last said to be left out. */
  readonly #leftOut = new Map<string, number>();
  #edits = 0;
  #work: Promise<void> | undefined;
  #isEnding = false;

  constructor(files: RuleFiles, shown: Shown) {
    this.#files = files;
    this.#shown = shown;
  }

  /** A file changed on the disk: it counts where others that are loaded with it are open, or on show. */
  changedOnDisk(file: string): void {
    const root = this.#files.rootOf(file);
    if (this.#marked.has(root) || this.#files.isOpenIn(root)) this.changed(file);
  }

  /** A file changed in the editor, was opened or was closed. */
  changed(file: string): void {
    this.#edits += 1;
    this.#waiting.set(this.#files.rootOf(file), file);
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#thread[Symbol.asyncDispose]();
    await this.#work;
  }

  async #run(): Promise<void> {
    while (0 < this.#waiting.size && !this.#isEnding) {
      const before = this.#edits;
      await delay(QUIET_MS);
      if (before !== this.#edits) continue;
      const [next] = this.#waiting;
      if (next !== undefined) await this.#look(...next);
    }
  }

  async #look(root: string, file: string): Promise<void> {
    this.#waiting.delete(root);
    const before = this.#edits;
    const { texts, leftOut } = await this.#files.together(file);
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    const findings = texts.length === 0 ? [] : await this.#thread.findings(texts, today);
    // What was typed meanwhile has moved everything: it is looked at again, and shown then.
    if (this.#isEnding || (before !== this.#edits && this.#waiting.has(root))) return;
    if (0 < leftOut && this.#leftOut.get(root) !== leftOut)
      this.#shown.trouble(`${root} holds too many files: ${leftOut} were not looked at`);
    this.#leftOut.set(root, leftOut);
    if (findings === undefined) this.#shown.trouble(`the rules in ${root} could not be read in time`);
    else this.#show(root, new Map(texts.map((one) => [one.file, one.text])), findings);
  }

  #show(root: string, texts: ReadonlyMap<string, string>, findings: readonly EditorFinding[]): void {
    const byFile = Map.groupBy(findings, ({ file }) => file);
    for (const [file, found] of byFile) {
      const range = rangesIn(texts.get(file) ?? "");
      const diagnostics = found.map((finding) => diagnosticOf(finding, range, (other) => texts.get(other)));
      this.#shown.show(file, diagnostics);
    }
    for (const file of this.#marked.get(root) ?? []) if (!byFile.has(file)) this.#shown.show(file, []);
    this.#marked.set(root, new Set(byFile.keys()));
  }
}
