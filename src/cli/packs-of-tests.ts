import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { LanguageThread, ReadingBounds } from "../adapters/file/language-thread.ts";
import { checkTestFiles } from "../core/language/check-test-names.ts";
import { plainDiagnostic } from "../core/language/diagnostic.ts";
import type { FileOfTest, RuleTestFile } from "../core/language/rule-test-file.ts";
import { formatTime } from "../core/model/time.ts";
import type { LoadedPacks, PackFinding } from "../ports/pack-source.ts";
import { packsAt } from "./compose.ts";

/** Loads the packs of rule tests; those that several of them name are loaded once. */
export class PacksOfTests {
  readonly #thread: LanguageThread;
  readonly #loaded = new Map<string, Promise<LoadedPacks>>();

  constructor(thread: LanguageThread) {
    this.#thread = thread;
  }

  /** The packs as they are in force on the day on which a test begins, whatever day it is now. */
  load(test: RuleTestFile, file: string, bounds: ReadingBounds): Promise<LoadedPacks> {
    const today = formatTime(test.startMs).slice(0, 10);
    const paths = test.packs.map((path) => join(dirname(file), path));
    const key = [today, ...paths.map((path) => resolve(path))].join("\n");
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loading = packsAt(paths, { thread: this.#thread, today, ...bounds }).load(bounds);
    this.#loaded.set(key, loading);
    return loading;
  }
}

/** The files that a test names and that are not there, each a finding; `packs` are some that it may mean. */
export async function missingFiles(
  test: RuleTestFile,
  file: string,
  {
    kinds,
    packs = [],
  }: { readonly kinds: readonly FileOfTest["kind"][]; readonly packs?: readonly string[] | undefined },
): Promise<PackFinding[]> {
  const folder = dirname(file);
  const named = test.files.filter(({ kind }) => kinds.includes(kind));
  const isThere = (path: string): Promise<boolean> => stat(join(folder, path)).then(Boolean, () => false);
  const there = new Map(await Promise.all(named.map(async ({ path }) => [path, await isThere(path)] as const)));
  const known = packs.map((path) => relative(folder, path).replaceAll("\\", "/"));
  return checkTestFiles({ ...test, files: named }, (path) => there.get(path) === true, known).map(plainDiagnostic);
}
