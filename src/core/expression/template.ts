import {
  type Emitter,
  evalToken,
  type Template as Node,
  type Output,
  toValueSync,
} from "liquidjs/dist/liquid.browser.mjs";
import { PlainTemplate } from "./plain-template.ts";
import { parseTemplate, renderTemplate, StoryScope } from "./template-engine.ts";
import {
  argumentVariables,
  childrenOf,
  hasDefault,
  initialVariables,
  isOutput,
  plainVariable,
  type Variable,
} from "./template-nodes.ts";

/** What one rendering gave. */
export interface Rendered {
  readonly text: string;
  /** How many variables were missing; each shows as `‹missing: a.b›`. */
  readonly missing: number;
  /** The template could not be read, or a bound was reached; `text` is then empty. */
  readonly failed: boolean;
}

/** Compiled words of a story. */
export interface Template {
  /** Renders with these names in scope, mostly bound steps. Never throws; changes nothing. */
  render(scope: Readonly<Record<string, unknown>>): Rendered;
}

const FAILED: Rendered = { text: "", missing: 0, failed: true };

/**
 * Compiles a Liquid template: own properties only, no files, a closed list of tags and filters, bounded.
 * Never throws; a template that can't be read renders as failed.
 */
export function compileTemplate(text: string): Template {
  if (!text.includes("{{") && !text.includes("{%")) {
    const whole: Rendered = { text, missing: 0, failed: false };
    return { render: () => whole };
  }
  const nodes = parse(text);
  if (nodes === undefined) return { render: () => FAILED };
  const plain = PlainTemplate.of(nodes);
  return {
    render(names) {
      const whole = plain?.render(names);
      if (whole !== undefined) return { text: whole, missing: 0, failed: false };
      try {
        const scope = new StoryScope(names);
        const rendered = renderTemplate(nodes, scope);
        return { text: rendered, missing: scope.missing, failed: false };
      } catch {
        return FAILED;
      }
    },
  };
}

function parse(text: string): readonly Node[] | undefined {
  try {
    const nodes = parseTemplate(text);
    nodes.forEach(showMissing);
    return nodes;
  } catch {
    return undefined;
  }
}

/** Makes every output under a node say what is missing, where liquidjs would print nothing. */
function showMissing(node: Node): void {
  childrenOf(node).forEach(showMissing);
  if (!isOutput(node)) return;
  const output: Output = node;
  const stand = hasDefault(output.value);
  const needed = stand ? [] : [...initialVariables(output.value), ...output.value.filters.flatMap(argumentVariables)];
  const [subject] = initialVariables(output.value);
  const only = plainVariable(output);
  output.render = function* (context, emitter: Emitter) {
    const scope = context as StoryScope;
    const absent = only === undefined ? needed.find((variable) => isMissing(evaluate(variable, scope))) : undefined;
    const value =
      only !== undefined
        ? evaluate(only, scope)
        : absent === undefined
          ? toValueSync(output.value.value(scope))
          : undefined;
    if (absent === undefined && !isMissing(value)) return emitter.write(value);
    const name = (absent ?? subject)?.token.getText() ?? output.token.getText();
    scope.missing += 1;
    emitter.write(`‹missing: ${name}›`);
  };
}

function evaluate(variable: Variable, scope: StoryScope): unknown {
  const { hops, token } = variable;
  return hops === undefined ? toValueSync(evalToken(token, scope, true)) : scope.getSync(hops);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
