import type { Span } from "../source-text.ts";
import type { Cursor } from "./cursor.ts";
import type { Named } from "./outline.ts";
import { wantedKey, wantedValue } from "./wanted-word.ts";
import { type FoundRule, findRule, type OutlinedFile, ruleNear, rulesOf, type Workspace } from "./workspace.ts";

/** What a word of a rule file names, and where that stands. */
export interface Referent {
  readonly kind: "step" | "pattern" | "list" | "template" | "rule" | "pack";
  readonly named: Named;
  readonly in: OutlinedFile;
  /** The rule itself, where it is one. */
  readonly rule?: FoundRule;
}

/** The thing that a word names; `undefined` where it names none that is known. */
export function referentOf(cursor: Cursor, workspace: Workspace): Referent | undefined {
  const { here } = workspace;
  const wanted = cursor.part === "key" ? wantedKey(cursor.place) : wantedValue(cursor.place);
  switch (wanted) {
    case "step":
    case "moment":
    case "slot":
      return slot(/^\s*(\w+)/.exec(cursor.text)?.[1], ruleOfSpan(cursor.span, here), here);
    case "stepOfRule":
    case "absenceOfRule": {
      const near = ruleNear(cursor.root, cursor.place, workspace);
      return near === undefined ? undefined : slot(/^\s*(\w+)/.exec(cursor.text)?.[1], near.rule, near.in);
    }
    case "pattern":
      return named("pattern", here.outline.patterns, cursor.text, here);
    case "template":
      return named("template", here.outline.templates, cursor.text, here);
    case "whereValue":
      return cursor.text.startsWith("$") ? named("list", here.outline.lists, cursor.text.slice(1), here) : undefined;
    case "rule":
      return asReferent(findRule(cursor.text, workspace));
    case "eventType":
      return asReferent(rulesOf(workspace).find(({ rule }) => `story.${rule.name}` === cursor.text));
    case "storyText":
      return stepInTemplate(cursor, here);
    case "packFile":
      return packFile(cursor.text, workspace);
    default:
      return undefined;
  }
}

function asReferent(found: FoundRule | undefined): Referent | undefined {
  return found === undefined ? undefined : { kind: "rule", named: found.rule, in: found.in, rule: found };
}

function named(kind: Referent["kind"], all: readonly Named[], name: string, file: OutlinedFile): Referent | undefined {
  const found = all.find((one) => one.name === name);
  return found === undefined ? undefined : { kind, named: found, in: file };
}

function slot(name: string | undefined, rule: FoundRule["rule"] | undefined, file: OutlinedFile): Referent | undefined {
  if (name === undefined || rule === undefined) return undefined;
  return named("step", [...rule.steps, ...rule.absent], name, file);
}

function ruleOfSpan({ start }: Span, { outline }: OutlinedFile): FoundRule["rule"] | undefined {
  return outline.rules.find(({ whole }) => whole.start <= start && start <= whole.end);
}

/** The step that a template names where the cursor is. */
function stepInTemplate({ before, word, span }: Cursor, here: OutlinedFile): Referent | undefined {
  const isInside = /\{[{%](?:(?!\}\}|%\}).)*$/s.test(before);
  return isInside ? slot(/^\w+/.exec(word)?.[0], ruleOfSpan(span, here), here) : undefined;
}

function packFile(written: string, { here, files }: Workspace): Referent | undefined {
  const way = here.file.split("/").slice(0, -1);
  for (const part of written.split("/")) {
    if (part === "..") way.pop();
    else if (part !== ".") way.push(part);
  }
  const found = files.find(({ file }) => file === way.join("/"));
  const start = { start: 0, end: 0 };
  return found && { kind: "pack", named: { name: written, span: start, whole: start, data: undefined }, in: found };
}
