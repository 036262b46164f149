import { type Template as Node, TypeGuards } from "liquidjs/dist/liquid.browser.mjs";
import { isOutput, plainVariable } from "./template-nodes.ts";

/** A text as it stands, or the path of a value that is printed as it is. */
type Piece = string | readonly string[];

/** Names that liquidjs answers itself where a value has none of its own. */
const ANSWERED: readonly (string | number)[] = ["size", "first", "last"];

/**
 * A template that only prints texts and variables, as most: {@link PlainTemplate.render} reads those
 * without liquidjs, wherever each step of a path is an object's own field.
 */
export class PlainTemplate {
  readonly #pieces: readonly Piece[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** `undefined` where a template does more than that. */
  static of(nodes: readonly Node[]): PlainTemplate | undefined {
    const pieces: Piece[] = [];
    for (const node of nodes) {
      const { token } = node;
      const piece = TypeGuards.isHTMLToken(token) ? token.getContent() : pathOf(node);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    }
    return new PlainTemplate(pieces);
  }

  /** The text; `undefined` where some value is missing or is no plain one, so that liquidjs must say what to print. */
  render(names: Readonly<Record<string, unknown>>): string | undefined {
    let text = "";
    for (const piece of this.#pieces) {
      const more = typeof piece === "string" ? piece : valueAt(names, piece);
      if (more === undefined) return undefined;
      text += more;
    }
    return text;
  }
}

function pathOf(node: Node): readonly string[] | undefined {
  const hops = isOutput(node) ? plainVariable(node)?.hops : undefined;
  const isPlain = (hop: string | number): hop is string => typeof hop === "string" && !ANSWERED.includes(hop);
  return hops?.every(isPlain) === true ? hops : undefined;
}

function valueAt(names: unknown, path: readonly string[]): string | undefined {
  let value = names;
  for (const hop of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, hop))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[hop];
  }
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
