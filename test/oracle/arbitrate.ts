import { SEVERITIES } from "../../src/core/model/event.ts";
import { compareText, type Match } from "./words.ts";

// contract.md §3.9; docs/language.md "Which story is told".

/** A match that is told, and those that it outranks in the traces it claims. */
export interface Headline {
  readonly match: Match;
  readonly superseded: Match[];
  readonly alsoMatched: Match[];
  /** Lost to several headlines: which of their stories name it is not said anywhere. */
  readonly somewhere: Match[];
}

/** Priority, severity, most required steps, earliest first event, rule key, group key. */
export function byRank(a: Match, b: Match): number {
  const required = ({ rule }: Match): number => rule.steps.filter(({ optional }) => !optional).length;
  return (
    b.rule.priority - a.rule.priority ||
    SEVERITIES.indexOf(b.rule.severity) - SEVERITIES.indexOf(a.rule.severity) ||
    required(b) - required(a) ||
    a.firstMs - b.firstMs ||
    compareText(a.rule.key, b.rule.key) ||
    compareText(a.group, b.group)
  );
}

/**
 * In order of rank a match is told, unless a better one claimed one of its traces, or another match
 * in one of its traces supersedes it, or is an incident made of its story.
 */
export function arbitrate(matches: readonly Match[]): Headline[] {
  const ranked = [...matches].sort(byRank);
  const headlines: Headline[] = [];
  for (const match of ranked) {
    const claimed = headlines.some((other) => shareTrace(other.match, match));
    const outranked = ranked.some((other) => shareTrace(other, match) && outranks(other, match));
    if (!claimed && !outranked) headlines.push({ match, superseded: [], alsoMatched: [], somewhere: [] });
  }
  for (const match of ranked) {
    if (headlines.some((headline) => headline.match === match)) continue;
    const winners = headlines.filter((headline) => shareTrace(headline.match, match));
    for (const winner of winners) {
      if (1 < winners.length) winner.somewhere.push(match);
      else (outranks(winner.match, match) ? winner.superseded : winner.alsoMatched).push(match);
    }
  }
  return headlines;
}

function shareTrace(a: Match, b: Match): boolean {
  return [...a.traces].some((trace) => b.traces.has(trace));
}

/** Whether a match outranks another whatever their priorities: by its rule's word, or as its incident. */
function outranks(a: Match, b: Match): boolean {
  if (a === b) return false;
  return a.rule.supersedes.includes(b.rule.key) || (isMadeOf(a, b) && !b.rule.supersedes.includes(a.rule.key));
}

function isMadeOf(a: Match, b: Match): boolean {
  return a.members.some((member) => member === b || isMadeOf(member, b));
}
