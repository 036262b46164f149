/** A bug in this program, as opposed to bad input or a failing world. */
class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws {@link InvariantError} where something holds that cannot, unless the code is wrong. */
export function invariant(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new InvariantError(`this should always hold: ${claim}`);
}
