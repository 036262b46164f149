import type { Rule } from "../model/rule.ts";
import { checkStoryLevels, checkStoryTypes, rulesById, StoryWays } from "./check-story-types.ts";
import type { RelatedPlace } from "./diagnostic.ts";
import { HidingRules, holdsWhenever } from "./hidden-rules.ts";
import { listed, nearest } from "./nearest.ts";
import type { PackReading } from "./read-pack.ts";

type Loaded = PackReading & { readonly pack: NonNullable<PackReading["pack"]> };

/** Where the rules with these keys stand, for findings to point to. */
type RelatedRules = (keys: readonly string[]) => readonly RelatedPlace[];

interface Outranking {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly circles: ReadonlyMap<string, number>;
  readonly related: RelatedRules;
}

/** Checks packs against each other: names, ids, and who outranks whom. */
export function checkSet(readings: readonly PackReading[]): void {
  const loaded = readings.filter((reading): reading is Loaded => reading.pack !== undefined);
  for (const name of new Set(loaded.map(({ pack }) => pack.name))) {
    const sameName = loaded.filter(({ pack }) => pack.name === name);
    if (1 < sameName.length) reportSameName(sameName);
  }
  const rules = new Map<string, Rule>();
  const ids = new Map<string, RelatedPlace>();
  for (const { pack, findings } of loaded) {
    for (const [at, rule] of pack.rules.entries()) {
      rules.set(rule.key, rule);
      ids.set(rule.key, findings.related(["rules", at, "id"], `\`${rule.key}\``));
    }
  }
  const related: RelatedRules = (keys) => keys.flatMap((key) => ids.get(key) ?? []);
  const byId = rulesById(rules.values());
  const hidingRules = new HidingRules(rules.values());
  const ways = new StoryWays(byId);
  const circles = circlesOf(rules);
  for (const reading of loaded) {
    const { findings, pack } = reading;
    reportSameIds(reading);
    for (const [at, rule] of pack.rules.entries()) {
      reportIdElsewhere(rule, at, reading, byId.get(rule.id) ?? [], related);
      checkSupersedes(rule, at, reading, { rules, circles, related });
      reportHidden(rule, at, reading, hidingRules.hiding(rule), related);
      checkStoryTypes(rule, ["rules", at], findings, byId);
      checkStoryLevels(rule, ["rules", at], findings, ways);
    }
  }
}

function reportSameName(readings: readonly Loaded[]): void {
  for (const { findings, pack } of readings) {
    const others = readings.filter((other) => other.findings !== findings).map((other) => `\`${other.pack.file}\``);
    const message = `${others.join(" and ")} ${others.length === 1 ? "has" : "have"} the name \`${pack.name}\` as well`;
    const related = readings.flatMap((other) =>
      other.findings === findings ? [] : [other.findings.related(["metadata", "name"], "the same name")],
    );
    findings.atValue(["metadata", "name"], { code: "TAP222", message, related });
  }
}

function reportSameIds({ findings, pack }: Loaded): void {
  const seen = new Map<string, number>();
  pack.rules.forEach(({ id }, at) => {
    const first = seen.get(id);
    if (first === undefined) seen.set(id, at);
    else {
      const related = [findings.related(["rules", first, "id"], "the other rule")];
      const message = `this pack already has a rule \`${id}\``;
      findings.atValue(["rules", at, "id"], { code: "TAP221", message, related });
    }
  });
}

/** Rules of one id in several packs share the type of their stories, `story.<id>`. */
function reportIdElsewhere(
  { id, pack }: Rule,
  at: number,
  { findings }: Loaded,
  same: readonly Rule[],
  related: RelatedRules,
): void {
  const others = new Set(same.flatMap((rule) => (rule.pack === pack ? [] : [rule.key])));
  if (others.size === 0) return;
  const message = `there is ${listed([...others])} too, and the events of both are of type \`story.${id}\``;
  findings.atValue(["rules", at, "id"], { code: "TAP228", message, related: related([...others]) });
}

function reportHidden(
  rule: Rule,
  at: number,
  { findings }: Loaded,
  hiding: Rule | undefined,
  related: RelatedRules,
): void {
  // What it supersedes by name is told at that name.
  if (hiding === undefined || hiding.supersedes.includes(rule.key)) return;
  const message = `\`${hiding.key}\` ranks above this rule and holds whenever it does, so it is never the headline`;
  const hint = "raise its `priority`, make it `standalone`, or ask for more";
  findings.atValue(["rules", at, "id"], { code: "TAP227", message, hint, related: related([hiding.key]) });
}

function checkSupersedes(rule: Rule, at: number, { findings }: Loaded, { rules, circles, related }: Outranking): void {
  rule.supersedes.forEach((key, index) => {
    const place = ["rules", at, "supersedes", index];
    const other = rules.get(key);
    if (other === undefined) {
      const near = nearest(key, rules.keys());
      const pack = key.slice(0, key.indexOf("/") + 1);
      // A pack that is loaded elsewhere may have it.
      if (near === undefined && ![...rules.keys()].some((known) => known.startsWith(pack))) return;
      const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
      findings.atValue(place, { code: "TAP223", message: `no loaded pack has a rule \`${key}\``, hint });
    } else if (key !== rule.key && circles.get(key) === circles.get(rule.key)) {
      findings.atValue(place, {
        code: "TAP224",
        message: `\`${key}\` supersedes \`${rule.key}\` in turn`,
        related: related([key]),
      });
    } else if (key !== rule.key && rule.mode === "active" && !other.standalone && holdsWhenever(rule, other)) {
      const message = `\`${rule.id}\` holds whenever \`${key}\` does, so that one is never the headline`;
      findings.atValue(place, { code: "TAP227", message, related: related([key]) });
    }
  });
}

/** A number for each rule, the same for those that supersede each other in a circle: Tarjan's components. */
function circlesOf(rules: ReadonlyMap<string, Rule>): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  const circles = new Map<string, number>();
  const open: string[] = [];
  const visit = (rule: Rule): number => {
    const [at, depth] = [seen.size, open.length];
    seen.set(rule.key, at);
    open.push(rule.key);
    let lowest = at;
    for (const key of rule.supersedes) {
      const next = rules.get(key);
      if (next !== undefined && !circles.has(key)) lowest = Math.min(lowest, seen.get(key) ?? visit(next));
    }
    if (lowest === at) for (const key of open.splice(depth)) circles.set(key, at);
    return lowest;
  };
  for (const rule of rules.values()) if (!seen.has(rule.key)) visit(rule);
  return circles;
}
