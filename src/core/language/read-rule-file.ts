import { checkShape } from "./check-shape.ts";
import { Findings } from "./findings.ts";
import { nearest } from "./nearest.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { RawOverlay } from "./raw-overlay.ts";
import { type PackReading, readPack } from "./read-pack.ts";
import { checkRuleOverlay } from "./schema-validators.ts";
import type { SourceText } from "./source-text.ts";
import { toData, type YamlNode } from "./yaml-tree.ts";

/** A pack or an overlay after its file was read alone, with what is wrong so far. */
export interface FileReading extends PackReading {
  /** What an overlay asks for, where the file is one and its shape is right. */
  readonly overlay?: RawOverlay | undefined;
}

/** Reads a rule pack or a rule overlay. Never throws. */
export function readRuleFile(source: SourceText): FileReading {
  const findings = new Findings(source);
  try {
    const root = parseYaml(findings);
    if (root === undefined) return { findings, pack: undefined };
    findings.root = root;
    const kind = kindOf(root);
    if (kind.startsWith("RuleTest")) return refuseTest(kind, findings);
    return kind === "RuleOverlay" ? readOverlay(root, findings) : readPack(root, findings);
  } catch (cause) {
    // A text that breaks the reader itself (a stack that runs out) is a finding like any other.
    const message = `the text can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    findings.atSpan({ start: 0, end: 1 }, { code: "TAP003", message });
    return { findings, pack: undefined };
  }
}

const KINDS = ["RulePack", "RuleOverlay", "RuleTest"] as const;

/** What a file says it is, misspelt or not; one that doesn't say is told by what is in it. */
function kindOf(root: YamlNode): string {
  if (root.kind !== "map") return "";
  const said = root.entries.get("kind")?.node;
  if (said?.kind !== "scalar") return root.entries.has("patches") && !root.entries.has("rules") ? "RuleOverlay" : "";
  const word = String(said.value);
  return KINDS.find((kind) => kind === word) ?? nearest(word, KINDS) ?? word;
}

function refuseTest(kind: string, findings: Findings): FileReading {
  const hint = "a file of rule tests is named `*.test.yaml`";
  findings.atValue(["kind"], { code: "TAP104", message: `\`${kind}\` is no kind of rule pack`, hint });
  return { findings, pack: undefined };
}

function readOverlay(root: YamlNode, findings: Findings): FileReading {
  checkShape(root, checkRuleOverlay, findings);
  return { findings, pack: undefined, overlay: findings.hasErrors ? undefined : (toData(root) as RawOverlay) };
}
