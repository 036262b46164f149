import { compileGlob } from "./glob.ts";

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
  return (type) => known.has(type) || globs.some((glob) => glob(type));
}
