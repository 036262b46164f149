import type { OtherMatch } from "../model/story.ts";
import { outranks, whyDemoted } from "./arbitrate.ts";
import type { Match } from "./match.ts";
import { isCovered, mergeWindows, NO_RIVALS, type Rival, type StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** Windows of one story that are known one by one, once they are over. */
const OPENED_MAX = 64;

const IN_ANOTHER_WINDOW = "in another window of the same story";

/**
 * Notes what lost against the match that heads a story now: these, and those that can't change any
 * more (`kept`). The map stays the same one where nothing is new.
 */
function setRivals(record: StoryRecord, demoted: readonly Match[], winner: Match): void {
  const kept = [...record.others.values()].filter((lost) => lost.kept);
  const others = new Map(kept.map((lost) => [lost.rule, lost]));
  for (const match of demoted) {
    const lost = lostMatch(match, winner);
    others.set(lost.rule, { ...lost, kept: others.get(lost.rule)?.kept === true });
  }
  const same = others.size === record.others.size && [...others.values()].every((lost) => isKnown(record, lost));
  if (!same) record.others = others;
}

/** Notes a match that lost against the story's own, and can't change any more. */
export function keepRival(record: StoryRecord, match: Match, winner: Match): void {
  const lost = { ...lostMatch(match, winner), kept: true };
  if (!isKnown(record, lost)) record.others = new Map([...record.others, [lost.rule, lost]]);
}

/** What lost against the story's own can't change any more. */
export function markKept(record: StoryRecord, rule: string): void {
  const lost = record.others.get(rule);
  if (lost !== undefined && !lost.kept) record.others = new Map([...record.others, [rule, { ...lost, kept: true }]]);
}

/** A rule holds no more: it is no rival any longer. */
export function dropRival(record: StoryRecord, rule: string): void {
  if (!record.others.has(rule)) return;
  record.others = new Map([...record.others].filter(([other]) => other !== rule));
}

/** What the last window said holds no more. */
export function dropLast(record: StoryRecord): void {
  record.last = undefined;
  record.others = NO_RIVALS;
}

/** Makes a match what the last window says; what another one said before stays with the story. */
export function setLast(record: StoryRecord, match: Match, demoted: readonly Match[]): void {
  if (record.last?.window !== match.window) {
    record.windows++;
    if (record.last?.window.closedBy !== undefined) foldLast(record);
  }
  record.last = match;
  setRivals(record, demoted, match);
}

function foldLast(record: StoryRecord): void {
  const { last, others } = record;
  if (last === undefined) return;
  dropLast(record);
  foldMatch(record, last, [...others.values()]);
}

/** What an earlier window was found to say; of two rules the better one heads the story, the other stays visible. */
export function foldWindow(record: StoryRecord, match: Match, demoted: readonly Match[]): void {
  foldMatch(
    record,
    match,
    demoted.map((other) => lostMatch(other, match)),
  );
}

function foldMatch(record: StoryRecord, match: Match, others: readonly Rival[]): void {
  const position = match.window.openedPosition;
  const opened = record.earlierOpened;
  const isAgain = opened.includes(position);
  const earlier = isAgain && isAllOf(match.window, record.earlier) ? undefined : record.earlier;
  const head = earlier === undefined ? match : isCovered(match, earlier) ? earlier : mergeWindows(earlier, match);
  record.earlier = head;
  if (!isAgain) {
    record.earlierOpened = [...opened.slice(1 - OPENED_MAX), position];
    record.earlierEvents += match.window.total;
  }
  const past = record.pastOthers.filter(({ window }) => window !== position);
  const loser = head.rule === match.rule ? earlier : match;
  const besides = loser !== undefined && loser.rule !== head.rule ? [inAnotherWindow(loser)] : [];
  record.pastOthers = [...past, ...others, ...besides];
}

/** Whether all the evidence of a match is of this window. */
function isAllOf(window: Window, match: Match | undefined): boolean {
  return match?.bound.every((step) => step?.events.every(({ id }) => window.find(id) !== undefined) ?? true) ?? true;
}

/** What else matched beside the match that heads the story, for its readers. */
export function rivalsOf(record: StoryRecord, head: Match): Record<"superseded" | "alsoMatched", OtherMatch[]> {
  const { earlier, last } = record;
  const found = new Map(record.pastOthers.map((lost) => [lost.rule, lost]));
  for (const lost of [...record.pastOthers, ...record.others.values()])
    if (lost.because !== IN_ANOTHER_WINDOW || !found.has(lost.rule)) found.set(lost.rule, lost);
  const loser = earlier === undefined || last === undefined || earlier.rule === last.rule ? undefined : [earlier, last];
  for (const match of loser ?? []) {
    const { key } = match.rule.rule;
    if (match.rule !== head.rule && !found.has(key)) found.set(key, inAnotherWindow(match));
  }
  found.delete(head.rule.rule.key);
  const others = [...found.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const shown = (bySuperseding: boolean): OtherMatch[] =>
    others.flatMap(({ rule, title, because, supersededBy }) =>
      supersededBy === bySuperseding ? [{ rule, title, because }] : [],
    );
  return { superseded: shown(true), alsoMatched: shown(false) };
}

function lostMatch(match: Match, winner: Match): Rival {
  const { key, title } = match.rule.rule;
  const [because, supersededBy] = [whyDemoted(match, winner), outranks(winner, match)];
  return { rule: key, title, because, supersededBy, kept: false, window: winner.window.openedPosition };
}

function inAnotherWindow({ rule: { rule }, window }: Match): Rival {
  const lost = { rule: rule.key, title: rule.title, because: IN_ANOTHER_WINDOW, supersededBy: false, kept: true };
  return { ...lost, window: window.openedPosition };
}

function isKnown({ others }: StoryRecord, { rule, because, supersededBy, kept }: Rival): boolean {
  const known = others.get(rule);
  return known?.because === because && known.supersededBy === supersededBy && known.kept === kept;
}
