import { arbitrate, byRank, type Headline } from "./arbitrate.ts";
import type { Ruling } from "./oracle.ts";
import type { Bound, Match } from "./words.ts";

// contract.md §3.9: one story per window, and one story over windows.

/** A story as far as the oracle can say what it must be. */
export interface ExpectedStory {
  readonly rule: string;
  readonly group: string;
  readonly traceId: string;
  readonly root: string;
  /** Event ids by step. */
  readonly bound: Readonly<Record<string, readonly string[]>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly inferred: readonly string[];
  /** To four digits. */
  readonly confidence: number;
  readonly truncated: boolean;
  readonly shadow: boolean;
  readonly superseded: readonly string[];
  readonly alsoMatched: readonly string[];
  /** Rules that may stand in either list, or in none: with a match in each, or one that lost to several stories. */
  readonly either: readonly string[];
  /** Told of several windows: its root cause and its confidence are one of theirs. */
  readonly overWindows: boolean;
}

/** The stories that must stand, out of what every rule came to in every window. */
export function storiesOf(rulings: readonly Ruling[], note: (feature: string) => void): ExpectedStory[] {
  const told = new Map<string, Headline[]>();
  const tell = (group: string, headline: Headline): void => {
    told.set(group, [...(told.get(group) ?? []), headline]);
  };
  const windows = [...new Set(rulings.map(({ window }) => window))].sort((a, b) => a - b);
  for (const window of windows) {
    const held = rulings.filter((ruling) => ruling.window === window).flatMap(matchOf);
    for (const match of held.filter(isIsolated)) {
      note(match.rule.mode === "shadow" ? "shadow" : "standalone");
      tell(`${match.rule.key} ${match.group}`, { match, superseded: [], alsoMatched: [], somewhere: [] });
    }
    for (const headline of arbitrate(held.filter((match) => !isIsolated(match)))) {
      if (0 < headline.superseded.length) note("superseded");
      if (0 < headline.alsoMatched.length) note("also matched");
      const { rule, group } = headline.match;
      tell(0 < rule.joins.length ? `${rule.key} ${group}` : group, headline);
    }
  }
  return [...told.values()].map((headlines) => overWindows(headlines, note));
}

function matchOf({ judgement }: Ruling): Match[] {
  return judgement === undefined || judgement === "undecided" ? [] : [judgement];
}

/** A rule that is standalone, or in shadow mode, has a story of its own and claims nothing. */
function isIsolated({ rule }: Match): boolean {
  return rule.standalone || rule.mode === "shadow";
}

/** Later windows of a group revise its story: the best rank heads it, with the evidence of all its windows. */
function overWindows(headlines: readonly Headline[], note: (feature: string) => void): ExpectedStory {
  const best = [...headlines].sort((a, b) => byRank(a.match, b.match))[0] as Headline;
  const same = headlines.filter(({ match }) => match.rule === best.match.rule).map(({ match }) => match);
  const first = same[0] as Match;
  if (1 < headlines.length) note("one story over windows");
  const { rule } = first;
  const others = headlines.flatMap(({ match, alsoMatched }) => [match, ...alsoMatched]);
  const keys = (matches: readonly Match[]): string[] =>
    [...new Set(matches.map((match) => match.rule.key))].filter((key) => key !== rule.key).sort();
  const somewhere = headlines.flatMap((headline) => headline.somewhere);
  const superseded = keys(headlines.flatMap((headline) => headline.superseded));
  const bound = mergeBound(same);
  return {
    rule: rule.key,
    group: first.group,
    traceId: first.root.anchor.traceId,
    root: first.root.anchor.id,
    bound: Object.fromEntries(bound.map(({ step, events }) => [step.as, events.map(({ id }) => id)])),
    counts: Object.fromEntries(bound.map(({ step, count }) => [step.as, count])),
    inferred: bound.filter(({ inferred }) => inferred).map(({ step }) => step.as),
    confidence: Math.round(first.confidence * 10_000) / 10_000,
    truncated: same.some(({ truncated }) => truncated),
    shadow: rule.mode === "shadow",
    superseded,
    alsoMatched: keys(others).filter((key) => !superseded.includes(key)),
    either: [...keys(others).filter((key) => superseded.includes(key)), ...keys(somewhere)],
    overWindows: 1 < headlines.length,
  };
}

/** Each step with the events that it took in any window. */
function mergeBound(matches: readonly Match[]): Bound[] {
  const [first] = matches;
  return (first?.rule.steps ?? []).flatMap((step) => {
    const found = matches.flatMap(({ bound }) => bound.filter((one) => one.step === step));
    const [head] = found;
    if (head === undefined) return [];
    const events = [...new Map(found.flatMap((one) => one.events).map((event) => [event.id, event])).values()];
    return [{ ...head, events, count: events.reduce((sum, { count }) => sum + count, 0) }];
  });
}
