/** Characters told apart: lower-case ASCII; all others end every word. */
const WIDTH = 128;

/**
 * Finds whether a text holds any of many short words, whatever their case, in one pass: the automaton
 * of Aho and Corasick (Efficient string matching, 1975), as one table of states by characters. Where a
 * regular expression tries its alternatives at every place, this looks at each character once.
 */
export class WordFinder {
  /** Next state by state and character; -1 where a word ends. */
  readonly #next: Int16Array;

  /** `words`: lower-case ASCII, none of them empty. */
  constructor(words: readonly string[]) {
    const tries: Map<number, number>[] = [new Map()];
    const ends = new Set<number>();
    for (const word of words) {
      let state = 0;
      for (let at = 0; at < word.length; at++) {
        const code = word.charCodeAt(at);
        const known = tries[state]?.get(code);
        const next = known ?? tries.push(new Map()) - 1;
        tries[state]?.set(code, next);
        state = next;
      }
      ends.add(state);
    }
    this.#next = tableOf(tries, ends);
  }

  /** Whether the text holds one of the words. */
  finds(text: string): boolean {
    const next = this.#next;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = code < WIDTH ? (next[state * WIDTH + code] as number) : 0;
      if (state < 0) return true;
    }
    return false;
  }
}

/** Fills the table breadth first: where a word does not go on, its longest ending that begins one does. */
function tableOf(tries: readonly Map<number, number>[], ends: Set<number>): Int16Array {
  const next = new Int16Array(tries.length * WIDTH);
  const fallback = new Int16Array(tries.length);
  const queue = [0];
  for (const state of queue) {
    const back = fallback[state] as number;
    if (ends.has(back)) ends.add(state);
    for (let code = 0; code < WIDTH; code++) {
      const on = tries[state]?.get(code);
      const elsewhere = state === 0 ? 0 : (next[back * WIDTH + code] as number);
      if (on !== undefined) {
        fallback[on] = elsewhere;
        queue.push(on);
      }
      next[state * WIDTH + code] = on ?? elsewhere;
    }
  }
  const table = next.map((state) => (ends.has(state) ? -1 : state));
  foldCase(table, tries.length);
  return table;
}

function foldCase(table: Int16Array, states: number): void {
  for (let state = 0; state < states; state++) {
    for (let upper = 65; upper <= 90; upper++) {
      table[state * WIDTH + upper] = table[state * WIDTH + upper + 32] as number;
    }
  }
}
