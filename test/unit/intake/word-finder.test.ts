import fc from "fast-check";
import { expect, test } from "vitest";
import { WordFinder } from "../../../src/core/intake/secrets/word-finder.ts";

test("finds what a look for each word finds", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "=", "-"), minLength: 1, maxLength: 4 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "A", "B", "=", "-", "é", "x"), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), text, (words, looked) => {
      const wanted = words.some((one) => looked.toLowerCase().includes(one));
      expect(new WordFinder(words).finds(looked)).toBe(wanted);
    }),
    { numRuns: 2_000 },
  );
});
