import type { RulePack } from "../model/rule.ts";
import { checkShape } from "./check-shape.ts";
import type { DiagnosticCode } from "./codes.ts";
import { digestOf } from "./digest.ts";
import { Findings } from "./findings.ts";
import { mendShape } from "./mend-shape.ts";
import { type PackContext, readDuration } from "./pack-context.ts";
import type { RawPack } from "./raw-pack.ts";
import { readParts } from "./read-event-test.ts";
import { readRule } from "./read-rule.ts";
import { checkRulePack } from "./schema-validators.ts";
import { ENGINE_VERSION, isVersion, satisfies } from "./version-range.ts";
import { toData, type YamlNode } from "./yaml-tree.ts";

/** One file after it was read alone: the pack where its shape is right, and what is wrong so far. */
export interface PackReading {
  readonly findings: Findings;
  /** There even with errors of meaning, so that packs can be checked against each other. */
  readonly pack: RulePack | undefined;
}

/** Reads one rule pack out of its tree: shape, then meaning. */
export function readPack(root: YamlNode, findings: Findings): PackReading {
  checkShape(root, checkRulePack, findings);
  if (!findings.hasErrors) return { findings, pack: readMeaning(toData(root) as RawPack, findings) };
  const mended = mendShape(root, checkRulePack);
  if (mended !== undefined) {
    const beside = new Findings(findings.source);
    beside.root = mended.root;
    readMeaning(mended.data as RawPack, beside, mended.unsound);
    for (const { span, ...finding } of beside.diagnostics)
      if (STANDS_ALONE.has(finding.code)) findings.atSpan(span, finding);
  }
  return { findings, pack: undefined };
}

/** Findings about a text as it is written, which are true whatever is wrong with the shape beside it. */
const STANDS_ALONE: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  ...(["TAP201", "TAP202", "TAP203", "TAP204", "TAP205", "TAP206", "TAP212"] as const),
  ...(["TAP225", "TAP226", "TAP241", "TAP242"] as const),
]);

function readMeaning(raw: RawPack, findings: Findings, unsound: ReadonlySet<number> = new Set()): RulePack {
  const context: PackContext = { pack: raw, findings, usedLists: new Set(), usedPatterns: new Set() };
  checkHead(context);
  const digest = digestOf(raw);
  for (const [name, pattern] of Object.entries(raw.patterns ?? {})) readParts(pattern, ["patterns", name], context);
  const sound = [...raw.rules.entries()].filter(([at]) => !unsound.has(at));
  const rules = sound.map(([at, rule]) => readRule(rule, ["rules", at], context, digest));
  checkUse(context);
  const { name, version, owner } = raw.metadata;
  return { name, version, owner, digest, file: findings.source.file, rules };
}

function checkHead({ pack, findings }: PackContext): void {
  const { metadata, requires, defaults } = pack;
  if (!isVersion(metadata.version)) {
    const hint = "write `major.minor.patch`, such as `1.4.0`";
    findings.atValue(["metadata", "version"], {
      code: "TAP226",
      message: `\`${metadata.version}\` is not a version`,
      hint,
    });
  }
  readDuration(defaults?.skew, ["defaults", "skew"], findings);
  readDuration(defaults?.settle, ["defaults", "settle"], findings);
  const range = requires?.engine;
  const fits = range === undefined ? true : satisfies(ENGINE_VERSION, range);
  if (fits === undefined) {
    const hint = "write comparisons that must all hold, such as `>=0.1 <1`";
    findings.atValue(["requires", "engine"], {
      code: "TAP226",
      message: `\`${range}\` is not a range of versions`,
      hint,
    });
  } else if (!fits) {
    findings.atValue(["requires", "engine"], {
      code: "TAP225",
      message: `this pack asks for engine \`${range}\`, and this is ${ENGINE_VERSION}`,
    });
  }
}

/** Reports what nothing uses, unless a misspelt name is what should have used it. */
function checkUse({ pack, findings, usedLists, usedPatterns }: PackContext): void {
  const codes = new Set(findings.diagnostics.map(({ code }) => code));
  for (const name of Object.keys(pack.lists ?? {})) {
    if (!usedLists.has(name) && !codes.has("TAP205"))
      findings.atKey(["lists", name], { code: "TAP207", message: `nothing uses the list \`${name}\`` });
  }
  for (const name of Object.keys(pack.patterns ?? {})) {
    if (!usedPatterns.has(name) && !codes.has("TAP206"))
      findings.atKey(["patterns", name], { code: "TAP208", message: `nothing uses the pattern \`${name}\`` });
  }
}
