import { isRecord } from "./read-path.ts";

/** Says that only liquidjs knows the answer. */
export const UNREAD: unique symbol = Symbol("left to liquidjs");

/** Nodes that a plain rendering may visit, and characters that its filters may take: far below the bounds of liquidjs. */
const NODES_MAX = 2_000;
const CHARS_MAX = 200_000;

type Names = Readonly<Record<string, unknown>>;

/** The names that one plain rendering sees, what it has printed so far, and what it may still do. */
export class PlainScope {
  text = "";
  readonly #names: Names;
  /** Names that the template itself gives: assigned ones, and those of its loops. */
  readonly #assigned: Record<string, unknown> = Object.create(null);
  readonly #loops: Names[] = [];
  #nodesLeft = NODES_MAX;
  #charsLeft = CHARS_MAX;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Gives a name a value for the rest of the template. */
  assign(name: string, value: unknown): void {
    this.#assigned[name] = value;
  }

  /** Gives a loop's variable its value; {@link PlainScope.leave} takes it away. */
  enter(name: string, value: unknown): void {
    this.#loops.push(Object.assign(Object.create(null), { [name]: value }));
  }

  leave(): void {
    this.#loops.pop();
  }

  /** Counts a node that is visited; `false` where there are too many of them to go on. */
  visit(): boolean {
    this.#nodesLeft--;
    return 0 <= this.#nodesLeft;
  }

  /** Counts characters that a filter takes; `false` where there are too many of them to go on. */
  spend(chars: number): boolean {
    this.#charsLeft -= chars;
    return 0 <= this.#charsLeft;
  }

  /**
   * Reads a path as `where` does, and as liquidjs is made to: a key that leads nowhere tries the longer
   * joined keys too. {@link UNREAD} where some value on the way is not one that key hops can enter.
   */
  read(path: readonly string[]): unknown {
    return readFrom(this.#holderOf(path[0] ?? ""), path, 0);
  }

  #holderOf(root: string): Names {
    for (let at = this.#loops.length - 1; 0 <= at; at--) {
      const names = this.#loops[at];
      if (names !== undefined && root in names) return names;
    }
    return root in this.#assigned ? this.#assigned : this.#names;
  }
}

function readFrom(from: unknown, path: readonly string[], at: number): unknown {
  const hop = path[at];
  if (hop === undefined) return from ?? undefined;
  if (from === undefined || from === null) return undefined;
  if (!isRecord(from)) return UNREAD;
  const value = readFrom(fieldOf(from, hop), path, at + 1);
  if (value !== undefined) return value;
  let key = hop;
  for (let next = at + 1; next < path.length; next++) {
    key = `${key}.${path[next]}`;
    const joined = Object.hasOwn(from, key) ? readFrom(from[key], path, next + 1) : undefined;
    if (joined !== undefined) return joined;
  }
  return undefined;
}

/** An object's own field; how many it has, where no field is of that name, is for liquidjs to say. */
function fieldOf(from: Names, key: string): unknown {
  if (Object.hasOwn(from, key)) return from[key];
  return key === "size" ? UNREAD : undefined;
}
