import { byRank, isIsolated, isMadeOf, type Match } from "./match.ts";
import type { Window } from "./window.ts";

/** A match that is told, and those that it outranks in the traces it claims. */
export interface Headline {
  readonly match: Match;
  readonly demoted: readonly Match[];
}

interface Claimer {
  readonly match: Match;
  readonly demoted: Match[];
}

/** The matches that claim each trace. */
export class Claims {
  readonly #byTrace = new Map<string, Set<Match>>();
  /** Matches of closed windows, while others that they compete with can still change. */
  readonly #parked = new Set<Match>();

  /** Matches whose own windows closed. */
  get parked(): Iterable<Match> {
    return this.#parked;
  }

  /** The matches that claim a trace. */
  of(trace: string): Iterable<Match> {
    return this.#byTrace.get(trace) ?? [];
  }

  /** Whether a match claims one trace, and nobody else does. */
  isAlone({ traces }: Match): boolean {
    const [trace] = traces;
    return traces.length === 1 && trace !== undefined && this.#byTrace.get(trace)?.size === 1;
  }

  add(match: Match): void {
    for (const trace of match.traces) {
      const claims = this.#byTrace.get(trace);
      if (claims === undefined) this.#byTrace.set(trace, new Set([match]));
      else claims.add(match);
    }
  }

  /** Everything that holds in a window, from a snapshot. */
  addAllOf({ matches }: Window): void {
    for (const match of matches) if (!isIsolated(match)) this.add(match);
  }

  remove(match: Match): void {
    this.#parked.delete(match);
    for (const trace of match.traces) {
      const claims = this.#byTrace.get(trace);
      claims?.delete(match);
      if (claims?.size === 0) this.#byTrace.delete(trace);
    }
  }

  /** Keeps the claims of a match whose own window closed, until they are let go. */
  park(match: Match): void {
    this.#parked.add(match);
  }

  /** Lets go of parked matches with these traces that nobody needs any more; answers them. */
  release(traces: Iterable<string>, isNeeded: (match: Match) => boolean): readonly Match[] {
    if (this.#parked.size === 0) return [];
    const parked = new Set<Match>();
    for (const trace of traces) for (const match of this.of(trace)) if (this.#parked.has(match)) parked.add(match);
    const over = [...parked].filter((match) => !isNeeded(match));
    for (const match of over) this.remove(match);
    return over;
  }

  /** All matches that hang together with these by the traces they claim. */
  component(seeds: Iterable<Match>): Set<Match> {
    const found = new Set<Match>();
    const seen = new Set<string>();
    for (const { traces } of seeds) for (const trace of traces) seen.add(trace);
    for (const trace of seen) {
      for (const match of this.of(trace)) {
        if (found.has(match)) continue;
        found.add(match);
        for (const other of match.traces) seen.add(other);
      }
    }
    return found;
  }
}

/**
 * Decides which matches are told. In order of rank each match is told, unless a better one already
 * claimed one of its traces, or another match in one of its traces supersedes it: contract.md §3.9.
 * Matches that still settle (`unripe`) are not told, but a better one already says that it saw them.
 */
export function arbitrate(matches: Iterable<Match>, unripe: Iterable<Match> = []): Headline[] {
  const ranked = [...matches].sort(byRank);
  const strong = ranked.filter(({ rule, members }) => 0 < rule.supersedes.size || 0 < members.length);
  const byTrace = new Map<string, Claimer[]>();
  const claimerOf = (match: Match): Claimer | undefined => {
    for (const trace of match.traces) {
      const claimer = byTrace.get(trace)?.find((other) => isRival(other.match, match));
      if (claimer !== undefined) return claimer;
    }
    return undefined;
  };
  const headlines: Claimer[] = [];
  const put: Match[] = [];
  for (const match of ranked) {
    const claimer = claimerOf(match);
    if (claimer !== undefined) claimer.demoted.push(match);
    else if (strong.some((other) => outranks(other, match) && isRival(other, match) && shareTrace(other, match)))
      put.push(match);
    else {
      const headline = { match, demoted: [] };
      headlines.push(headline);
      for (const trace of match.traces) {
        const claimers = byTrace.get(trace);
        if (claimers === undefined) byTrace.set(trace, [headline]);
        else claimers.push(headline);
      }
    }
  }
  for (const match of put) claimerOf(match)?.demoted.push(match);
  for (const match of unripe) {
    const claimer = claimerOf(match);
    if (claimer !== undefined && (byRank(claimer.match, match) < 0 || outranks(claimer.match, match)))
      claimer.demoted.push(match);
  }
  return headlines;
}

/** Whether a match outranks another whatever their priorities: by its rule's word, or as its incident. */
export function outranks(a: Match, b: Match): boolean {
  if (a === b) return false;
  if (a.rule.supersedes.has(b.rule.rule.key)) return true;
  return isMadeOf(a, b) && !b.rule.supersedes.has(a.rule.rule.key);
}

/** Windows of one trace, or of one group, follow each other: what they found is one story, and no rivals. */
function isRival(a: Match, b: Match): boolean {
  return a.window === b.window || a.window.key !== b.window.key;
}

function shareTrace(a: Match, b: Match): boolean {
  if (a.traces.length === 1 || b.traces.length === 1) return a.traces.some((trace) => b.traces.includes(trace));
  const theirs = new Set(b.traces);
  return a.traces.some((trace) => theirs.has(trace));
}

/** Why a match is not the headline, for people. */
export function whyDemoted(other: Match, winner: Match): string {
  const { key, priority } = winner.rule.rule;
  if (winner.rule.supersedes.has(other.rule.rule.key)) return `superseded by ${key}`;
  if (isMadeOf(winner, other)) return `part of ${key}`;
  const below = other.rule.rule.priority < priority;
  return below ? `priority ${other.rule.rule.priority} is below ${priority}` : `ranks after ${key}`;
}
