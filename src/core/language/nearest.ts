/** The candidate spelled most like a word, where one is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const candidate of candidates) {
    if (candidate === word || bestDistance <= Math.abs(candidate.length - word.length)) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    // Two words that share no letter are not alike, however short they are.
    if (distance < bestDistance && distance < Math.max(word.length, candidate.length))
      [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean \`x\`?`, or what there is where nothing is near; `undefined` for no candidates. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates];
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return known.length === 0 ? undefined : `there is ${listed(known)}`;
}

/** `\`a\`, \`b\` and \`c\``, cut after twenty. */
export function listed(words: readonly string[]): string {
  const shown = words.slice(0, LISTED_MAX).map((word) => `\`${word}\``);
  if (LISTED_MAX < words.length) return `${shown.join(", ")} and ${words.length - LISTED_MAX} more`;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

const LISTED_MAX = 20;
const LENGTH_MAX = 80;

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each cost 1. */
function editDistance(a: string, b: string): number {
  if (LENGTH_MAX < a.length || LENGTH_MAX < b.length) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (1 < i && 1 < j && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
