import { dirname, join, resolve } from "node:path";
import type { LanguageThread, ReadingBounds } from "../adapters/file/language-thread.ts";
import { checkTestNames } from "../core/language/check-test-names.ts";
import { plainDiagnostic } from "../core/language/diagnostic.ts";
import type { RuleTestFile } from "../core/language/rule-test-file.ts";
import type { Rule } from "../core/model/rule.ts";
import { type LoadedPacks, type PackFinding, PackSourceError } from "../ports/pack-source.ts";
import { missingFiles, PacksOfTests } from "./packs-of-tests.ts";
import { readRuleTestFile } from "./read-rule-test-file.ts";

/** Finds what is wrong with rule tests: in their texts, and beside the files that they name. */
export class RuleTestLint {
  readonly #thread: LanguageThread;
  readonly #packs: PacksOfTests;
  /** The packs that are looked at besides, loaded together. */
  readonly #besides: LoadedPacks | undefined;

  constructor(thread: LanguageThread, besides: LoadedPacks | undefined) {
    this.#thread = thread;
    this.#packs = new PacksOfTests(thread);
    this.#besides = besides;
  }

  /** Everything that is wrong with these tests. */
  async findings(files: readonly string[], bounds: ReadingBounds): Promise<readonly PackFinding[]> {
    const found = await Promise.all(files.map((file) => this.#findingsIn(file, bounds)));
    // The errors of a pack that several tests name are told once.
    return [...new Map(found.flat().map((finding) => [finding.rendered, finding])).values()];
  }

  async #findingsIn(file: string, bounds: ReadingBounds): Promise<readonly PackFinding[]> {
    const { test, findings: inText } = await readRuleTestFile(file, this.#thread, bounds);
    if (test === undefined) return inText;
    const packs = await missingFiles(test, file, { kinds: ["pack"], packs: this.#besides?.files });
    const recordings = await missingFiles(test, file, { kinds: ["recording"] });
    const names = packs.length === 0 ? await this.#besidePacks(test, file, bounds) : [];
    return [...inText, ...packs, ...recordings, ...names];
  }

  /** Names that the packs do not have; where these can't be loaded why, unless that is found besides. */
  async #besidePacks(test: RuleTestFile, file: string, bounds: ReadingBounds): Promise<readonly PackFinding[]> {
    const known = rulesAmong(this.#besides, test, file);
    if (known !== undefined) return checkTestNames(test, known).map(plainDiagnostic);
    try {
      const { rules, findings } = await this.#packs.load(test, file, bounds);
      const errors = findings.filter(isError);
      if (0 < errors.length) return errors.filter((error) => this.#besides?.files.includes(error.file) !== true);
      return checkTestNames(test, rules.rules).map(plainDiagnostic);
    } catch (error) {
      // Packs that can't be read at all end a lint of them; of a test alone they are its own affair.
      if (error instanceof PackSourceError) return [];
      throw error;
    }
  }
}

/** The rules of a test's packs, where these were loaded already and no overlay makes a difference. */
function rulesAmong(loaded: LoadedPacks | undefined, test: RuleTestFile, file: string): readonly Rule[] | undefined {
  if (loaded === undefined || loaded.findings.some(isError)) return undefined;
  const { packs } = loaded.rules;
  if (packs.length !== loaded.files.length) return undefined;
  const wanted = new Set(test.packs.map((path) => resolve(join(dirname(file), path))));
  const own = packs.filter((pack) => wanted.has(resolve(pack.file)));
  return own.length === wanted.size ? own.flatMap(({ rules }) => rules) : undefined;
}

function isError({ severity }: PackFinding): boolean {
  return severity === "error";
}
