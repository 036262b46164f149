import { canonicalJson, sha256Hex } from "../model/hash.ts";
import type { EngineLimits } from "../model/limits.ts";
import type { EngineCounters } from "../model/story.ts";
import type { EpochMs } from "../model/time.ts";
import { grown } from "./grown.ts";
import { isIsolated, type Match } from "./match.ts";
import { groupOf, openRecord, type StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** All stories that are remembered, and where each is found: by its groups, and by the traces of its windows. */
export class StoryShelf {
  readonly #byId = new Map<string, StoryRecord>();
  readonly #byGroup = new Map<string, StoryRecord>();
  /** The last window of each trace that a story knows: where late evidence goes. */
  readonly #windows = new Map<string, Window>();
  readonly #limits: EngineLimits;
  readonly #counters: EngineCounters;

  constructor(limits: EngineLimits, counters: EngineCounters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  /** The oldest first. */
  get records(): Iterable<StoryRecord> {
    return this.#byId.values();
  }

  get windows(): Iterable<Window> {
    return this.#windows.values();
  }

  /** The story that later windows of a match's group revise. */
  of(match: Match): StoryRecord | undefined {
    return this.#byGroup.get(groupOf(match));
  }

  /** The story that later windows of a trace revise. */
  ofTrace(traceId: string): StoryRecord | undefined {
    return this.#byGroup.get(`trace|${traceId}`);
  }

  /** The closed window of a trace that late evidence belongs to, where a story remembers it. */
  closedWindow(traceId: string): Window | undefined {
    const window = this.#windows.get(traceId);
    return window?.closedBy === undefined ? undefined : window;
  }

  /** Takes a story from a snapshot. */
  recall(record: StoryRecord): void {
    this.#byId.set(record.id, record);
    for (const group of record.groups) this.#byGroup.set(group, record);
  }

  /** Takes a window from a snapshot. */
  recallWindow(window: Window): void {
    this.#windows.set(window.key, window);
  }

  /** A new story, or one that was taken back and holds after all: its id says where it began. */
  create(match: Match, now: EpochMs): StoryRecord {
    const began = [groupOf(match), match.window.openedPosition];
    let id = idOf(began);
    // The story that began here may have gone on with another group.
    for (let more = 2; this.#isTaken(id); more++) id = idOf([...began, more]);
    const record = this.#byId.get(id) ?? openRecord(id, match.window.openedPosition, now);
    this.#byId.set(id, record);
    if (this.#limits.storiesMax < this.#byId.size) this.#forgetOldest();
    return record;
  }

  /** Later windows of the match's group, and of its root cause's trace, revise this story from now on. */
  claim(record: StoryRecord, match: Match): void {
    const group = groupOf(match);
    const before = this.#byGroup.get(group);
    if (before !== undefined && before !== record) before.groups.splice(before.groups.indexOf(group), 1);
    const trace = `trace|${match.rootTrace}`;
    for (const key of isIsolated(match) || this.#byGroup.has(trace) ? [group] : [group, trace]) {
      this.#byGroup.set(key, record);
      if (!record.groups.includes(key)) record.groups = grown(record.groups, key);
    }
  }

  /** Late evidence for a trace's window goes to this story. */
  keepWindow(record: StoryRecord, window: Window): void {
    if (window.joinRule !== undefined) return;
    const later = this.#windows.get(window.key);
    // An earlier window may be decided after the last one was told.
    if (later === undefined || later.openedPosition <= window.openedPosition) this.#windows.set(window.key, window);
    if (!record.traces.includes(window.key)) record.traces = grown(record.traces, window.key);
  }

  forget(record: StoryRecord): void {
    record.gone = true;
    this.#byId.delete(record.id);
    this.#letGo(record, record.traces.splice(0));
  }

  /** A story was taken back: nothing goes to it any more but what goes where late evidence undid it. */
  takeBack(record: StoryRecord): void {
    const isLate = (trace: string): boolean => this.#windows.get(trace)?.tookLate === true;
    this.#letGo(
      record,
      record.traces.filter((trace) => !isLate(trace)),
    );
    record.traces.splice(0, record.traces.length, ...record.traces.filter(isLate));
  }

  #letGo(record: StoryRecord, traces: readonly string[]): void {
    for (const trace of traces) {
      const owner = this.#windows.get(trace)?.record;
      if (owner === undefined || owner === record || owner.gone) this.#windows.delete(trace);
    }
    for (const group of record.groups.splice(0)) this.#byGroup.delete(group);
  }

  #forgetOldest(): void {
    const oldest = this.#byId.values().next().value;
    if (oldest === undefined) return;
    this.#counters.storiesForgotten++;
    this.forget(oldest);
  }

  #isTaken(id: string): boolean {
    const known = this.#byId.get(id);
    return known !== undefined && known.status !== "retracted";
  }
}

function idOf(began: readonly unknown[]): string {
  return `st_${sha256Hex(canonicalJson(began)).slice(0, 24)}`;
}
