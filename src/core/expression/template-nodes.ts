import {
  type FilterCall,
  IfTag,
  Output,
  type PropertyAccessToken,
  type Template,
  type Token,
  TypeGuards,
  toValueSync,
  UnlessTag,
  Value,
} from "liquidjs/dist/liquid.browser.mjs";

/** A variable as a template names it, such as `oom.entity.name`. */
export interface Variable {
  readonly token: PropertyAccessToken;
  readonly root: string;
  /** Root and all that follows it; `undefined` where some of it is only known at run time. */
  readonly hops: readonly (string | number)[] | undefined;
  /** What follows the root, `[*]` standing for what is only known at run time; empty for a bare root. */
  readonly path: string;
}

/** The nodes directly under a node: of a tag its branches, of anything else none. */
export function childrenOf(node: Template): readonly Template[] {
  const children = node.children?.(false, true);
  return children === undefined ? [] : (toValueSync(children) as readonly Template[]);
}

/** Branches of `if` and `unless` with the condition that guards each; `undefined` for other nodes. */
export function branchesOf(
  node: Template,
): readonly { value: Value | undefined; templates: readonly Template[] }[] | undefined {
  if (!(node instanceof IfTag) && !(node instanceof UnlessTag)) return undefined;
  return [...node.branches, { value: undefined, templates: node.elseTemplates ?? [] }];
}

/** Whether a node prints a value. */
export function isOutput(node: Template): node is Output {
  return node instanceof Output;
}

/** All variables that an expression, its filters and their arguments name. */
export function variablesOf(value: Value | Token): readonly Variable[] {
  if (!(value instanceof Value)) return variablesOfToken(value);
  return [...initialVariables(value), ...value.filters.flatMap(argumentVariables)];
}

/** The variables that an expression names before its first filter. */
export function initialVariables(value: Value): readonly Variable[] {
  return value.initial.postfix.flatMap(variablesOfToken);
}

/** The variables that the arguments of one filter name. */
export function argumentVariables(filter: FilterCall): readonly Variable[] {
  return filter.args.flatMap((argument) => variablesOfToken("length" in argument ? argument[1] : argument));
}

/** The variable that an output prints as it is: most outputs. */
export function plainVariable({ value }: Pick<Output, "value">): Variable | undefined {
  const [first, ...more] = value.initial.postfix;
  const [subject, ...others] = initialVariables(value);
  const isPlain = value.filters.length === 0 && more.length === 0 && first === subject?.token && others.length === 0;
  return isPlain ? subject : undefined;
}

/** Whether an expression says what stands in for a missing value. */
export function hasDefault(value: Value): boolean {
  return value.filters.some(({ name }) => name === "default");
}

function variablesOfToken(token: Token): readonly Variable[] {
  if (TypeGuards.isRangeToken(token)) return [...variablesOfToken(token.lhs), ...variablesOfToken(token.rhs)];
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return [];
  const inner = token.props.flatMap(variablesOfToken);
  const all = token.props.map((prop) => ("content" in prop ? prop.content : undefined));
  const [root, ...rest] = all;
  if (typeof root !== "string") return inner;
  const known = all.filter((hop) => typeof hop === "string" || typeof hop === "number");
  const hops = rest.map((hop) => (typeof hop === "string" ? `.${hop}` : typeof hop === "number" ? `[${hop}]` : "[*]"));
  return [
    { token, root, hops: known.length === all.length ? known : undefined, path: hops.join("").replace(/^\./, "") },
    ...inner,
  ];
}
