import type { CompiledRule } from "./compiled-rule.ts";
import { grown } from "./grown.ts";
import type { Window } from "./window.ts";

/** The groups of one key, of as many rules: there are few rules that join by the same, and one event meets most. */
interface Shelf {
  groups: readonly Window[];
}

/**
 * The open join groups by their own keys, and of each key by rule. One event asks for the groups of one key
 * under one rule after the other, nearly always in the order in which they were opened: what was found last
 * says where to look next.
 */
export class GroupsByKey {
  readonly #shelves = new Map<string, Shelf>();
  #lastKey: string | undefined = undefined;
  #lastShelf: Shelf | undefined = undefined;
  /** Where the group after the one found last is. */
  #next = 0;

  find(rule: CompiledRule, key: string): Window | undefined {
    const shelf = this.#shelf(key);
    if (shelf === undefined) return undefined;
    const { groups } = shelf;
    const expected = groups[this.#next];
    if (expected?.joinRule === rule) {
      this.#next++;
      return expected;
    }
    const at = groups.findIndex(({ joinRule }) => joinRule === rule);
    if (at < 0) return undefined;
    this.#next = at + 1;
    return groups[at];
  }

  /** The group whose window has this key: no rule's own key holds a bar. */
  named(name: string): Window | undefined {
    return this.#shelf(name.slice(name.indexOf("|") + 1))?.groups.find(({ key }) => key === name);
  }

  add(group: Window): void {
    const key = group.ownKey;
    const shelf = this.#shelf(key);
    if (shelf !== undefined) {
      shelf.groups = grown(shelf.groups, group);
      return;
    }
    this.#lastShelf = { groups: [group] };
    this.#shelves.set(key, this.#lastShelf);
  }

  delete(group: Window): void {
    const key = group.ownKey;
    const shelf = this.#shelf(key);
    if (shelf === undefined) return;
    const at = shelf.groups.indexOf(group);
    if (0 <= at) shelf.groups = shelf.groups.toSpliced(at, 1);
    if (0 < shelf.groups.length) return;
    this.#shelves.delete(key);
    this.#lastShelf = undefined;
  }

  #shelf(key: string): Shelf | undefined {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastShelf = this.#shelves.get(key);
      this.#next = 0;
    }
    return this.#lastShelf;
  }
}
