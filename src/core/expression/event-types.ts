import { compileGlob } from "./glob.ts";
import { rememberedTest } from "./remembered-test.ts";

/** Types whose answer one test with globs keeps: there are few of them, and many events of each. */
const KEPT = { textsMax: 1_024, charsMax: 256 };

/** Whether a type of an event test names one type, and is no `*` glob. */
export function isExactType(text: string): boolean {
  return !text.includes("*");
}

/** A test for event types, out of exact types and `*` globs; `undefined` takes every type. */
export function compileTypes(types: readonly string[] | undefined): (type: string) => boolean {
  if (types === undefined) return () => true;
  const exact = types.filter(isExactType);
  const globs = types.filter((type) => !isExactType(type)).map(compileGlob);
  const [only] = exact;
  if (globs.length === 0 && exact.length === 1) return (type) => type === only;
  const known = new Set(exact);
  if (globs.length === 0) return (type) => known.has(type);
  return rememberedTest((type) => known.has(type) || globs.some((glob) => glob(type)), KEPT);
}
