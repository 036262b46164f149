/**
 * The same test of texts, which keeps its answers: at most so many, of texts that are at most so long. The
 * last one comes first: whoever asks about a text mostly asks again at once.
 */
export function rememberedTest(
  test: (text: string) => boolean,
  { textsMax, charsMax }: { readonly textsMax: number; readonly charsMax: number },
): (text: string) => boolean {
  const known = new Map<string, boolean>();
  let last: string | undefined;
  let lastAnswer = false;
  return (text) => {
    if (text === last) return lastAnswer;
    if (charsMax < text.length) return test(text);
    let answer = known.get(text);
    if (answer === undefined) {
      answer = test(text);
      if (textsMax <= known.size) known.clear();
      known.set(text, answer);
    }
    last = text;
    lastAnswer = answer;
    return answer;
  };
}
