import type { CompiledRule } from "./compiled-rule.ts";
import type { TypeEntry } from "./rule-index.ts";

/** Sets, and ways from one to the next, that are kept; a flood of other types costs only time. */
const KEPT_MAX = 65_536;

/** What the sets of one index have in common. */
interface Common {
  readonly rules: readonly CompiledRule[];
  /** The sets by the numbers of their types. */
  readonly sets: Map<string, TypeSet>;
  /** Sets, and ways from one to the next, that are kept. */
  kept: number;
}

/**
 * The types that a window has seen, as far as they matter, and the trace rules that could hold there.
 * Windows share these sets: the same few types come together again and again, so which rules could
 * hold is found out once, and not for every event.
 */
export class TypeSet {
  /** Trace rules of which every required step has a fitting type here, in the order of the packs. */
  readonly ready: readonly CompiledRule[];
  readonly #entries: readonly TypeEntry[];
  readonly #common: Common;
  /** Where each type leads that came next. */
  #next: Map<TypeEntry, TypeSet> | undefined = undefined;

  private constructor(entries: readonly TypeEntry[], common: Common) {
    this.#entries = entries;
    this.#common = common;
    this.ready = readyRules(entries, common.rules);
  }

  /** The set that knows no type yet, under these rules. */
  static empty(rules: readonly CompiledRule[]): TypeSet {
    return new TypeSet([], { rules, sets: new Map(), kept: 0 });
  }

  /** The set with one type more: the same one where that fills no other step of any rule. */
  with(entry: TypeEntry): TypeSet {
    if (entry.traceMasks.size === 0 || this.#entries.includes(entry)) return this;
    const known = this.#next?.get(entry);
    if (known !== undefined) return known;
    const next = this.#addsNothing(entry) ? this : this.#grown(entry);
    if (this.#common.kept < KEPT_MAX) {
      this.#common.kept++;
      this.#next ??= new Map();
      this.#next.set(entry, next);
    }
    return next;
  }

  #addsNothing({ traceMasks }: TypeEntry): boolean {
    for (const [rule, mask] of traceMasks) {
      let seen = 0;
      for (const other of this.#entries) seen |= other.traceMasks.get(rule) ?? 0;
      if ((seen & mask) !== mask) return false;
    }
    return true;
  }

  #grown(entry: TypeEntry): TypeSet {
    const { sets, kept } = this.#common;
    const entries = [...this.#entries, entry].sort((a, b) => a.number - b.number);
    const key = entries.map(({ number }) => number).join();
    const known = sets.get(key);
    if (known !== undefined) return known;
    const made = new TypeSet(entries, this.#common);
    if (kept < KEPT_MAX) {
      this.#common.kept++;
      sets.set(key, made);
    }
    return made;
  }
}

function readyRules(entries: readonly TypeEntry[], rules: readonly CompiledRule[]): CompiledRule[] {
  const masks = new Map<number, number>();
  for (const { traceMasks } of entries)
    for (const [rule, mask] of traceMasks) masks.set(rule, mask | (masks.get(rule) ?? 0));
  const ready: CompiledRule[] = [];
  for (const [index, mask] of masks) {
    const rule = rules[index];
    if (rule !== undefined && (mask & rule.requiredMask) === rule.requiredMask) ready.push(rule);
  }
  return ready.sort((a, b) => a.index - b.index);
}
