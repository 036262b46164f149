/** The version of this engine that packs may ask for with `requires.engine`; package.json says the same. */
export const ENGINE_VERSION = "0.1.0";

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const COMPARISON = /^(>=|<=|>|<|=)?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/;

/** Whether a text is a semantic version. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Whether a version satisfies a range of comparisons that must all hold; `undefined` for what is no range. */
export function satisfies(version: string, range: string): boolean | undefined {
  const [, ...own] = VERSION.exec(version) ?? [];
  const texts = range.trim().split(/\s+/);
  let holds = true;
  for (const text of texts) {
    const [, sign = "=", ...parts] = COMPARISON.exec(text) ?? [];
    if (parts.length === 0) return undefined;
    const given = parts.filter((part) => part !== undefined);
    // `=1.2` takes every 1.2.x; the others fill up with zeros.
    const length = sign === "=" ? given.length : 3;
    holds &&= compares(sign, difference(own.map(Number), given.map(Number), length));
  }
  return holds;
}

function difference(a: readonly number[], b: readonly number[], length: number): number {
  for (let at = 0; at < length; at++) {
    const by = (a[at] ?? 0) - (b[at] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
}

function compares(sign: string, by: number): boolean {
  if (sign === ">=") return 0 <= by;
  if (sign === "<=") return by <= 0;
  if (sign === ">") return 0 < by;
  return sign === "<" ? by < 0 : by === 0;
}
