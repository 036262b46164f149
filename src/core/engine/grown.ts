/**
 * A list with one more item: the same list where it is long, else a new one without room to spare. A
 * list that is pushed to keeps room for sixteen more, and windows hold short ones by the ten thousand.
 */
export function grown<T>(list: readonly T[], item: T): T[] {
  switch (list.length) {
    case 0:
      return [item];
    case 1:
      return [list[0] as T, item];
    case 2:
      return [list[0] as T, list[1] as T, item];
    case 3:
      return [list[0] as T, list[1] as T, list[2] as T, item];
    case 4:
      return [list[0] as T, list[1] as T, list[2] as T, list[3] as T, item];
    default: {
      const same = list as T[];
      same.push(item);
      return same;
    }
  }
}
