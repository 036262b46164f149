import type { LostMatch, OtherMatch } from "../model/story.ts";
import type { Match } from "./match.ts";
import { headlineOf, type StoryRecord } from "./story-record.ts";

const IN_ANOTHER_WINDOW = "in another window of the same story";

/** Notes a rule that lost against the story's own. The map stays the same one where nothing is new. */
export function addRival(record: StoryRecord, lost: LostMatch): void {
  const known = record.others.get(lost.rule);
  if (known?.because === lost.because && known.supersededBy === lost.supersededBy) return;
  record.others = new Map([...record.others, [lost.rule, lost]]);
}

/** A rule holds no more: it is no rival any longer. */
export function dropRival(record: StoryRecord, rule: string): void {
  if (!record.others.has(rule)) return;
  record.others = new Map([...record.others].filter(([other]) => other !== rule));
}

/** The last window becomes an earlier one; of two rules the better one heads the story, the other stays visible. */
export function foldWindow(record: StoryRecord, last: Match): void {
  record.earlierEvents += last.window.total;
  const head = headlineOf(record);
  const lost = head?.rule === last.rule ? record.earlier : last;
  if (lost !== undefined && lost.rule !== head?.rule) addRival(record, inAnotherWindow(lost));
  record.earlier = head;
  record.last = undefined;
}

/** What else matched beside the match that heads the story, for its readers. */
export function rivalsOf(record: StoryRecord, head: Match): Record<"superseded" | "alsoMatched", OtherMatch[]> {
  const others = [...record.others.values()].filter(({ rule }) => rule !== head.rule.rule.key);
  const { earlier, last } = record;
  if (earlier !== undefined && last !== undefined && earlier.rule !== last.rule) {
    const lost = inAnotherWindow(head.rule === earlier.rule ? last : earlier);
    if (!record.others.has(lost.rule)) others.push(lost);
  }
  const shown = (bySuperseding: boolean): OtherMatch[] =>
    others.flatMap(({ supersededBy, ...other }) => (supersededBy === bySuperseding ? [other] : []));
  return { superseded: shown(true), alsoMatched: shown(false) };
}

function inAnotherWindow({ rule }: Match): LostMatch {
  return { rule: rule.rule.key, title: rule.rule.title, because: IN_ANOTHER_WINDOW, supersededBy: false };
}
