import { canonicalJson } from "../model/hash.ts";
import type { Rule } from "../model/rule.ts";
import { nearest } from "./nearest.ts";
import type { PackReading } from "./read-pack.ts";

type Loaded = PackReading & { readonly pack: NonNullable<PackReading["pack"]> };

/** Checks packs against each other: names, ids, and who outranks whom. */
export function checkSet(readings: readonly PackReading[]): void {
  const loaded = readings.filter((reading): reading is Loaded => reading.pack !== undefined);
  for (const name of new Set(loaded.map(({ pack }) => pack.name))) {
    const sameName = loaded.filter(({ pack }) => pack.name === name);
    if (1 < sameName.length) reportSameName(sameName);
  }
  const rules = new Map<string, Rule>();
  for (const { pack } of loaded) for (const rule of pack.rules) rules.set(rule.key, rule);
  for (const reading of loaded) {
    reportSameIds(reading);
    for (const [at, rule] of reading.pack.rules.entries()) checkSupersedes(rule, at, reading, rules);
  }
}

function reportSameName(readings: readonly Loaded[]): void {
  for (const { findings, pack } of readings) {
    const others = readings.filter((other) => other.findings !== findings).map((other) => `\`${other.pack.file}\``);
    const message = `${others.join(" and ")} ${others.length === 1 ? "has" : "have"} the name \`${pack.name}\` as well`;
    findings.atValue(["metadata", "name"], { code: "TAP222", message });
  }
}

function reportSameIds({ findings, pack }: Loaded): void {
  const seen = new Set<string>();
  pack.rules.forEach(({ id }, at) => {
    if (seen.has(id))
      findings.atValue(["rules", at, "id"], { code: "TAP221", message: `this pack already has a rule \`${id}\`` });
    seen.add(id);
  });
}

function checkSupersedes(rule: Rule, at: number, { findings }: Loaded, rules: ReadonlyMap<string, Rule>): void {
  rule.supersedes.forEach((key, index) => {
    const place = ["rules", at, "supersedes", index];
    const other = rules.get(key);
    if (other === undefined) {
      const near = nearest(key, rules.keys());
      const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
      findings.atValue(place, { code: "TAP223", message: `no loaded pack has a rule \`${key}\``, hint });
    } else if (key !== rule.key && outranks(other, rule.key, rules, new Set())) {
      findings.atValue(place, { code: "TAP224", message: `\`${key}\` supersedes \`${rule.key}\` in turn` });
    } else if (key !== rule.key && holdsWhenever(rule, other) && !other.standalone) {
      const message = `\`${rule.id}\` holds whenever \`${key}\` does, so that one is never the headline`;
      findings.atValue(place, { code: "TAP227", message });
    }
  });
}

function outranks(rule: Rule, key: string, rules: ReadonlyMap<string, Rule>, seen: Set<string>): boolean {
  if (seen.has(rule.key)) return false;
  seen.add(rule.key);
  return rule.supersedes.some((lower) => {
    const next = rules.get(lower);
    return lower === key || (next !== undefined && outranks(next, key, rules, seen));
  });
}

/** Whether every window in which `other` holds is one in which `rule` holds: told only where that is plain to see. */
function holdsWhenever(rule: Rule, other: Rule): boolean {
  if (0 < rule.absent.length || rule.conditions !== undefined || rule.mode === "shadow") return false;
  if (canonicalJson([rule.joins, rule.skewMs]) !== canonicalJson([other.joins, other.skewMs])) return false;
  if (rule.minConfidence !== 0 || rule.minEvents !== other.minEvents || other.settleMs < rule.settleMs) return false;
  if (rule.withinMs !== undefined && rule.withinMs < (other.withinMs ?? Number.POSITIVE_INFINITY)) return false;
  const theirs = new Set(other.steps.filter(({ optional }) => !optional).map((step) => demand(step)));
  return rule.steps.every((step) => step.optional || theirs.has(demand(step)));
}

function demand({ types, where, after, withinMs, count, as }: Rule["steps"][number]): string {
  return canonicalJson({ as, types, where, after, withinMs, count });
}
