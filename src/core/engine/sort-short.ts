/** Up to so many items are put in order one by one. */
const SHORT = 16;

/**
 * Sorts a list in place, stably. The lists of a window are short, and most are in order as they come:
 * they are put in order one by one, where the built-in sort would make room for itself first.
 */
export function sortShort<T>(list: T[], compare: (a: T, b: T) => number): T[] {
  if (SHORT < list.length) return list.sort(compare);
  for (let at = 1; at < list.length; at++) {
    const item = list[at] as T;
    let to = at;
    for (; 0 < to && 0 < compare(list[to - 1] as T, item); to--) list[to] = list[to - 1] as T;
    list[to] = item;
  }
  return list;
}
