import { byRank, isIsolated, isMadeOf, type Match } from "./match.ts";
import type { Window } from "./window.ts";

/** A match that is told, and those that it outranks in the traces it claims. */
export interface Headline {
  readonly match: Match;
  readonly demoted: readonly Match[];
}

/** The matches that claim each trace. */
export class Claims {
  readonly #byTrace = new Map<string, Set<Match>>();
  /** Matches of closed windows that still claim a trace whose window is open. */
  readonly #parked = new Set<Match>();

  /** Matches whose own windows closed. */
  get parked(): Iterable<Match> {
    return this.#parked;
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
    for (const match of matches.values()) if (!isIsolated(match)) this.add(match);
  }

  remove(match: Match): void {
    this.#parked.delete(match);
    for (const trace of match.traces) {
      const claims = this.#byTrace.get(trace);
      claims?.delete(match);
      if (claims?.size === 0) this.#byTrace.delete(trace);
    }
  }

  /** Keeps the claims of a match whose own window closed, until those of all its traces have. */
  park(match: Match): void {
    this.#parked.add(match);
  }

  /** A trace's window closed: lets go of parked matches that claim no open trace any more. */
  release(traceId: string, isOpen: (traceId: string) => boolean): void {
    if (this.#parked.size === 0) return;
    for (const match of [...(this.#byTrace.get(traceId) ?? [])]) {
      if (!this.#parked.has(match) || [...match.traces].some(isOpen)) continue;
      this.#parked.delete(match);
      this.remove(match);
      match.window.matches.delete(match.rule.index);
    }
  }

  /** All matches that hang together with these traces by the traces they claim. */
  component(traces: Iterable<string>): Set<Match> {
    const found = new Set<Match>();
    const seen = new Set(traces);
    for (const trace of seen) {
      for (const match of this.#byTrace.get(trace) ?? []) {
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
  const claimedBy = new Map<string, { match: Match; demoted: Match[] }>();
  const headlines: { match: Match; demoted: Match[] }[] = [];
  const put: Match[] = [];
  for (const match of ranked) {
    const claimer = firstOf(match.traces, (trace) => claimedBy.get(trace));
    if (claimer !== undefined) claimer.demoted.push(match);
    else if (ranked.some((other) => outranks(other, match) && shareTrace(other, match))) put.push(match);
    else {
      const headline = { match, demoted: [] };
      headlines.push(headline);
      for (const trace of match.traces) claimedBy.set(trace, headline);
    }
  }
  for (const match of put) firstOf(match.traces, (trace) => claimedBy.get(trace))?.demoted.push(match);
  for (const match of unripe) {
    const claimer = firstOf(match.traces, (trace) => claimedBy.get(trace));
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

function shareTrace(a: Match, b: Match): boolean {
  for (const trace of a.traces) if (b.traces.has(trace)) return true;
  return false;
}

function firstOf<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a match is not the headline, for people. */
export function whyDemoted(other: Match, winner: Match): string {
  const { key, priority } = winner.rule.rule;
  if (winner.rule.supersedes.has(other.rule.rule.key)) return `superseded by ${key}`;
  if (isMadeOf(winner, other)) return `part of ${key}`;
  const below = other.rule.rule.priority < priority;
  return below ? `priority ${other.rule.rule.priority} is below ${priority}` : `ranks after ${key}`;
}
