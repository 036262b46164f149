import { RE2JS } from "re2js";
import { rememberedTest } from "./remembered-test.ts";

/** What became of one regular expression in RE2 syntax. */
export type CompiledRegex =
  | { readonly ok: true; readonly find: (text: string) => boolean }
  | { readonly ok: false; readonly problem: string };

/** Largest number of instructions that one regular expression may compile to. */
const REGEX_PROGRAM_MAX = 20_000;

/** Texts whose answer one regular expression keeps, and how long they may be: rules look at one event again and again. */
const KEPT = { textsMax: 128, charsMax: 1_024 };

/** Patterns that are kept compiled: packs use few, each of them in many rules, which then share its answers. */
const PATTERNS_MAX = 2_000;
const compiled = new Map<string, CompiledRegex>();

/** Compiles a regular expression in RE2 syntax; `find` looks anywhere in the text, in linear time. */
export function compileRegex(pattern: string): CompiledRegex {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = compile(pattern);
    if (PATTERNS_MAX <= compiled.size) compiled.clear();
    compiled.set(pattern, regex);
  }
  return regex;
}

function compile(pattern: string): CompiledRegex {
  try {
    const regex = RE2JS.compile(pattern);
    const size = regex.programSize();
    if (REGEX_PROGRAM_MAX < size) return { ok: false, problem: `it is too large (${size} instructions)` };
    return { ok: true, find: rememberedTest((text) => regex.test(text), KEPT) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
