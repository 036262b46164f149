import { readFile } from "node:fs/promises";
import type { ProbedCase } from "../core/testing/probe-outcomes.ts";

/** What the probes of a rule test told when somebody looked at them, by case. */
export type FrozenProbes = ReadonlyMap<string, ProbedCase>;

/** Where the probes of a rule test are frozen: `shop.probes.yaml` beside `shop.test.yaml`. */
export function frozenPath(test: string): string {
  return test.replace(/(\.test)?(\.ya?ml)?$/, ".probes.yaml");
}

/** The frozen probes of a rule test; `undefined` where there are none, a text where they can't be read. */
export async function readFrozen(test: string): Promise<FrozenProbes | string | undefined> {
  const path = frozenPath(test);
  try {
    const text = await readFile(path, "utf8");
    const { parseDocument } = await import("yaml");
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) return unreadable(path, error.message);
    const found: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 0 }) ?? new Map();
    return isFrozen(found) ? found : unreadable(path, "it says something else than case, rule, probe and what it told");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : unreadable(path, message);
  }
}

function unreadable(path: string, why: string): string {
  return `${path} can't be read: ${why}\ndelete it, and \`tapio test --freeze\` writes it anew`;
}

function isFrozen(value: unknown): value is FrozenProbes {
  return isMapOf(value, (one) => isMapOf(one, (probes) => isMapOf(probes, (told) => typeof told === "string")));
}

function isMapOf(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return value instanceof Map && [...value].every(([key, one]) => typeof key === "string" && isOne(one));
}
