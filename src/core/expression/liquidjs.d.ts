/**
 * The part of liquidjs that templates use. Its own declarations ask for Node's, which the core must not
 * see; its browser build is used because it has no file system.
 */
declare module "liquidjs/dist/liquid.browser.mjs" {
  export interface Token {
    readonly begin: number;
    readonly end: number;
    getText(): string;
  }
  export interface PropertyAccessToken extends Token {
    readonly variable?: Token;
    readonly props: readonly Token[];
  }
  export interface FilterCall {
    readonly name: string;
    readonly args: readonly (Token | readonly [string, Token])[];
  }
  export interface Expression {
    readonly postfix: readonly Token[];
  }
  export class Value {
    readonly initial: Expression;
    readonly filters: readonly FilterCall[];
    value(context: Context, lenient?: boolean): Iterator<unknown>;
  }
  export interface Emitter {
    write(html: unknown): void;
  }
  export interface Template {
    readonly token: Token;
    render(context: Context, emitter: Emitter): Iterable<unknown>;
    children?(partials: boolean, sync: boolean): Iterator<unknown, readonly Template[]>;
    arguments?(): Iterable<Value | Token>;
    localScope?(): Iterable<{ readonly content: string } | string>;
    blockScope?(): Iterable<string>;
  }
  export interface Branch {
    readonly value: Value;
    readonly templates: readonly Template[];
  }
  export class IfTag implements Template {
    readonly token: Token;
    readonly branches: readonly Branch[];
    readonly elseTemplates?: readonly Template[];
    render(context: Context, emitter: Emitter): Iterable<unknown>;
  }
  export class UnlessTag extends IfTag {}
  export class ForTag implements Template {
    readonly token: Token;
    readonly variable: string;
    readonly collection: Token;
    readonly hash: { readonly hash: Readonly<Record<string, unknown>> };
    readonly templates: readonly Template[];
    readonly elseTemplates: readonly Template[];
    render(context: Context, emitter: Emitter): Iterable<unknown>;
  }
  export class AssignTag implements Template {
    readonly token: Token;
    readonly key: string;
    readonly value: Value;
    render(context: Context, emitter: Emitter): Iterable<unknown>;
  }
  export class Output implements Template {
    readonly token: Token;
    readonly value: Value;
    render(context: Context, emitter: Emitter): Iterable<unknown>;
  }
  export interface Limits {
    readonly renderLimit?: { check(nowMs: number): void };
    readonly liquid?: Liquid;
  }
  export class Context {
    constructor(scope: object, options: object, renderOptions: { readonly sync: boolean }, limits: Limits);
    readProperty(from: unknown, key: unknown): unknown;
    _getFromScope(from: unknown, path: readonly unknown[] | string): unknown;
    getSync(path: readonly unknown[]): unknown;
  }
  export class Liquid {
    constructor(options: Readonly<Record<string, unknown>>);
    readonly options: object;
    readonly filters: Record<string, unknown>;
    readonly tags: Record<string, unknown>;
    parse(text: string): Template[];
    renderSync(templates: readonly Template[], scope: Context): unknown;
    registerFilter(name: string, filter: (...args: readonly unknown[]) => unknown): void;
  }
  export function evalToken(token: Token, context: Context, lenient?: boolean): Iterator<unknown>;
  export function toValueSync(steps: unknown): unknown;
  export const filters: Readonly<Record<string, (this: object, ...args: readonly unknown[]) => unknown>>;
  export const TypeGuards: {
    isOperatorToken(token: unknown): token is Token & { readonly operator: string };
    isPropertyAccessToken(token: unknown): token is PropertyAccessToken;
    isHTMLToken(token: unknown): token is Token & { getContent(): string };
    isRangeToken(token: unknown): token is Token & { readonly lhs: Token; readonly rhs: Token };
  };
}
