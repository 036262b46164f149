/** The same test of texts, which keeps its answers: at most so many, of texts that are at most so long. */
export function rememberedTest(
  test: (text: string) => boolean,
  { textsMax, charsMax }: { readonly textsMax: number; readonly charsMax: number },
): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    if (charsMax < text.length) return test(text);
    let answer = known.get(text);
    if (answer === undefined) {
      answer = test(text);
      if (textsMax <= known.size) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
