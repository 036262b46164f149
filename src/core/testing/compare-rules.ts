import { isRecord } from "../expression/read-path.ts";
import { canonicalJson } from "../model/hash.ts";
import type { Rule } from "../model/rule.ts";

/** One field of a rule that differs between two versions of it. */
export interface RuleChange {
  /** `steps.gone.withinMs`, `story.summary`. */
  readonly path: string;
  /** Values as JSON; `undefined` where there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** How a rule differs from its former version. */
export interface RuleDifference {
  readonly rule: string;
  /** `words`: it says something else of the same stories. */
  readonly kind: "added" | "removed" | "meaning" | "words";
  readonly changes: readonly RuleChange[];
  /** Of an added rule: the one that meant the same, is gone, and is not named as removed. */
  readonly renamedFrom?: string;
}

/** What says which rule it is, and nothing of what it means or says. */
const IDENTITY = new Set(["key", "id", "pack", "packVersion", "packDigest", "meaningDigest", "commit"]);

/** Compares two versions of some rules by key; a rule that is gone and one that is new with the same meaning are one. */
export function compareRules(before: readonly Rule[], after: readonly Rule[]): RuleDifference[] {
  const old = new Map(before.map((rule) => [rule.key, rule]));
  const fresh = new Map(after.map((rule) => [rule.key, rule]));
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  const former = formerNames(old, fresh);
  const renamed = new Set(former.values());
  return keys.flatMap((key): RuleDifference[] => {
    const [a, b] = [old.get(key), fresh.get(key)];
    const name = former.get(key);
    if (name !== undefined) return [{ rule: key, kind: "added", changes: [], renamedFrom: name }];
    if (a === undefined) return [{ rule: key, kind: "added", changes: [] }];
    if (b === undefined) return renamed.has(key) ? [] : [{ rule: key, kind: "removed", changes: [] }];
    const changes = changesOf(plain(a), plain(b), "");
    if (changes.length === 0) return [];
    return [{ rule: key, kind: a.meaningDigest === b.meaningDigest ? "words" : "meaning", changes }];
  });
}

/** The former names of the rules that are new by name alone, by their new ones. */
function formerNames(old: ReadonlyMap<string, Rule>, fresh: ReadonlyMap<string, Rule>): Map<string, string> {
  const gone = [...old.values()].filter(({ key }) => !fresh.has(key));
  const found = new Map<string, string>();
  for (const { key, meaningDigest } of fresh.values()) {
    if (old.has(key)) continue;
    const at = gone.findIndex((rule) => rule.meaningDigest === meaningDigest);
    const [former] = at < 0 ? [] : gone.splice(at, 1);
    if (former !== undefined) found.set(key, former.key);
  }
  return found;
}

function plain(rule: Rule): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rule).filter(([field]) => !IDENTITY.has(field)));
}

function changesOf(before: unknown, after: unknown, path: string): RuleChange[] {
  const [a, b] = [fieldsOf(before), fieldsOf(after)];
  if (a !== undefined && b !== undefined) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.flatMap((name) => changesOf(a[name], b[name], path === "" ? name : `${path}.${name}`));
  }
  const [was, is] = [shown(before), shown(after)];
  return was === is ? [] : [{ path, before: was, after: is }];
}

/** The parts of a map, or of a list whose elements have names. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isRecord(value)) return "segments" in value || "kind" in value ? undefined : value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const named: readonly unknown[] = value;
  if (!named.every((each) => isRecord(each) && typeof each["as"] === "string")) return undefined;
  return Object.fromEntries(named.map((each) => [String((each as Record<string, unknown>)["as"]), each]));
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
