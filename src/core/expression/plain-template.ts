import {
  AssignTag,
  ForTag,
  IfTag,
  type Template as Node,
  type Output,
  TypeGuards,
  UnlessTag,
} from "liquidjs/dist/liquid.browser.mjs";
import { PlainScope, UNREAD } from "./plain-scope.ts";
import { isTruthy, neededBy, operandOf, plainValue } from "./plain-value.ts";
import { isOutput } from "./template-nodes.ts";

/** Prints one node; `false` where only liquidjs can. */
type Printer = (scope: PlainScope) => boolean;

/**
 * A template of texts, values, conditions, loops and assigned names, as nearly all: {@link PlainTemplate.render}
 * prints those without liquidjs, several times as fast, wherever all values are plain ones.
 */
export class PlainTemplate {
  readonly #print: Printer;

  private constructor(print: Printer) {
    this.#print = print;
  }

  /** `undefined` where a template does more than that. */
  static of(nodes: readonly Node[]): PlainTemplate | undefined {
    const print = allOf(nodes);
    return print === undefined ? undefined : new PlainTemplate(print);
  }

  /** The text; `undefined` where some value is missing or is no plain one, so that liquidjs must say what to print. */
  render(names: Readonly<Record<string, unknown>>): string | undefined {
    const scope = new PlainScope(names);
    return this.#print(scope) ? scope.text : undefined;
  }
}

function allOf(nodes: readonly Node[]): Printer | undefined {
  const printers = nodes.map(printerOf).filter((print) => print !== undefined);
  if (printers.length !== nodes.length) return undefined;
  return (scope) => scope.visit() && printers.every((print) => scope.visit() && print(scope));
}

function printerOf(node: Node): Printer | undefined {
  const { token } = node;
  if (TypeGuards.isHTMLToken(token)) return printText(token.getContent());
  if (isOutput(node)) return printOutput(node);
  if (node instanceof IfTag || node instanceof UnlessTag) return printBranch(node);
  if (node instanceof ForTag) return printLoop(node);
  return node instanceof AssignTag ? assignName(node) : undefined;
}

function printText(text: string): Printer {
  return (scope) => {
    scope.text += text;
    return true;
  };
}

function printOutput({ value }: Output): Printer | undefined {
  const read = plainValue(value);
  const needed = neededBy(value);
  if (read === undefined || needed === undefined) return undefined;
  return (scope) => {
    if (needed.some((each) => each(scope) === undefined)) return false;
    const found = read(scope);
    if (typeof found !== "string" && typeof found !== "number" && typeof found !== "boolean") return false;
    scope.text += String(found);
    return true;
  };
}

/** `if` and `unless`, which asks the contrary of its first branch only. */
function printBranch(node: IfTag): Printer | undefined {
  const branches = node.branches.flatMap(({ value, templates }, at) => {
    const [read, print] = [plainValue(value), allOf(templates)];
    const wanted = !(node instanceof UnlessTag) || 0 < at;
    return read === undefined || print === undefined ? [] : [{ read, print, wanted }];
  });
  const otherwise = allOf(node.elseTemplates ?? []);
  if (otherwise === undefined || branches.length !== node.branches.length) return undefined;
  return (scope) => {
    for (const { read, print, wanted } of branches) {
      const asked = read(scope);
      if (asked === UNREAD) return false;
      if (isTruthy(asked) === wanted) return print(scope);
    }
    return otherwise(scope);
  };
}

function printLoop({ variable, collection, hash, templates, elseTemplates }: ForTag): Printer | undefined {
  const read = operandOf(collection);
  const [print, otherwise] = [allOf(templates), allOf(elseTemplates)];
  const hasParameters = 0 < Object.keys(hash.hash).length;
  if (read === undefined || print === undefined || otherwise === undefined || hasParameters) return undefined;
  return (scope) => {
    const list = read(scope);
    if (list === undefined) return otherwise(scope);
    if (!Array.isArray(list)) return false;
    if (list.length === 0) return otherwise(scope);
    return list.every((item: unknown) => {
      scope.enter(variable, item);
      const isPrinted = print(scope);
      scope.leave();
      return isPrinted;
    });
  };
}

function assignName({ key, value }: AssignTag): Printer | undefined {
  const read = plainValue(value);
  if (read === undefined) return undefined;
  return (scope) => {
    const found = read(scope);
    if (found === UNREAD) return false;
    scope.assign(key, found);
    return true;
  };
}
