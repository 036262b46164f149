import { isCollection, isNode, isScalar, isSeq, type Node, parseDocument, visit, type YAMLMap } from "yaml";
import type { Expectation, ExpectedStory, RuleTestCase } from "../core/language/rule-test-file.ts";
import type { Story } from "../core/model/story.ts";
import { differencesOf, ruleKeyOf } from "../core/testing/compare-story.ts";
import { pairUp } from "../core/testing/pair-up.ts";
import type { Told } from "../core/testing/tell.ts";
import { lineEnd, lineStart, type TextEdit } from "./edit-text.ts";
import { flow } from "./flow-yaml.ts";

/** A case and what the rules made of it. */
export interface ToldCase {
  readonly one: RuleTestCase;
  readonly told: Told;
}

const LINE_COLUMNS = 120;
const SHORT_ID = 12;

/**
 * What has to change in the text of a rule test so that its expected stories say what was told:
 * values that differ, and with `fill` the fields that they do not name yet. Stories are neither
 * added nor taken away, so a case still fails where one is missing or too many.
 */
export function expectationEdits(text: string, cases: readonly ToldCase[], fill: boolean): TextEdit[] {
  const maps = storyMaps(text);
  const wanted = new Map<YAMLMap, TextEdit[][]>();
  const want = (expectation: Expectation, stories: readonly Story[], filled: boolean): void => {
    for (const [expected, story] of pairs(expectation, stories)) {
      const map = maps.get(expected.span.start);
      if (map === undefined) continue;
      const edits = corrections(text, map, expected, story);
      if (filled) edits.push(...additions(text, map, missingFields(expected, story)));
      wanted.set(map, [...(wanted.get(map) ?? []), edits]);
    }
  };
  for (const { one, told } of cases) {
    const moments = one.moments.toSorted((a, b) => a.atMs - b.atMs);
    for (const [at, moment] of moments.entries()) want(moment, told.atMoments[at] ?? [], false);
    if (one.expect !== undefined) want(one.expect, told.stories, fill);
  }
  return [...wanted.values()].flatMap(agreed);
}

/** A story that several cases expect, by an alias, is changed once, and only where all want the same of it. */
function agreed([first = [], ...others]: readonly TextEdit[][]): readonly TextEdit[] {
  const own = JSON.stringify(first);
  return others.every((edits) => JSON.stringify(edits) === own) ? first : [];
}

/** Expected stories by the place of their rule's name. */
function storyMaps(text: string): Map<number, YAMLMap> {
  const maps = new Map<number, YAMLMap>();
  visit(parseDocument(text), {
    Map(_key, map) {
      const rule = map.get("rule", true);
      if (isScalar(rule) && rule.range) maps.set(rule.range[0], map);
    },
  });
  return maps;
}

/** Every expected story with one of its rule: the one that it fits, or the nearest that is left. */
function pairs({ stories = [] }: Expectation, told: readonly Story[]): [ExpectedStory, Story][] {
  const differences = (expected: ExpectedStory, story: Story): number =>
    differencesOf(expected, story, { shuffled: false }).length;
  const candidates = told.filter(({ status }) => status !== "retracted");
  const fitting = pairUp(stories.length, candidates.length, (wanted, at) => {
    const [expected, story] = [stories[wanted], candidates[at]];
    return expected !== undefined && story !== undefined && differences(expected, story) === 0;
  });
  const left = new Set(candidates.filter((_, at) => !fitting.includes(at)));
  return stories.flatMap((expected, index): [ExpectedStory, Story][] => {
    const sameRule = [...left].filter((story) => ruleKeyOf(story) === expected.rule);
    const nearest = sameRule.sort((a, b) => differences(expected, a) - differences(expected, b))[0];
    const story = candidates[fitting[index] ?? -1] ?? nearest;
    if (story === undefined) return [];
    left.delete(story);
    return [[expected, story]];
  });
}

function corrections(text: string, map: YAMLMap, expected: ExpectedStory, story: Story): TextEdit[] {
  return differencesOf(expected, story, { shuffled: false }).flatMap(({ path }) => {
    const [field = "", ...rest] = path.split(".");
    const names = rest.length === 0 ? [field] : [field, rest.join(".")];
    const node = map.getIn(names, true);
    const value = names.reduce<unknown>(
      (from, name) => (from as Record<string, unknown> | undefined)?.[name],
      sayingOf(story),
    );
    if (!(isNode(node) && node.range) || value === undefined) return [];
    return [replaced(text, node, value)];
  });
}

/** A value in place of another; a list that has a line for each item keeps them. */
function replaced(text: string, node: Node, value: unknown): TextEdit {
  const start = node.range?.[0] ?? 0;
  const end = endOf(node, text);
  if (!isSeq(node) || node.flow === true || !Array.isArray(value) || value.length === 0)
    return { start, end, text: flow(value) };
  const indent = " ".repeat(start - lineStart(text, start));
  return { start, end, text: value.map((item) => `- ${flow(item)}`).join(`${newlineOf(text)}${indent}`) };
}

/** Line ends stay as the file has them. */
function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Where a value ends: that of a block (`|`, `>`, a line an item) before the line break and blanks that the parser counts in. */
function endOf(node: Node, text: string): number {
  const [start = 0, end = 0] = node.range ?? [];
  const isBlock = isScalar(node) ? node.type?.startsWith("BLOCK") === true : isCollection(node) && node.flow !== true;
  return isBlock ? start + text.slice(start, end).trimEnd().length : end;
}

/** A story in the words of an expectation. */
function sayingOf(story: Story): Record<string, unknown> {
  const { rootCause, superseded, alsoMatched, events, truncated = false, shadow = false } = story;
  return {
    ...story,
    confidence: Math.round(story.confidence * 100) / 100,
    rootCause: { ...rootCause.entity, event: rootCause.event },
    superseded: superseded.map(({ rule }) => rule),
    alsoMatched: alsoMatched.map(({ rule }) => rule),
    impact: story.impact.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    events: events.total,
    truncated,
    shadow,
  };
}

/** What an expected story could say of a story; event ids only where people can read them. */
export function expectableFields(story: Story): Readonly<Record<string, unknown>> {
  const { bound, severity, rootCause } = story;
  const { superseded, alsoMatched, confidence } = sayingOf(story);
  const { kind, name } = rootCause.entity;
  const readable = Object.values(bound).every((ids) => ids.every(({ length }) => length <= SHORT_ID));
  return {
    ...(readable ? { bound } : {}),
    ...(story.superseded.length === 0 ? {} : { superseded }),
    ...(story.alsoMatched.length === 0 ? {} : { alsoMatched }),
    severity,
    confidence,
    rootCause: { kind, name },
    ...(story.shadow === true ? { shadow: true } : {}),
  };
}

function missingFields(expected: ExpectedStory, story: Story): [string, unknown][] {
  return Object.entries(expectableFields(story)).filter(
    ([field]) => expected[field as keyof ExpectedStory] === undefined,
  );
}

/** Fields after the last one of a map: on its line while that has room, else on lines of their own. */
function additions(text: string, map: YAMLMap, fields: readonly [string, unknown][]): TextEdit[] {
  const last = map.items.at(-1);
  const end = isNode(last?.value) ? endOf(last.value, text) : undefined;
  const newline = newlineOf(text);
  if (last === undefined || end === undefined || fields.length === 0 || !isNode(last.key) || !last.key.range) return [];
  const words = fields.map(([field, value]) => `${field}: ${flow(value)}`);
  if (map.flow !== true) {
    const indent = " ".repeat(last.key.range[0] - lineStart(text, last.key.range[0]));
    const after = text[end - 1] === "\n" ? end - 1 : lineEnd(text, end);
    const at = text[after - 1] === "\r" ? after - 1 : after;
    return [{ start: at, end: at, text: words.map((each) => `${newline}${indent}${each}`).join("") }];
  }
  const line = text.slice(lineStart(text, end), lineEnd(text, end));
  const added = words.map((each) => `, ${each}`).join("");
  if (line.length + added.length <= LINE_COLUMNS) return [{ start: end, end, text: added }];
  const indent = " ".repeat(line.search(/\S/) + 4);
  return [{ start: end, end, text: `,${newline}${indent}${words.join(", ")}` }];
}
