import type { RuleMeaning } from "../model/snapshot.ts";
import type { EpochMs } from "../model/time.ts";
import type { Announcer } from "./announcer.ts";
import type { Claims } from "./arbitrate.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { Job } from "./courtroom-parts.ts";
import type { JoinGroups } from "./join-groups.ts";
import { groupKeys } from "./join-keys.ts";
import type { Match } from "./match.ts";
import type { RuleIndex } from "./rule-index.ts";
import type { StoryBook } from "./story-book.ts";
import type { Window } from "./window.ts";
import type { WindowTable } from "./window-table.ts";

/** The engine's parts that know rules. */
export interface RenewParts {
  /** The rules that were in force. */
  readonly before: readonly RuleMeaning[];
  readonly index: RuleIndex;
  readonly windows: WindowTable;
  readonly groups: JoinGroups;
  readonly book: StoryBook;
  readonly claims: Claims;
  readonly announcer: Announcer;
  readonly nowMs: EpochMs;
}

/** What other rules in force bring about. */
export interface Renewal {
  /** To be judged: changed and new rules, in every open window. */
  readonly jobs: readonly Job[];
  /** Matches of rules that are gone, or mean something else now. */
  readonly lost: readonly Match[];
}

/**
 * Puts other rules in force. A rule that means the same keeps its matches, groups and stories, and has
 * its new words from now on; the others are judged anew over the events of the windows that are open.
 */
export function renewRules(parts: RenewParts): Renewal {
  const { index, windows, groups, book, claims, announcer } = parts;
  const renew = renewerOf(index);
  const meanings = new Map(parts.before);
  const isFresh = ({ rule }: CompiledRule): boolean => meanings.get(rule.key) !== rule.meaningDigest;
  for (const { told, earlier, last } of book.records) {
    for (const match of [told, earlier, last]) if (match !== undefined) renewMatch(match, renew);
  }
  for (const match of claims.parked) renewMatch(match, renew);
  const lost: Match[] = [];
  const jobs: Job[] = [];
  const traces = [...windows.all()];
  for (const window of traces) {
    const gone = renewMatches(window, renew);
    lost.push(...gone);
    window.retype(index);
    const rules = window.ready.filter(isFresh);
    if (0 < rules.length + gone.length) jobs.push({ window, rules });
  }
  for (const group of [...groups.table.all()]) {
    const rule = group.joinRule === undefined ? undefined : renew(group.joinRule);
    lost.push(...renewMatches(group, renew));
    group.joinRule = rule ?? group.joinRule;
    if (rule !== undefined) continue;
    group.closedBy = "rules";
    groups.close(group);
    jobs.push({ window: group, rules: [] });
  }
  jobs.push(...newGroups(parts, traces, isFresh));
  for (const window of [...traces, ...groups.table.all()]) {
    for (const match of window.matches) jobs.push(...announcer.announce(match));
  }
  for (const match of lost) claims.remove(match);
  return { jobs, lost };
}

type Renew = (rule: CompiledRule) => CompiledRule | undefined;

/** Finds the rule that means the same among those in force now. */
function renewerOf(index: RuleIndex): Renew {
  const byKey = new Map(index.rules.map((rule) => [rule.rule.key, rule]));
  return ({ rule }) => {
    const found = byKey.get(rule.key);
    return found?.rule.meaningDigest === rule.meaningDigest ? found : undefined;
  };
}

function renewMatch(match: Match, renew: Renew): void {
  match.rule = renew(match.rule) ?? match.rule;
  for (const member of match.members) renewMatch(member, renew);
}

/** Keeps the matches of rules that mean the same; answers those that fall away. */
function renewMatches(window: Window, renew: Renew): Match[] {
  const gone: Match[] = [];
  const { matches, heldSinceMs } = window;
  window.forgetMatches();
  for (const match of matches) {
    const rule = renew(match.rule);
    if (rule === undefined) {
      gone.push(match);
      continue;
    }
    renewMatch(match, renew);
    window.hold(match, heldSinceMs.get(rule.rule.key) ?? 0);
  }
  return gone;
}

/** The groups of rules that are new, or mean something else now, from the events of open traces. */
function newGroups(
  { index, groups, nowMs }: RenewParts,
  traces: readonly Window[],
  isFresh: (rule: CompiledRule) => boolean,
): Job[] {
  const fresh = new Set(index.joinRules.filter(isFresh));
  const touched = new Set<Window>();
  for (const { events, openedPosition } of fresh.size === 0 ? [] : traces) {
    for (const event of events) {
      for (const joined of index.entry(event.type).joins) {
        if (!fresh.has(joined.rule)) continue;
        const at = { logTimeMs: nowMs, position: openedPosition };
        groups.add(joined.rule, groupKeys(joined, event), { event, at, touched });
      }
    }
  }
  return [...touched].flatMap((window) =>
    window.joinRule === undefined ? [] : [{ window, rules: [window.joinRule] }],
  );
}
