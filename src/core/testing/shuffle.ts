import { shortHash } from "../model/short-hash.ts";

/** A source of numbers in [0, 1) that looks like chance and is always the same for a seed. */
export function seededRandom(seed: string): () => number {
  let state = shortHash(seed);
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

/**
 * Orders of some items, no two the same: all that there are where that is not more than `ordersMax`,
 * else as many drawn from `random`, or a few less where one is drawn twice.
 */
export function distinctOrders<Item>(items: readonly Item[], ordersMax: number, random: () => number): Item[][] {
  const places = items.map((_, at) => at);
  const all = permutations(places, ordersMax);
  const drawn = all ?? Array.from({ length: ordersMax }, () => shuffled(places, random));
  const orders = new Map(drawn.map((order) => [order.join(), order]));
  return [...orders.values()].map((order) => order.map((at) => items[at] as Item));
}

/** All orders of some places; `undefined` where there are more than `ordersMax`. */
function permutations(places: readonly number[], ordersMax: number): number[][] | undefined {
  let orders: number[][] = [[]];
  for (const place of places) {
    // Each further place goes into every gap of every order so far.
    orders = orders.flatMap((order) => [...order, place].map((_, gap) => order.toSpliced(gap, 0, place)));
    if (ordersMax < orders.length) return undefined;
  }
  return orders;
}
