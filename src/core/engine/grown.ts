/** Below so many items a list is copied to grow: a list that is pushed to keeps room for sixteen more. */
const COPIED_BELOW = 12;

/** A list with one more item: the same list where it is long, else a copy without room to spare. */
export function grown<T>(list: readonly T[], item: T): T[] {
  if (list.length < COPIED_BELOW) return list.concat([item]);
  const same = list as T[];
  same.push(item);
  return same;
}
