/** Patterns with more spellings are taken as they are. */
const SPELLINGS_MAX = 256;

/** A letter that may be missing, or a group of letters in a word: `images?`, `pull(ing)? image`, `creat(e|ing)`. */
const CHOICE =
  /(?<=[\p{L}\p{N}])(?<letter>[\p{L}\p{N}])\?|(?<=[\p{L}\p{N}])\((?<after>[\p{L}\p{N}|]*)\)(?<afterMay>\?)?|\((?<before>[\p{L}\p{N}|]*)\)(?<beforeMay>\?)?(?=[\p{L}\p{N}])/u;

/** The words of a pattern in each way in which it may spell them: `kill(ed)?` is `kill` and `killed`. */
export function spellingsOf(pattern: string): readonly string[] {
  let spellings = [pattern];
  for (;;) {
    const open = spellings.filter((spelling) => CHOICE.test(spelling));
    if (open.length === 0) return spellings;
    const next = spellings.flatMap(choose);
    if (SPELLINGS_MAX < next.length) return [pattern];
    spellings = next;
  }
}

function choose(spelling: string): string[] {
  const found = CHOICE.exec(spelling);
  if (found === null) return [spelling];
  const { letter, after, afterMay, before, beforeMay } = found.groups ?? {};
  const given = letter ?? after ?? before ?? "";
  const isOptional = letter !== undefined || afterMay !== undefined || beforeMay !== undefined;
  const choices = new Set([...given.split("|"), ...(isOptional ? [""] : [])]);
  const [left, right] = [spelling.slice(0, found.index), spelling.slice(found.index + found[0].length)];
  return [...choices].map((choice) => left + choice + right);
}
