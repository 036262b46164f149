import { Context, Liquid, type Template } from "liquidjs/dist/liquid.browser.mjs";
import { LIQUID_FILTERS, LIQUID_TAGS, OWN_FILTERS } from "./template-filters.ts";

/** Longest template text, in UTF-16 units. */
const TEMPLATE_LENGTH_MAX = 16_384;
/** Nodes that one rendering may visit, counted rather than timed, so that every run ends the same way. */
const TEMPLATE_NODES_MAX = 20_000;
/** Characters and list elements that one rendering may make. */
const TEMPLATE_MEMORY_MAX = 1_000_000;

const liquid = new Liquid({
  strictFilters: true,
  strictVariables: false,
  ownPropertyOnly: true,
  cache: false,
  templates: {},
  parseLimit: TEMPLATE_LENGTH_MAX,
  memoryLimit: TEMPLATE_MEMORY_MAX,
});
for (const name of Object.keys(liquid.filters)) if (!LIQUID_FILTERS.includes(name)) delete liquid.filters[name];
for (const name of Object.keys(liquid.tags)) if (!LIQUID_TAGS.includes(name)) delete liquid.tags[name];
// A name such as `constructor` must not be found on the prototype of these tables.
Object.setPrototypeOf(liquid.filters, null);
Object.setPrototypeOf(liquid.tags, null);
for (const [name, filter] of Object.entries(OWN_FILTERS))
  liquid.registerFilter(name, (...args) => filter(args[0], args[1]));

/** Parses a template. @throws an error of liquidjs where the syntax, a tag or a filter is wrong */
export function parseTemplate(text: string): Template[] {
  return liquid.parse(text);
}

/** Renders a parsed template. @throws an error of liquidjs where a bound is reached */
export function renderTemplate(templates: readonly Template[], scope: StoryScope): string {
  return String(liquid.renderSync(templates, scope));
}

/** The names that one rendering sees, and what it could not find. */
export class StoryScope extends Context {
  /** How many variables were missing where a text was asked for. */
  missing = 0;

  constructor(names: Readonly<Record<string, unknown>>) {
    let left = TEMPLATE_NODES_MAX;
    const check = (): void => {
      left -= 1;
      if (left < 0) throw new RangeError(`a template may visit ${TEMPLATE_NODES_MAX} nodes`);
    };
    const own = Object.assign(Object.create(null), names);
    super(own, liquid.options, { sync: true }, { renderLimit: { check }, liquid });
  }

  /** Reads a path as `where` does: a key that leads nowhere tries the longer joined keys too. */
  override _getFromScope(from: unknown, path: readonly unknown[] | string): unknown {
    return this.#read(from, typeof path === "string" ? path.split(".") : path, 0);
  }

  #read(from: unknown, path: readonly unknown[], at: number): unknown {
    if (at === path.length) return from;
    const value = this.#read(this.readProperty(from, path[at]), path, at + 1) ?? undefined;
    if (value !== undefined || typeof from !== "object" || from === null) return value;
    let key = String(path[at]);
    for (let next = at + 1; next < path.length; next++) {
      key = `${key}.${String(path[next])}`;
      if (!Object.hasOwn(from, key)) continue;
      const joined = this.#read(this.readProperty(from, key), path, next + 1) ?? undefined;
      if (joined !== undefined) return joined;
    }
    return undefined;
  }
}
