/**
 * Gives every expected item a got one of its own that fits it, as many as possible: by expected
 * index, the index of what it got, or `undefined`. It never depends on the order of either list
 * how many are paired.
 */
export function pairUp(
  expected: number,
  got: number,
  fits: (expected: number, got: number) => boolean,
): readonly (number | undefined)[] {
  const takenBy = new Map<number, number>();
  const seek = (wanted: number, tried: Set<number>): boolean => {
    for (let at = 0; at < got; at++) {
      if (tried.has(at) || !fits(wanted, at)) continue;
      tried.add(at);
      const owner = takenBy.get(at);
      if (owner !== undefined && !seek(owner, tried)) continue;
      takenBy.set(at, wanted);
      return true;
    }
    return false;
  };
  for (let wanted = 0; wanted < expected; wanted++) seek(wanted, new Set());
  const pairs: (number | undefined)[] = Array.from({ length: expected });
  for (const [at, owner] of takenBy) pairs[owner] = at;
  return pairs;
}
