/** A name or a word: letters and digits, with single marks between. */
export const TOKEN: RegExp = /[\p{L}\p{N}]+(?:[-._][\p{L}\p{N}]+)*/gu;

/** The names and words in a text. */
export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
