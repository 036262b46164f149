import type { RuleSet } from "../../core/model/rule.ts";
import { type PackSource, PackSourceError } from "../../ports/pack-source.ts";
import { systemClock } from "../system.ts";
import type { PackFile } from "./find-packs.ts";
import { gitCommit } from "./git-commit.ts";
import { LanguageThread } from "./language-thread.ts";
import { readSnapshot } from "./pack-snapshot.ts";

/** Where the packs are, and how long reading them may take. */
export interface FilePackSourceOptions {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** After this the parsing is given up; 10 s by default. */
  readonly deadlineMs?: number | undefined;
  /** The day, as `2026-12-31`, on which exceptions of overlays are looked at; the machine's by default. */
  readonly today?: string | undefined;
  /** Reads in this thread, which stays the caller's, instead of one for each load. */
  readonly thread?: LanguageThread | undefined;
}

/**
 * A {@link PackSource} over files and folders. The rule language is read in a thread of its own with
 * a deadline, because a small file can take a YAML parser very long.
 */
export function openPackSource(options: FilePackSourceOptions): PackSource {
  const { paths, today, thread, deadlineMs } = options;
  return {
    async load({ signal } = {}) {
      const { files, commit } = await readWithCommit(paths);
      await using own = new LanguageThread();
      const task = { packs: files, today: today ?? dayOf(systemClock.now()) };
      const { rules, findings } = await (thread ?? own).readPacks(task, { deadlineMs, signal });
      return {
        rules: commit === undefined ? rules : withCommit(rules, commit),
        findings,
        files: files.map(({ path }) => path),
      };
    },
  };
}

/** How often a checkout may move on under the reading. */
const READINGS_MAX = 5;

/** The files, and the commit that they are of: where it moved on meanwhile, both are read again. */
async function readWithCommit(
  paths: readonly string[],
): Promise<{ readonly files: readonly PackFile[]; readonly commit: string | undefined }> {
  const commitNow = async (): Promise<string | undefined> => (paths[0] === undefined ? undefined : gitCommit(paths[0]));
  let before = await commitNow();
  for (let reading = 1; ; reading++) {
    const files = await readSnapshot(paths);
    const commit = await commitNow();
    if (commit === before) return { files, commit };
    if (READINGS_MAX <= reading) throw new PackSourceError(`rules: the checkout of ${paths[0]} does not come to rest`);
    before = commit;
  }
}

/** The day of a time in UTC, `2026-12-31`. */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function withCommit(rules: RuleSet, commit: string): RuleSet {
  const packs = rules.packs.map((pack) => ({ ...pack, rules: pack.rules.map((rule) => ({ ...rule, commit })) }));
  const byKey = new Map(packs.flatMap((pack) => pack.rules.map((rule) => [rule.key, rule])));
  return { ...rules, packs, rules: rules.rules.map((rule) => byKey.get(rule.key) ?? { ...rule, commit }) };
}
