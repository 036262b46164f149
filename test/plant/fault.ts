/** A mistake of one line, as people make them. `npm run plant` makes each of them, and the tests must notice. */
export interface Fault {
  /** What it breaks, in a few words. */
  readonly breaks: string;
  readonly file: string;
  /** Text that stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A file of the engine. */
export const engine = (name: string): string => `src/core/engine/${name}.ts`;

/** A file of the expressions. */
export const expression = (name: string): string => `src/core/expression/${name}.ts`;
