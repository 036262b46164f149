import { readFile } from "node:fs/promises";
import { isRecord } from "../core/expression/read-path.ts";
import { canonicalJson } from "../core/model/hash.ts";
import type { RuleSet } from "../core/model/rule.ts";
import { CommandError } from "./failure.ts";

/** The name of the file that says which version of each rule means what. */
export const LOCK_FILE = "rules.lock";

/** Version and meaning of each rule, by key. */
export type RulesLock = Readonly<Record<string, { readonly version: string; readonly meaning: string }>>;

/** A rule that means something else than the lock says, or is gone, under the same version. */
export interface LockBreach {
  readonly rule: string;
  readonly pack: string;
  /** What happened to it, as a sentence for people. */
  readonly message: string;
}

/** The lock of some rules. */
export function lockOf({ rules }: RuleSet): RulesLock {
  return Object.fromEntries(
    rules.map(({ key, packVersion, meaningDigest }) => [key, { version: packVersion, meaning: meaningDigest }]),
  );
}

/** The lock as a text whose lines change only with their rules. */
export function lockText(lock: RulesLock): string {
  const lines = Object.entries(lock).map(([key, entry]) => `    ${JSON.stringify(key)}: ${canonicalJson(entry)}`);
  return `{\n  "lock": 1,\n  "rules": {\n${lines.join(",\n")}\n  }\n}\n`;
}

/** Reads a lock; `undefined` where there is none. Throws {@link CommandError} for a file that is none, or can't be read. */
export async function readLock(path: string): Promise<RulesLock | undefined> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new CommandError(`${path} can't be read: ${cause.message}`);
  });
  if (text === undefined) return undefined;
  try {
    const read = JSON.parse(text) as { readonly lock?: unknown; readonly rules?: RulesLock };
    if (read.lock === 1 && isRecord(read.rules)) return read.rules;
  } catch {
    // Said below, as for any other text.
  }
  throw new CommandError(`${path} is no lock of rules; write it anew with: tapio pack lock`);
}

/** Rules whose meaning changed, or which are gone, while their pack's version is the same. Packs that are not loaded break nothing. */
export function breachesOf(lock: RulesLock, { packs, rules }: RuleSet): LockBreach[] {
  const meanings = new Map(rules.map(({ key, meaningDigest }) => [key, meaningDigest]));
  return Object.entries(lock).flatMap(([rule, locked]) => {
    const [name = ""] = rule.split("/");
    const pack = packs.find((each) => each.name === name);
    const meaning = meanings.get(rule);
    if (pack?.version !== locked.version || meaning === locked.meaning) return [];
    const message =
      meaning === undefined
        ? `${rule} is gone, and the version of its pack is still ${locked.version}`
        : `the meaning of ${rule} changed, and its version is still ${locked.version}`;
    return [{ rule, pack: name, message }];
  });
}
