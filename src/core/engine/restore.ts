import { sums } from "../model/differences.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineSnapshot, GroupData } from "../model/snapshot.ts";
import type { HeldEvent } from "../model/unopened-event.ts";
import type { Announcer } from "./announcer.ts";
import type { Claims } from "./arbitrate.ts";
import type { Deadline } from "./deadlines.ts";
import type { HeardSources } from "./heard-sources.ts";
import { joinEvent, joins } from "./join-event.ts";
import type { JoinGroups } from "./join-groups.ts";
import type { LogPlace } from "./log-place.ts";
import { newsOf } from "./news.ts";
import type { RuleIndex } from "./rule-index.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import type { StoryBook } from "./story-book.ts";
import type { Task } from "./task.ts";
import { Window } from "./window.ts";
import { WindowTable } from "./window-table.ts";

/** The engine's parts that a snapshot fills. */
export interface RestoreParts {
  readonly windows: WindowTable;
  readonly groups: JoinGroups;
  readonly book: StoryBook;
  readonly claims: Claims;
  readonly announcer: Announcer;
  readonly sources: HeardSources;
  readonly index: RuleIndex;
  readonly limits: EngineLimits;
}

/**
 * Builds an engine's state again: the log is read once more from `since` on, and of its events only
 * those are let in that belong to windows which were open at the snapshot's position. Nothing closes
 * and nothing is judged meanwhile. Then what was found in the windows is put back.
 */
export class Restore {
  readonly snapshot: EngineSnapshot;
  /** What is to be done, and when; known when it is finished. */
  readonly deadlines: Deadline<Task>[] = [];
  readonly #parts: RestoreParts;
  /** Where each window was opened, in the order of the log. */
  readonly #opened: readonly number[];
  /** The first of them that was not passed yet. */
  #openedNext = 0;
  readonly #traces: Window[] = [];
  /** Windows of traces that had closed by the snapshot: the versions that groups have of their events come together here. */
  readonly #closed: WindowTable;
  readonly #late: ReadonlySet<number>;
  readonly #groups: ReadonlyMap<string, GroupData>;
  /** Groups that a story opened, by the position behind which it did. */
  readonly #byStory: ReadonlyMap<number, readonly GroupData[]>;

  constructor(snapshot: EngineSnapshot, parts: RestoreParts) {
    this.snapshot = snapshot;
    this.#parts = parts;
    this.#opened = sums(snapshot.opened);
    this.#closed = new WindowTable(parts.limits.correlationWindowMs, parts.limits.maxWindowMs);
    this.#late = new Set(sums(snapshot.late));
    const meanings = new Map(snapshot.rules);
    const same = parts.index.joinRules.filter(({ rule }) => meanings.get(rule.key) === rule.meaningDigest);
    const known = new Set(same.map(({ rule }) => rule.key));
    // The groups of a rule that means something else now are made anew.
    const groups = snapshot.groups.filter(({ rule }) => known.has(rule));
    this.#groups = new Map(groups.map((group) => [group.name, group]));
    this.#byStory = groupsByStory(groups);
    parts.groups.mayOpen = (name, { position }) => {
      const group = this.#groups.get(name);
      return group !== undefined && !group.byStory && group.openedPosition === position;
    };
  }

  /** Takes an event that the engine had taken before. */
  place(event: HeldEvent, at: LogPlace): void {
    if (this.#late.size === 0 || !this.#late.has(at.position)) this.#placeInWindows(event, at);
    if (this.#byStory.size === 0) return;
    for (const group of this.#byStory.get(at.position) ?? []) this.#openGroup(group);
  }

  /** The log has been read up to the snapshot: puts back what was found. */
  finish(): void {
    const { groups, sources, book, claims, windows } = this.#parts;
    const { snapshot } = this;
    groups.mayOpen = undefined;
    for (const [source, lastMs] of snapshot.heard) sources.recall(source, lastMs);
    const reader = new SnapshotReader(snapshot, {
      index: this.#parts.index,
      trace: (which) => (typeof which === "number" ? this.#traces[which] : windows.get(which)),
      group: (name) => groups.named(name),
      recallKept: (group, window) => groups.byTrace.recall(group, window),
      recallRival: (match, record) => book.recallRival(match, record),
    });
    for (const data of this.#groups.values()) this.#fillGroup(data, reader);
    this.#countJudgements();
    for (const { window: ref, ...state } of snapshot.states) {
      const window = reader.window(ref);
      if (window !== undefined) reader.state(window, state);
    }
    for (const match of snapshot.parked.flatMap((number) => reader.match(number) ?? [])) {
      claims.add(match);
      claims.park(match);
    }
    for (const record of snapshot.stories.flatMap((number) => reader.record(number) ?? [])) book.recall(record);
    for (const window of snapshot.remembered.flatMap((ref) => reader.window(ref) ?? [])) book.recallWindow(window);
    this.#planAgain(reader);
    reader.finish();
    for (const window of [...windows.all(), ...groups.table.all()]) claims.addAllOf(window);
  }

  #planAgain(reader: SnapshotReader): void {
    for (const [source, ref] of this.snapshot.waiting) {
      const window = reader.window(ref);
      if (window !== undefined) this.#parts.sources.waitFor(source, window);
    }
    for (const [at, order, ref] of this.snapshot.judgements) {
      const window = reader.window(ref);
      if (window !== undefined) this.deadlines.push({ at, order, task: { kind: "judge", window } });
    }
    const { looks } = this.snapshot;
    let [order, story] = [0, 0];
    for (let at = 0; at < looks.length; at += 3) {
      order += looks[at + 1] ?? 0;
      story += looks[at + 2] ?? 0;
      const record = reader.storyOf(story);
      if (record !== undefined) this.deadlines.push({ at: looks[at] ?? 0, order, task: { kind: "look", record } });
    }
  }

  #countJudgements(): void {
    const { judged } = this.snapshot;
    let index = 0;
    for (let at = 0; at < judged.length; at += 2) {
      index += judged[at] ?? 0;
      const window = this.#traces[index];
      if (window !== undefined) window.judgements = judged[at + 1] ?? 0;
    }
  }

  /** Index of the window that was opened here; of those whose entries the log has lost, none is. */
  #openedAt(position: number): number | undefined {
    const opened = this.#opened;
    while ((opened[this.#openedNext] ?? position) < position) this.#openedNext++;
    return opened[this.#openedNext] === position ? this.#openedNext : undefined;
  }

  #placeInWindows(event: HeldEvent, at: LogPlace): void {
    const { windows, groups, index, limits } = this.#parts;
    const open = windows.get(event.traceId) ?? this.#openAgain(event, at);
    const window = open ?? this.#closedWindow(event, at);
    const entry = index.entry(event.type);
    const outcome = window?.add(event, limits.windowEventsMax) ?? "added";
    if (outcome === "same") return;
    if (window !== undefined) {
      const table = open === undefined ? this.#closed : windows;
      table.touch(window, at.logTimeMs);
      if (at.chars !== undefined && outcome === "added" && window.dropped === 0) table.weigh(window, at.chars);
      if (open !== undefined) window.noteType(entry, index);
    }
    const news = outcome === "added" ? { event, entry } : newsOf(outcome, index);
    if (joins(news)) joinEvent(groups, window, news, at);
  }

  /** The window that an event opened, if it was open still at the snapshot. */
  #openAgain({ traceId }: HeldEvent, at: LogPlace): Window | undefined {
    const which = this.#openedAt(at.position);
    if (which === undefined) return undefined;
    const window = new Window({ key: traceId, logTimeMs: at.logTimeMs, position: at.position });
    this.#parts.windows.open(window);
    this.#traces[which] = window;
    return window;
  }

  /** The window of an event that had closed by the snapshot, where there are groups that outlive it. */
  #closedWindow({ traceId }: HeldEvent, at: LogPlace): Window | undefined {
    if (this.#groups.size === 0) return undefined;
    const closed = this.#closed;
    for (let due = closed.nextDue(); due !== undefined && closed.dueMs <= at.logTimeMs; due = closed.nextDue())
      closed.close(due.window);
    const known = closed.get(traceId);
    if (known !== undefined) return known;
    const window = new Window({ key: traceId, logTimeMs: at.logTimeMs, position: at.position });
    closed.open(window);
    return window;
  }

  #openGroup({ name, rule, group, openedLogMs, openedPosition }: GroupData): Window | undefined {
    const { groups, index } = this.#parts;
    const joinRule = index.joinRules.find((one) => one.rule.key === rule);
    const open = groups.named(name);
    if (joinRule === undefined || open !== undefined) return open;
    const [ownKey] = Object.values(group);
    const window = new Window({ key: name, joinRule, ownKey, logTimeMs: openedLogMs, position: openedPosition });
    window.openedByStory = true;
    groups.open(window);
    return window;
  }

  /** In the order of the snapshot, which is that of idleness: each is touched when its turn comes. */
  #fillGroup(data: GroupData, reader: SnapshotReader): void {
    const { groups, announcer, limits } = this.#parts;
    const window = this.#openGroup(data);
    if (window === undefined) return;
    for (const { event, bits, match: matchData } of data.stories) {
      window.add(event, limits.windowEventsMax);
      window.noteSteps(event.id, bits);
      groups.recallStory(event, window);
      const match = matchData === undefined ? undefined : reader.match(matchData);
      if (match !== undefined) announcer.recall(event, match);
    }
    for (const kept of data.kept.flatMap((ref) => reader.window(ref) ?? [])) groups.byTrace.recall(window, kept);
    if (0 < window.size) [window.firstEventMs, window.lastEventMs] = [data.firstEventMs, data.lastEventMs];
    groups.table.touch(window, data.lastLogMs);
    if (data.reach !== undefined) groups.recallReach(window, data.reach);
  }
}

function groupsByStory(groups: readonly GroupData[]): Map<number, GroupData[]> {
  const found = new Map<number, GroupData[]>();
  for (const group of [...groups].sort((a, b) => a.order - b.order)) {
    if (!group.byStory) continue;
    const there = found.get(group.openedPosition);
    if (there === undefined) found.set(group.openedPosition, [group]);
    else there.push(group);
  }
  return found;
}
