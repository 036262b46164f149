import { RE2JS } from "re2js";

/** What became of one regular expression in RE2 syntax. */
export type CompiledRegex =
  | { readonly ok: true; readonly find: (text: string) => boolean }
  | { readonly ok: false; readonly problem: string };

/** Largest number of instructions that one regular expression may compile to. */
const REGEX_PROGRAM_MAX = 20_000;

/** Texts whose answer one regular expression keeps, and how long they may be: rules look at one event again and again. */
const KNOWN_MAX = 128;
const KNOWN_CHARS_MAX = 1_024;

/** Compiles a regular expression in RE2 syntax; `find` looks anywhere in the text, in linear time. */
export function compileRegex(pattern: string): CompiledRegex {
  try {
    const regex = RE2JS.compile(pattern);
    const size = regex.programSize();
    if (REGEX_PROGRAM_MAX < size) return { ok: false, problem: `it is too large (${size} instructions)` };
    return { ok: true, find: remembering((text) => regex.test(text)) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The same test, which keeps its last answers. */
function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    if (KNOWN_CHARS_MAX < text.length) return test(text);
    let answer = known.get(text);
    if (answer === undefined) {
      answer = test(text);
      if (KNOWN_MAX <= known.size) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
