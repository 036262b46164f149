import { isRecord } from "../../expression/read-path.ts";
import type { FieldPath } from "../../model/path.ts";
import type { EventTest, Predicate, Rule } from "../../model/rule.ts";
import { spellingsOf } from "./spellings.ts";
import { tokensOf } from "./tokens.ts";

/** Words that rules look for: without them a recording would tell other stories. */
export interface RuleWords {
  /** Whole names and words, in lower case. */
  readonly names: ReadonlySet<string>;
  /** Parts of names: what patterns look for may stand inside of a longer one. */
  readonly parts: ReadonlySet<string>;
  /** Where a pattern ends in a word or begins with one, that may be the beginning or the end of a longer word. */
  readonly beginnings: ReadonlySet<string>;
  readonly ends: ReadonlySet<string>;
}

/** Shorter pieces of words say nothing, and are found everywhere. */
const PIECE_MIN = 3;

const PATTERNS: ReadonlySet<string> = new Set(["matches", "startsWith", "endsWith", "contains", "doesNotContain"]);

/** `attributes.memory.limit_bytes`, `attributes["memory.limit_bytes"]` */
const ATTRIBUTE = /\battributes((?:\.[\w-]+|\[\s*["'][^"']+["']\s*\])+)/g;

/** The words that rules test for, in fields, conditions and the keys that joins ignore, and what their stories read. */
export function wordsOfRules(rules: readonly Rule[]): RuleWords {
  const words: Words = { names: new Set(), parts: new Set(), beginnings: new Set(), ends: new Set() };
  for (const { steps, absent, resolve, joins, conditions, story } of rules) {
    for (const test of [...steps, ...absent, ...resolve]) ofTest(test, words);
    for (const { ignore, keys } of joins) {
      for (const glob of ignore) addPattern(glob, words);
      for (const paths of Object.values(keys)) for (const path of paths) addPath(path, words);
    }
    ofConditions(conditions, words);
    for (const template of [story.summary, story.detail ?? "", ...story.actions]) ofTemplate(template, words);
  }
  return words;
}

interface Words {
  readonly names: Set<string>;
  readonly parts: Set<string>;
  readonly beginnings: Set<string>;
  readonly ends: Set<string>;
}

function ofTest({ where }: EventTest, words: Words): void {
  if (where !== undefined) ofPredicate(where, words);
}

function ofPredicate(predicate: Predicate, words: Words): void {
  if (predicate.kind !== "test") {
    for (const each of [predicate.of].flat()) ofPredicate(each, words);
    return;
  }
  addPath(predicate.path, words);
  for (const value of [predicate.value].flat()) addValue(value, predicate.operator, words);
}

function ofConditions(node: unknown, words: Words): void {
  if (Array.isArray(node)) for (const each of node) ofConditions(each, words);
  if (!isRecord(node)) return;
  const { operator, value } = node;
  for (const each of [value].flat()) addValue(each, String(operator), words);
  for (const each of Object.values(node)) ofConditions(each, words);
}

function addValue(value: unknown, operator: string, words: Words): void {
  if (typeof value !== "string") return;
  if (PATTERNS.has(operator)) addPattern(value, words);
  else for (const token of tokensOf(value)) words.names.add(token.toLowerCase());
}

/** The words of a glob, a text to be found, or a regular expression without its escapes. */
function addPattern(pattern: string, words: Words): void {
  const plain = pattern.replaceAll("(?:", "(").replaceAll(/\(\?[a-zA-Z-]*[:)]?|\\[A-Za-z]|\[[^\]]*\]/g, " ");
  for (const spelling of spellingsOf(plain)) addSpelling(spelling, words);
}

function addSpelling(plain: string, words: Words): void {
  for (const token of tokensOf(plain)) words.names.add(token.toLowerCase());
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]{2,}/gu)) words.parts.add(word.toLowerCase());
  for (const branch of plain.split(/[|()]/)) {
    const [first, last] = [/^[\p{L}\p{N}]+/u.exec(branch)?.[0] ?? "", /[\p{L}\p{N}]+$/u.exec(branch)?.[0] ?? ""];
    if (PIECE_MIN <= first.length) words.ends.add(first.toLowerCase());
    if (PIECE_MIN <= last.length) words.beginnings.add(last.toLowerCase());
  }
}

/** Names of attributes, as a story's words read them. */
function ofTemplate(template: string, words: Words): void {
  for (const [, path = ""] of template.matchAll(ATTRIBUTE))
    for (const token of tokensOf(path)) words.names.add(token.toLowerCase());
}

/** Names of fields are keys of maps too, which events may bring along. */
function addPath({ segments }: FieldPath, words: Words): void {
  for (const segment of segments) {
    if (segment.kind === "key") for (const token of tokensOf(segment.name)) words.names.add(token.toLowerCase());
    if (segment.kind === "select") words.names.add(segment.value.toLowerCase());
  }
}
