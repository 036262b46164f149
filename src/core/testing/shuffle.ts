/** A source of numbers in [0, 1) that looks like chance and is always the same for a seed. */
export function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);
  // mulberry32: 32 bits of state are plenty for orders of arrival.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The items in an order drawn from `random`; the given list stays as it is (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let last = order.length - 1; 0 < last; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last] as Item, order[other] as Item];
    order[last] = b;
    order[other] = a;
  }
  return order;
}
