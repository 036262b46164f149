import type { Template, Token, Value } from "liquidjs/dist/liquid.browser.mjs";
import { parseTemplate } from "./template-engine.ts";
import { branchesOf, childrenOf, hasDefault, isOutput, type Variable, variablesOf } from "./template-nodes.ts";

/** One name in a template that the story's scope must answer. */
export interface TemplateName {
  /** The first part, a step's name; loop variables and assigned names are left out. */
  readonly root: string;
  /** The rest, such as `entity.name`; empty where the root stands alone. */
  readonly path: string;
  /** It is only read where a condition asked for it before, or has a default. */
  readonly optionalGuard: boolean;
  /** It only decides a branch or a loop: nothing is printed. */
  readonly asked: boolean;
  /** Place in the template's text, half-open. */
  readonly offset: number;
  readonly end: number;
}

/** What is in a template: its first problem of syntax, or the names it uses. */
export interface TemplateInspection {
  readonly problem?: string;
  /** Where the problem is, in the template's text. */
  readonly offset?: number;
  readonly names: readonly TemplateName[];
}

/** Reads a template for lint. Never throws. */
export function inspectTemplate(text: string): TemplateInspection {
  if (!text.includes("{{") && !text.includes("{%")) return { names: [] };
  let nodes: readonly Template[];
  try {
    nodes = parseTemplate(text);
  } catch (error) {
    return { ...problemOf(error), names: [] };
  }
  const names: TemplateName[] = [];
  const walk: Walk = { guards: new Set(), locals: new Set(["forloop"]), names };
  for (const node of nodes) inspectNode(node, walk);
  return { names };
}

interface Walk {
  readonly guards: ReadonlySet<string>;
  /** Names that the template itself gives: loop variables, assigned names. */
  readonly locals: Set<string>;
  readonly names: TemplateName[];
}

function inspectNode(node: Template, walk: Walk): void {
  const branches = branchesOf(node);
  if (branches !== undefined) {
    for (const { value, templates } of branches) {
      const asked = value === undefined ? [] : variablesOf(value);
      record(asked, walk, { guarded: true, asked: true });
      const guards = new Set([...walk.guards, ...asked.map(({ root }) => root)]);
      for (const child of templates) inspectNode(child, { ...walk, guards });
    }
    return;
  }
  for (const value of node.arguments?.() ?? []) {
    record(variablesOf(value), walk, { guarded: isValue(value) && hasDefault(value), asked: !isOutput(node) });
  }
  for (const local of node.localScope?.() ?? []) walk.locals.add(typeof local === "string" ? local : local.content);
  const inner = new Set([...walk.locals, ...(node.blockScope?.() ?? [])]);
  for (const child of childrenOf(node)) inspectNode(child, { ...walk, locals: inner });
}

function isValue(value: Value | Token): value is Value {
  return "filters" in value;
}

function record(variables: readonly Variable[], walk: Walk, how: { guarded: boolean; asked: boolean }): void {
  for (const { root, path, token } of variables) {
    if (walk.locals.has(root)) continue;
    const optionalGuard = how.guarded || walk.guards.has(root);
    walk.names.push({ root, path, optionalGuard, asked: how.asked, offset: token.begin, end: token.end });
  }
}

function problemOf(error: unknown): { problem: string; offset?: number } {
  const { message, token } = error as { message?: unknown; token?: { begin?: unknown } };
  const problem = String(message).replace(/, line:\d+, col:\d+$/, "");
  return typeof token?.begin === "number" ? { problem, offset: token.begin } : { problem };
}
