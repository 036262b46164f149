import type { Event } from "../../src/core/model/event.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";
import type { Entry } from "../oracle/words.ts";
import { event, START_MS } from "../support/engine-kit.ts";
import { lastRevisions, runEngine } from "./engine-side.ts";
import type { Case } from "./profiles.ts";

/** A case and the numbers that decide how it is changed. */
export interface Variation {
  readonly given: Case;
  readonly dice: readonly number[];
}

const DAY_MS = 86_400_000;

/** The very same event again, at once: nothing at all changes. */
export async function duplicatesChangeNothing({ given, dice }: Variation): Promise<void> {
  const log = given.log.flatMap((entry, at) =>
    roll(dice, at) < 5 ? [entry] : [entry, { ...entry, position: entry.position + 1 }],
  );
  await same(given, { ...given, log });
}

/** Changes taken, and log time moved on, between any two entries: the same changes in the same order. */
export async function batchesChangeNothing({ given, dice }: Variation): Promise<void> {
  const taken: StoryChange[] = [];
  let at = 0;
  const engine = await runEngine(given.rules, given.log, given.limits, async (running, { logTimeMs }) => {
    if (4 < roll(dice, at)) taken.push(...running.take());
    const next = given.log[++at]?.logTimeMs ?? logTimeMs;
    if (2 < roll(dice, at + 3)) await running.advance((logTimeMs + next) / 2);
  });
  compare(await changesOf(given), [...taken, ...engine.take()]);
}

/** Other traces with events that no rule names: the same changes. */
export async function unrelatedTracesChangeNothing({ given, dice }: Variation): Promise<void> {
  const log = given.log.flatMap((entry, at) => {
    const next = given.log[at + 1];
    if (next === undefined || roll(dice, at) < 4) return [entry];
    const logTimeMs = (entry.logTimeMs + next.logTimeMs) / 2;
    const noise = event(`noise${at}`, "noise.z", 0, { traceId: `u${at % 2}`, source: "noise" });
    return [entry, { event: noise, logTimeMs, position: entry.position + 1 }];
  });
  await same(given, { ...given, log });
}

/** Other names for the traces, in the same order: the same changes but for the names. */
export async function namesOfTracesMeanNothing({ given }: Variation): Promise<void> {
  const renamed = withEvents(given, (one) => ({ ...one, traceId: `QQ${one.traceId}` }));
  await same(given, renamed, (text) => text.replaceAll("QQ", ""));
}

/** Other ids for the events, in the same order: the same stories under the same ids, but for the ids of events. */
export async function idsOfEventsMeanNothing({ given }: Variation): Promise<void> {
  const renamed = withEvents(given, (one) => ({ ...one, id: `QQ${one.id}` }));
  const [expected, actual] = [await changesOf(given), await changesOf(renamed)];
  check(JSON.stringify(expected), JSON.stringify(actual).replaceAll("QQ", ""));
}

/** The same log on another day: the same changes, as much later. */
export async function daysMeanNothing({ given, dice }: Variation): Promise<void> {
  const byMs = (1 + roll(dice, 0)) * DAY_MS;
  const moved = withEvents(given, (one) => ({
    ...one,
    time: new Date(one.timeMs + byMs).toISOString(),
    timeMs: one.timeMs + byMs,
    lastMs: one.lastMs + byMs,
  }));
  const log = moved.log.map((entry) => ({ ...entry, logTimeMs: entry.logTimeMs + byMs }));
  await same(given, { ...moved, log }, (text) =>
    text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => new Date(Date.parse(time) - byMs).toISOString()),
  );
}

/** Another order of arrival at the same log time, within one window: the same stories in the end. */
export async function arrivalMeansNothing({ given, dice }: Variation): Promise<void> {
  const nowMs = Math.max(START_MS, ...given.log.map(({ logTimeMs }) => logTimeMs));
  const at = (events: readonly Event[]): Entry[] =>
    events.map((one, index) => ({ event: one, logTimeMs: nowMs, position: index + 1 }));
  const events = given.log.map((entry) => entry.event);
  const shuffled = events.map((one, index) => ({ one, key: roll(dice, index) })).sort((a, b) => a.key - b.key);
  const [first, second] = [at(events), at(shuffled.map(({ one }) => one))];
  const stories = async (log: readonly Entry[]): Promise<string> => {
    const told = lastRevisions(await changesOf({ ...given, log })).filter(({ status }) => status !== "retracted");
    return told
      .map((story) => JSON.stringify(withoutHistory(story)))
      .sort()
      .join("\n");
  };
  check(await stories(first), await stories(second));
}

/**
 * A story without what depends on how it came about: its id and its place in the log, its revisions,
 * whether it was taken back in between, and what closed its window.
 */
function withoutHistory(story: Story): unknown {
  const { id: _id, revision: _revision, status: _status, ...rest } = story;
  const { closedBy: _closedBy, ...window } = story.window;
  return JSON.parse(JSON.stringify({ ...rest, window }).replaceAll(/(story:[^:"]*:[^:"]*):\d+/g, "$1"));
}

async function same(given: Case, changed: Case, back: (text: string) => string = (text) => text): Promise<void> {
  compare(await changesOf(given), await changesOf(changed), back);
}

async function changesOf({ rules, log, limits }: Case): Promise<StoryChange[]> {
  return (await runEngine(rules, log, limits)).take();
}

function compare(
  expected: readonly StoryChange[],
  actual: readonly StoryChange[],
  back = (text: string) => text,
): void {
  check(textOf(expected), back(textOf(actual)));
}

/** Changes one a line; ids stand as they came, since they hash the names of traces. */
function textOf(changes: readonly StoryChange[]): string {
  const ids = [...new Set(changes.map(({ story }) => story.id))];
  const lines = changes.map((change) => JSON.stringify(change)).join("\n");
  return ids.reduce((text, id, at) => text.replaceAll(id, `story ${at}`), lines);
}

function check(expected: string, actual: string): void {
  if (expected !== actual)
    throw new Error(`without the change\n${expected || "nothing"}\nwith it\n${actual || "nothing"}`);
}

function withEvents(given: Case, change: (one: Event) => Event): Case {
  return { ...given, log: given.log.map((entry) => ({ ...entry, event: change(entry.event) })) };
}

function roll(dice: readonly number[], at: number): number {
  return dice[at % dice.length] ?? 0;
}
