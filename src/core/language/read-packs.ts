import { sha256Hex } from "../model/hash.ts";
import type { Rule, RulePack, RuleSet } from "../model/rule.ts";
import { applyOverlays } from "./apply-overlays.ts";
import { checkSet } from "./check-set.ts";
import { compareDiagnostics, type Diagnostic } from "./diagnostic.ts";
import { Findings } from "./findings.ts";
import { withoutIgnored } from "./ignore-comments.ts";
import { type FileReading, readRuleFile } from "./read-rule-file.ts";
import type { SourceText } from "./source-text.ts";

/** Most files read together. */
const FILES_MAX = 100;
/** Most rules loaded together. */
const RULES_MAX = 1_000;

/** What reading depends on besides the texts. */
export interface ReadOptions {
  /** The day, as `2026-12-31`, on which exceptions of overlays are looked at; without it none has expired. */
  readonly today?: string | undefined;
}

/** The packs of some sources, and everything that is wrong with them. */
export interface PacksReading {
  /** The packs without an error, in the order of the sources, with the overlays without an error laid over them. */
  readonly packs: readonly RulePack[];
  readonly rules: RuleSet;
  /** Sorted by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads rule packs and rule overlays, and says everything that is wrong with all of them at once. Never throws.
 * A pack with an error is not in `packs`, an overlay with one changes nothing; warnings keep none away.
 */
export function readPacks(sources: readonly SourceText[], { today }: ReadOptions = {}): PacksReading {
  const readings = sources.slice(0, FILES_MAX).map(readRuleFile);
  readings.push(...sources.slice(FILES_MAX).map(refuse));
  checkSet(readings);
  limitRules(readings);
  const packs = applyOverlays(readings, today);
  const diagnostics = readings.flatMap(({ findings }) => withoutIgnored(findings)).sort(compareDiagnostics);
  return { packs, rules: ruleSetOf(packs), diagnostics };
}

/** The rules of some packs as one immutable value. */
function ruleSetOf(packs: readonly RulePack[]): RuleSet {
  const rules = packs.flatMap((pack): readonly Rule[] => pack.rules);
  const sorted = rules.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const digests = packs.map(({ name, digest }) => `${name} ${digest}`).sort();
  return { packs, rules: sorted, digest: `sha256:${sha256Hex(digests.join("\n"))}` };
}

function refuse(source: SourceText): FileReading {
  const findings = new Findings(source);
  const message = `at most ${FILES_MAX} files are loaded together`;
  findings.atSpan({ start: 0, end: 1 }, { code: "TAP009", message });
  return { findings, pack: undefined };
}

function limitRules(readings: readonly FileReading[]): void {
  let count = 0;
  for (const { pack, findings } of readings) {
    if (pack === undefined) continue;
    count += pack.rules.length;
    if (RULES_MAX < count)
      findings.atKey(["rules"], { code: "TAP009", message: `at most ${RULES_MAX} rules are loaded together` });
  }
}
