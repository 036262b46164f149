import type {
  BoundData,
  EngineSnapshot,
  MatchData,
  RecordData,
  StateData,
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

/** Where a reader finds what it does not make. */
export interface ReaderSurroundings {
  readonly index: RuleIndex;
  trace(key: string): Window | undefined;
  group(name: string): Window | undefined;
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
  readonly #windowData = new Map<number, WindowData>();
  readonly #matchData = new Map<number, NonNullable<MatchData["data"]>>();
  readonly #windows = new Map<number, Window>();
  /** By trace. */
  readonly #lost = new Map<string, Window>();
  readonly #matches = new Map<number, Match>();
  readonly #records = new Map<string, StoryRecord>();
  readonly #ties: (() => void)[] = [];

  constructor(snapshot: EngineSnapshot, around: ReaderSurroundings) {
    this.#around = around;
    this.#collect(snapshot);
    const meanings = new Map(snapshot.rules);
    const same = around.index.rules.filter(({ rule }) => meanings.get(rule.key) === rule.meaningDigest);
    this.#rules = new Map(same.map((rule) => [rule.rule.key, rule]));
  }

  rule(key: string | undefined): CompiledRule | undefined {
    return key === undefined ? undefined : this.#rules.get(key);
  }

  window(ref: WindowRef): Window | undefined {
    if ("trace" in ref) return this.#around.trace(ref.trace);
    if ("group" in ref) return this.#around.group(ref.group);
    const known = this.#windows.get(ref.closed);
    const data = this.#windowData.get(ref.closed);
    if (known !== undefined || data === undefined) return known;
    const joinRule = this.rule(data.rule);
    if (data.rule !== undefined && joinRule === undefined) return undefined;
    const window = closedWindow(data, joinRule);
    for (const event of data.events) window.noteType(this.#around.index.entry(event.type), this.#around.index);
    this.#windows.set(ref.closed, window);
    // What it holds may lead back to it: that is tied when all is there.
    this.#ties.push(() => this.state(window, data.state));
    return window;
  }

  match({ id }: MatchData): Match | undefined {
    const known = this.#matches.get(id);
    const data = this.#matchData.get(id);
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
      traces: new Set(data.traces),
      members: data.members.flatMap((member) => this.match(member) ?? []),
    };
    this.#matches.set(id, match);
    if (rival !== undefined) this.#later(rival, (record) => this.#around.recallRival(match, record));
    return match;
  }

  /** Of an open trace whose events the log has lost, what its matches bound: a story on it still ends in order. */
  #lostWindow({ window: ref, bound, firstMs }: NonNullable<MatchData["data"]>): Window | undefined {
    if (!("trace" in ref)) return undefined;
    const known = this.#lost.get(ref.trace);
    const window =
      known ?? new Window({ key: ref.trace, group: { traceId: ref.trace }, logTimeMs: firstMs, position: 0 });
    for (const event of bound.flatMap((step) => step?.events ?? [])) window.add(event, Number.POSITIVE_INFINITY);
    window.closedBy = LOST;
    this.#lost.set(ref.trace, window);
    return window;
  }

  /** Gives a window what was found in it. */
  state(window: Window, { matches, heldSinceMs, judgeAtMs, judgements, record }: Omit<StateData, "window">): void {
    const since = new Map(heldSinceMs);
    for (const data of matches) {
      const match = this.match(data);
      if (match !== undefined) window.hold(match.rule.index, match, since.get(match.rule.rule.key) ?? 0);
    }
    window.judgeAtMs = judgeAtMs;
    window.judgements = judgements;
    if (record !== undefined) {
      this.#later(record, (found) => {
        window.record = found;
      });
    }
  }

  /** Of a story whose rule is gone its number of revisions stays, so that its next one has the next number. */
  record(data: RecordData): StoryRecord {
    const told = data.told && this.match(data.told);
    const others = new Map(data.others.map((other) => [other.rule, other]));
    const record: StoryRecord = {
      ...openRecord(data.id, data.openedPosition, data.lastEvidenceLogMs),
      ...data,
      groups: [...data.groups],
      traces: [...data.traces],
      earlierOpened: [...data.earlierOpened],
      pastOthers: [...data.pastOthers],
      told,
      earlier: data.earlier && this.match(data.earlier),
      last: data.last && this.match(data.last),
      others,
      toldOthers: data.othersTold ? others : new Map(),
    };
    this.#records.set(data.id, record);
    return record;
  }

  /** The story with this ID, once it has been read. */
  storyOf(id: string): StoryRecord | undefined {
    return this.#records.get(id);
  }

  /** Ties windows and matches to the stories, when all are there. */
  finish(): void {
    for (let tie = this.#ties.shift(); tie !== undefined; tie = this.#ties.shift()) tie();
  }

  #later(id: string, tie: (record: StoryRecord) => void): void {
    this.#ties.push(() => {
      const record = this.#records.get(id);
      if (record !== undefined) tie(record);
    });
  }

  /** Finds what is written once, wherever it stands. */
  #collect(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const { id, closed, data } = value as Partial<Record<"id" | "closed" | "data", unknown>>;
    if (data !== undefined && typeof id === "number") this.#matchData.set(id, data as NonNullable<MatchData["data"]>);
    if (data !== undefined && typeof closed === "number") this.#windowData.set(closed, data as WindowData);
    for (const inner of Object.values(value)) this.#collect(inner);
  }
}

function closedWindow(data: WindowData, joinRule: CompiledRule | undefined): Window {
  const { key, group, openedLogMs, openedPosition } = data;
  const window = new Window({ key, joinRule, group, logTimeMs: openedLogMs, position: openedPosition });
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
