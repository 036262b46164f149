import type {
  BoundData,
  EngineSnapshot,
  MatchData,
  RecordData,
  StateData,
  UnitNumber,
  WindowData,
  WindowRef,
} from "../model/snapshot.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { BoundStep, Match } from "./match.ts";
import type { RuleIndex } from "./rule-index.ts";
import { openRecord, type StoryRecord } from "./story-record.ts";
import { Window } from "./window.ts";

/** Why a window closed of which the log has lost the events. */
const LOST = "gap";
/** What the name of an open trace's window begins with, in a unit. */
const TRACE = "trace:";

/** Where a reader finds what it does not make. */
export interface ReaderSurroundings {
  readonly index: RuleIndex;
  /** The open window of a trace, by its key or its index among those of the snapshot. */
  trace(which: string | number): Window | undefined;
  group(name: string): Window | undefined;
  /** Keeps a trace's window for a join group that has closed. */
  recallKept(group: Window, window: Window): void;
  /** Notes the story that a match lost against. */
  recallRival(match: Match, record: StoryRecord): void;
}

/**
 * Makes matches, closed windows and stories of a snapshot's data. What hangs on a rule that is no
 * longer there, or on a window that could not be built again, is `undefined`.
 */
export class SnapshotReader {
  readonly #around: ReaderSurroundings;
  readonly #rules: ReadonlyMap<string, CompiledRule>;
  readonly #windowData = new Map<UnitNumber, WindowData>();
  readonly #matchData = new Map<UnitNumber, MatchData>();
  readonly #recordData = new Map<UnitNumber, RecordData>();
  readonly #windows = new Map<UnitNumber, Window>();
  /** By trace. */
  readonly #lost = new Map<string, Window>();
  readonly #matches = new Map<UnitNumber, Match>();
  readonly #records = new Map<UnitNumber, StoryRecord>();
  readonly #ties: (() => void)[] = [];

  constructor(snapshot: EngineSnapshot, around: ReaderSurroundings) {
    this.#around = around;
    for (const unit of snapshot.units) {
      const [kind, number] = unit;
      if (kind === "window") this.#windowData.set(number, unit[2]);
      else if (kind === "match") this.#matchData.set(number, unit[2]);
      else this.#recordData.set(number, unit[2]);
    }
    const meanings = new Map(snapshot.rules);
    const same = around.index.rules.filter(({ rule }) => meanings.get(rule.key) === rule.meaningDigest);
    this.#rules = new Map(same.map((rule) => [rule.rule.key, rule]));
  }

  rule(key: string | undefined): CompiledRule | undefined {
    return key === undefined ? undefined : this.#rules.get(key);
  }

  window(ref: WindowRef): Window | undefined {
    if (typeof ref === "string") {
      const key = ref.slice(ref.indexOf(":") + 1);
      return ref.startsWith(TRACE) ? this.#around.trace(key) : this.#around.group(key);
    }
    if (ref < 0) return this.#around.trace(-1 - ref);
    const known = this.#windows.get(ref);
    const data = this.#windowData.get(ref);
    if (known !== undefined || data === undefined) return known;
    const joinRule = this.rule(data.rule);
    if (data.rule !== undefined && joinRule === undefined) return undefined;
    const window = closedWindow(data, joinRule);
    for (const event of data.events) window.noteType(this.#around.index.entry(event.type), this.#around.index);
    this.#windows.set(ref, window);
    // What it holds may lead back to it: that is tied when all is there.
    this.#ties.push(() => {
      this.state(window, data.state);
      for (const kept of data.kept?.flatMap((each) => this.window(each) ?? []) ?? [])
        this.#around.recallKept(window, kept);
    });
    return window;
  }

  match(number: UnitNumber): Match | undefined {
    const known = this.#matches.get(number);
    const data = this.#matchData.get(number);
    if (known !== undefined || data === undefined) return known;
    const rule = this.rule(data.rule);
    const window = this.window(data.window) ?? this.#lostWindow(data);
    if (rule === undefined || window === undefined || data.bound.length !== rule.steps.length) return undefined;
    const { rival, ...plain } = data;
    const bound = data.bound.map((step) => (step === null ? undefined : boundStep(step)));
    const match: Match = {
      ...plain,
      rule,
      window,
      bound,
      root: bound[data.rootIndex] as BoundStep,
      traces: data.traces,
      members: data.members.flatMap((member) => this.match(member) ?? []),
    };
    this.#matches.set(number, match);
    if (rival !== undefined) this.#later(rival, (record) => this.#around.recallRival(match, record));
    return match;
  }

  /** Of an open trace whose events the log has lost, what its matches bound: a story on it still ends in order. */
  #lostWindow({ window: ref, bound, firstMs }: MatchData): Window | undefined {
    if (typeof ref !== "string" || !ref.startsWith(TRACE)) return undefined;
    const key = ref.slice(TRACE.length);
    const window = this.#lost.get(key) ?? new Window({ key, logTimeMs: firstMs, position: 0 });
    for (const event of bound.flatMap((step) => step?.events ?? [])) window.add(event, Number.POSITIVE_INFINITY);
    window.closedBy = LOST;
    this.#lost.set(key, window);
    return window;
  }

  /** Gives a window what was found in it. */
  state(window: Window, { matches, heldSinceMs, judgeAtMs, judgements, record }: Omit<StateData, "window">): void {
    const since = new Map(heldSinceMs);
    for (const data of matches) {
      const match = this.match(data);
      if (match !== undefined) window.hold(match, since.get(match.rule.rule.key) ?? 0);
    }
    window.judgeAtMs = judgeAtMs;
    if (judgeAtMs !== undefined) window.putOffAny();
    window.judgements = judgements;
    if (record !== undefined) {
      this.#later(record, (found) => {
        window.record = found;
      });
    }
  }

  /** Of a story whose rule is gone its number of revisions stays, so that its next one has the next number. */
  record(number: UnitNumber): StoryRecord | undefined {
    const data = this.#recordData.get(number);
    if (data === undefined) return undefined;
    const match = (of: UnitNumber | undefined): Match | undefined => (of === undefined ? undefined : this.match(of));
    const others = new Map(data.others.map((other) => [other.rule, other]));
    const record: StoryRecord = {
      ...openRecord(data.id, data.openedPosition, data.lastEvidenceLogMs),
      ...data,
      groups: [...data.groups],
      traces: [...data.traces],
      earlierOpened: [...data.earlierOpened],
      pastOthers: [...data.pastOthers],
      told: match(data.told),
      earlier: match(data.earlier),
      last: match(data.last),
      others,
      toldOthers: data.othersTold ? others : new Map(),
    };
    this.#records.set(number, record);
    return record;
  }

  /** The story with this number, once it has been read. */
  storyOf(number: UnitNumber): StoryRecord | undefined {
    return this.#records.get(number);
  }

  /** Ties windows and matches to the stories, when all are there. */
  finish(): void {
    for (let tie = this.#ties.shift(); tie !== undefined; tie = this.#ties.shift()) tie();
  }

  #later(number: UnitNumber, tie: (record: StoryRecord) => void): void {
    this.#ties.push(() => {
      const record = this.#records.get(number);
      if (record !== undefined) tie(record);
    });
  }
}

function closedWindow(data: WindowData, joinRule: CompiledRule | undefined): Window {
  const { key, group, openedLogMs, openedPosition } = data;
  const [ownKey] = joinRule === undefined ? [] : Object.values(group);
  const window = new Window({ key, joinRule, ownKey, logTimeMs: openedLogMs, position: openedPosition });
  for (const event of data.events) window.add(event, Number.POSITIVE_INFINITY);
  for (const [id, bits] of data.bits) window.noteSteps(id, bits);
  window.lastLogMs = data.lastLogMs;
  if (0 < data.events.length) [window.firstEventMs, window.lastEventMs] = [data.firstEventMs, data.lastEventMs];
  window.closedBy = data.closedBy;
  window.tookLate = data.tookLate;
  window.total = data.total;
  window.dropped = data.dropped;
  window.slim();
  return window;
}

function boundStep({ anchor, events, count, distinct, inferred }: BoundData): BoundStep {
  const chosen = events[anchor] ?? (events[0] as BoundStep["anchor"]);
  return { anchor: chosen, events, count, distinct, inferred };
}
