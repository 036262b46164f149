import { sha256Hex } from "../model/hash.ts";
import type { Rule, RulePack, RuleSet } from "../model/rule.ts";
import { checkSet } from "./check-set.ts";
import { compareDiagnostics, type Diagnostic } from "./diagnostic.ts";
import { Findings } from "./findings.ts";
import { withoutIgnored } from "./ignore-comments.ts";
import { type PackReading, readPack } from "./read-pack.ts";
import type { SourceText } from "./source-text.ts";

/** Most files read together. */
const FILES_MAX = 100;
/** Most rules loaded together. */
const RULES_MAX = 1_000;

/** The packs of some sources, and everything that is wrong with them. */
export interface PacksReading {
  /** The packs without an error, in the order of the sources. */
  readonly packs: readonly RulePack[];
  readonly rules: RuleSet;
  /** Sorted by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads rule packs and says everything that is wrong with all of them at once. Never throws.
 * A pack with an error is not in `packs`; warnings keep none away.
 */
export function readPacks(sources: readonly SourceText[]): PacksReading {
  const readings = sources.slice(0, FILES_MAX).map(readGuarded);
  for (const source of sources.slice(FILES_MAX)) {
    const findings = new Findings(source);
    findings.atSpan(
      { start: 0, end: 1 },
      { code: "TAP009", message: `at most ${FILES_MAX} files are loaded together` },
    );
    readings.push({ findings, pack: undefined });
  }
  checkSet(readings);
  limitRules(readings);
  const packs = readings.flatMap(({ pack, findings }) => (pack === undefined || findings.hasErrors ? [] : [pack]));
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

/** A text that breaks the reader itself (a stack that runs out) is a finding like any other. */
function readGuarded(source: SourceText): PackReading {
  try {
    return readPack(source);
  } catch (cause) {
    const findings = new Findings(source);
    const message = `the text can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    findings.atSpan({ start: 0, end: 1 }, { code: "TAP003", message });
    return { findings, pack: undefined };
  }
}

function limitRules(readings: readonly PackReading[]): void {
  let count = 0;
  for (const { pack, findings } of readings) {
    if (pack === undefined) continue;
    count += pack.rules.length;
    if (RULES_MAX < count)
      findings.atKey(["rules"], { code: "TAP009", message: `at most ${RULES_MAX} rules are loaded together` });
  }
}
