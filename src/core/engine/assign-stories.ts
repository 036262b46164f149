import type { EpochMs } from "../model/time.ts";
import type { Headline } from "./arbitrate.ts";
import { isHeld, isIsolated, type Match } from "./match.ts";
import { isAbout, isOpen, type StoryRecord } from "./story-record.ts";
import type { StoryShelf } from "./story-shelf.ts";
import type { Window } from "./window.ts";

/** The story of each headline: one that goes on, or a new one; never one for two of different groups. */
export function assignStories(
  headlines: readonly Headline[],
  weighed: ReadonlySet<Window>,
  now: EpochMs,
  shelf: StoryShelf,
): Map<StoryRecord, Headline[]> {
  const [only] = headlines;
  if (only !== undefined && headlines.length === 1) return new Map([[storyOf(only, weighed, now, shelf), [only]]]);
  const assigned = new Map<StoryRecord, Headline[]>();
  const isFree = (record: StoryRecord, { window }: Match): boolean =>
    mayTake(record, window, weighed) &&
    (assigned.get(record)?.every((other) => other.match.window.key === window.key) ?? true);
  const take = (record: StoryRecord, headline: Headline): void => {
    const many = [...(assigned.get(record) ?? []), headline];
    assigned.set(
      record,
      many.sort((a, b) => a.match.window.openedPosition - b.match.window.openedPosition),
    );
  };
  const takeFirst = (left: readonly Headline[], of: (headline: Headline) => readonly StoryRecord[]): Headline[] =>
    left.filter((headline) => {
      const record = of(headline).find((one) => isFree(one, headline.match));
      if (record !== undefined) take(record, headline);
      return record === undefined;
    });
  const other = takeFirst(headlines, ({ match }) => listOf(continued(match)));
  const fresh = takeFirst(other, ({ match }) => listOf(shelf.of(match)));
  for (const headline of takeFirst(fresh, (one) => kinOf(one, shelf)))
    take(shelf.create(headline.match, now), headline);
  return assigned;
}

/** The same for a headline that is the only one, as nearly always. */
function storyOf(headline: Headline, weighed: ReadonlySet<Window>, now: EpochMs, shelf: StoryShelf): StoryRecord {
  const { match } = headline;
  const isFree = (record: StoryRecord): boolean => mayTake(record, match.window, weighed);
  for (const own of [continued(match), shelf.of(match)]) if (own !== undefined && isFree(own)) return own;
  return kinOf(headline, shelf).find(isFree) ?? shelf.create(match, now);
}

/** The story that the match's window headed last. */
function continued(match: Match): StoryRecord | undefined {
  const own = isIsolated(match) ? undefined : match.window.record;
  return own?.last?.window === match.window && !own.gone ? own : undefined;
}

/** Stories of other groups that a headline may go on with: of its root cause's trace, of what it outranks. */
function kinOf({ match, demoted }: Headline, shelf: StoryShelf): StoryRecord[] {
  if (isIsolated(match)) return [];
  const rooted = match.window.joinRule === undefined ? undefined : shelf.ofTrace(match.rootTrace);
  const others = [rooted, ...demoted.map(({ window }) => window.record)].filter((record) => record !== undefined);
  return others.filter(
    (record) => isOpen(record) && (record.last?.window.closedBy === undefined || isAbout(record, match)),
  );
}

/** Whether a story may go on with this window: not while another group's, that is not weighed now, heads it. */
function mayTake({ last }: StoryRecord, { key }: Window, weighed: ReadonlySet<Window>): boolean {
  const goesOn = last !== undefined && last.window.closedBy === undefined && isHeld(last);
  return !goesOn || last.window.key === key || weighed.has(last.window);
}

function listOf<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}
