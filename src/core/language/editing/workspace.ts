import { type Place, toData, type YamlNode } from "../yaml-tree.ts";
import { childAt, exactlyAt, type Named, type Outline, type RuleOutline, textAt } from "./outline.ts";

/** A rule file with what it holds by name. */
export interface OutlinedFile {
  readonly file: string;
  readonly outline: Outline;
}

/** The file that is edited, and those that are loaded with it. */
export interface Workspace {
  readonly here: OutlinedFile;
  /** All of them, this one included. */
  readonly files: readonly OutlinedFile[];
}

/** A rule and the file that it stands in. */
export interface FoundRule {
  readonly key: string;
  readonly rule: RuleOutline;
  readonly in: OutlinedFile;
}

/** All rules of a workspace by their keys, `pack/id`. */
export function rulesOf({ files }: Workspace): readonly FoundRule[] {
  return files.flatMap((one) =>
    one.outline.rules.map((rule) => ({ key: `${one.outline.name ?? ""}/${rule.name}`, rule, in: one })),
  );
}

/** The rule with a key, or with an id of the pack that is edited. */
export function findRule(written: string, workspace: Workspace): FoundRule | undefined {
  const key = written.includes("/") ? written : `${workspace.here.outline.name ?? ""}/${written}`;
  return rulesOf(workspace).find((found) => found.key === key);
}

/** The rule that a file names around a place: that of a patch, of an expected story, or under `why`. */
export function ruleNear(root: YamlNode, place: Place, workspace: Workspace): FoundRule | undefined {
  const why = place.indexOf("why");
  const asKey = why === -1 ? undefined : place[why + 1];
  if (typeof asKey === "string") return findRule(asKey, workspace);
  for (let length = place.length; 0 < length; length--) {
    const written = textAt(exactlyAt(root, place.slice(0, length)), "rule");
    if (written !== undefined) return findRule(written, workspace);
  }
  return undefined;
}

/** The steps or absences of the rule in whose piece a cursor stands, as they are typed now. */
export function slotsHere(root: YamlNode, key: "steps" | "absent"): readonly Pick<Named, "name" | "data">[] {
  const list = exactlyAt(root, ["rules", 0, key]);
  if (list?.kind !== "list") return [];
  return list.items.flatMap((item) => {
    const name = textAt(item, "as");
    return name === undefined ? [] : [{ name, data: toData(item) }];
  });
}

/** The ids of the events of the case in whose piece a cursor stands. */
export function eventIdsHere(root: YamlNode): readonly string[] {
  const list = childAt(exactlyAt(root, ["cases", 0]), "events");
  return list?.kind === "list" ? list.items.flatMap((item) => textAt(item, "id") ?? []) : [];
}
