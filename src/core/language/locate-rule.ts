import { Findings } from "./findings.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Position, SourceText } from "./source-text.ts";
import { keySpan, nodeAt, type Place } from "./yaml-tree.ts";

/** Finds places in the rules of a pack's text, such as `["steps", 1, "within"]`, or what of it is written. */
export function rulesLocator(source: SourceText): (ruleId: string, place: Place) => Position {
  const root = parseYaml(new Findings(source));
  const rules = root === undefined ? undefined : nodeAt(root, ["rules"]);
  const ids = rules?.kind === "list" ? rules.items.map((_rule, at) => idOf(nodeAt(rules, [at, "id"]))) : [];
  return (ruleId, place) => {
    const at = ids.indexOf(ruleId);
    if (root === undefined || at < 0) return { line: 1, column: 1 };
    return source.positionAt(keySpan(root, ["rules", at, ...place]).start);
  };
}

function idOf(node: ReturnType<typeof nodeAt>): unknown {
  return node.kind === "scalar" ? node.value : undefined;
}
