import { fieldPaths } from "../event-fields.ts";
import type { Cursor } from "./cursor.ts";
import { slotInWords, testInWords } from "./in-words.ts";
import type { Named } from "./outline.ts";
import { schemaAt } from "./schema-tree.ts";
import type { Suggestion } from "./suggestion.ts";
import type { WantedWord } from "./wanted-word.ts";
import { eventIdsHere, ruleNear, rulesOf, slotsHere, type Workspace } from "./workspace.ts";

/** The names that may stand where a word of some kind is wanted. */
export function wordsFor(wanted: WantedWord, cursor: Cursor, workspace: Workspace): readonly Suggestion[] {
  const { outline } = workspace.here;
  switch (wanted) {
    case "step":
    case "moment":
      return slotWords(stepsBefore(cursor), workspace);
    case "slot":
      return slotWords([...slotsHere(cursor.root, "steps"), ...slotsHere(cursor.root, "absent")], workspace);
    case "stepOfRule":
      return slotWords(ruleNear(cursor.root, cursor.place, workspace)?.rule.steps ?? [], workspace);
    case "absenceOfRule":
      return slotWords(ruleNear(cursor.root, cursor.place, workspace)?.rule.absent ?? [], workspace);
    case "pattern":
      return outline.patterns.map(({ name, data }) => ({
        label: name,
        kind: "pattern",
        description: testInWords(data, outline),
      }));
    case "template":
      return outline.templates.map(({ name }) => ({ label: name, kind: "pattern" }));
    case "rule":
      return ruleWords(workspace);
    case "eventType":
      return typeWords(workspace);
    case "eventField":
      return fieldWords("event", workspace);
    case "stepField":
      return fieldWords("step", workspace);
    case "whereValue":
      return outline.lists.map(({ name, data }) => ({ label: `$${name}`, kind: "list", detail: JSON.stringify(data) }));
    case "eventId":
      return eventIdsHere(cursor.root).map((label) => ({ label, kind: "event" }));
    case "packFile":
      return packPaths(workspace).map((label) => ({ label, kind: "value" }));
    case "storyText":
      return [];
  }
}

/** A step follows others, not itself. */
function stepsBefore({ root, place }: Cursor): readonly Pick<Named, "name" | "data">[] {
  const own = place[2] === "steps" ? place[3] : undefined;
  return slotsHere(root, "steps").filter((_, at) => at !== own);
}

function slotWords(slots: readonly Pick<Named, "name" | "data">[], { here }: Workspace): readonly Suggestion[] {
  return slots.map(({ name, data }) => ({
    label: name,
    kind: "step",
    description: slotInWords(data, here.outline),
  }));
}

function ruleWords(workspace: Workspace): readonly Suggestion[] {
  const isPack = workspace.here.outline.kind === "RulePack";
  return rulesOf(workspace).map(({ key, rule, in: { file } }) => ({
    label: isPack && file === workspace.here.file ? rule.name : key,
    kind: "rule",
    description: rule.title,
  }));
}

function typeWords(workspace: Workspace): readonly Suggestion[] {
  const seen = new Set(workspace.files.flatMap(({ outline }) => [...outline.types]));
  const told = rulesOf(workspace).map(({ rule }) => `story.${rule.name}`);
  return [...new Set([...[...seen].sort(), ...told])].map((label) => ({ label, kind: "type" }));
}

/** Paths of events or of bound steps, those of `attributes` that the packs test included. */
export function fieldWords(of: "event" | "step", { files }: Workspace): readonly Suggestion[] {
  const attributes = new Set(files.flatMap(({ outline }) => [...outline.attributes]));
  return [...fieldPaths(of), ...[...attributes].sort()].map((label) => ({
    label,
    kind: "field",
    description: describeField(label),
  }));
}

/** What the schema of events says of a path. */
export function describeField(path: string): string | undefined {
  const hops = path.replace(/^(first|last|all)\./, "").split(/\.(?![^[]*\])/);
  const [first = "", second] = hops;
  const list = /^([a-z]+)\[/i.exec(first);
  const place = list === null ? hops.slice(0, first === "attributes" ? 1 : 2) : [list[1] ?? "", 0, second ?? ""];
  return STEP_FIELDS[path] ?? schemaAt("event", place)?.description;
}

const STEP_FIELDS: Readonly<Record<string, string>> = {
  distinct: "How many distinct values of `count.distinct` were seen.",
  all: "All events of this step.",
};

/** Packs as a rule test names them: paths from its own folder. */
function packPaths({ here, files }: Workspace): readonly string[] {
  const from = here.file.split("/").slice(0, -1);
  return files.flatMap(({ file, outline }) => {
    if (outline.kind === "RuleTest" || outline.kind === undefined || file === here.file) return [];
    const to = file.split("/");
    const shared = from.findIndex((part, at) => part !== to[at]);
    const length = shared === -1 ? from.length : shared;
    return [[...from.slice(length).map(() => ".."), ...to.slice(length)].join("/")];
  });
}
