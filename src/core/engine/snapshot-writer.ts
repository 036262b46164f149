import type { Event } from "../model/event.ts";
import type {
  BoundData,
  GroupData,
  MatchData,
  RecordData,
  StateData,
  UnitData,
  UnitNumber,
  WindowData,
  WindowRef,
} from "../model/snapshot.ts";
import type { BoundStep, Match } from "./match.ts";
import type { SnapshotLedger, Unit } from "./snapshot-ledger.ts";
import type { StoryRecord } from "./story-record.ts";
import { Window } from "./window.ts";

/** What is known of a group beside itself. */
export interface GroupSurroundings {
  readonly order: number;
  /** Where the log must be read from to build it again. */
  readonly reach: number;
  matchOf(event: Event): Match | undefined;
}

/** What a writer asks for. */
export interface WriterSurroundings {
  readonly ledger: SnapshotLedger;
  /** The windows of traces that are kept for a join group. */
  keptOf(group: Window): readonly Window[];
  /** The story that a match lost against. */
  rivalOf(match: Match): StoryRecord | undefined;
}

/**
 * Writes what an engine holds as plain data. Stories, matches and closed windows are units: written once,
 * if the ledger does not know them as they are, and named by number everywhere else.
 */
export class SnapshotWriter {
  readonly #around: WriterSurroundings;
  readonly #units: UnitData[] = [];
  /** Units met, whose turn has not come. */
  readonly #met: Unit[] = [];
  readonly #indexes = new Map<Window, number>();

  constructor(around: WriterSurroundings) {
    this.#around = around;
  }

  /** Writes what was met, and what that leads to. */
  units(): UnitData[] {
    for (let unit = this.#met.pop(); unit !== undefined; unit = this.#met.pop()) this.#write(unit);
    return this.#units;
  }

  /** The open window of a trace is named by its index from now on. */
  name(window: Window, index: number): void {
    this.#indexes.set(window, index);
  }

  windowRef(window: Window): WindowRef {
    const index = this.#indexes.get(window);
    return index === undefined ? this.#lastingRef(window) : -1 - index;
  }

  /** A name that means the same window in later snapshots too. */
  #lastingRef(window: Window): WindowRef {
    if (window.closedBy !== undefined) return this.#meet(window);
    return `${window.joinRule === undefined ? "trace" : "group"}:${window.key}`;
  }

  match(match: Match): UnitNumber {
    return this.#meet(match);
  }

  record(record: StoryRecord): UnitNumber {
    return this.#meet(record);
  }

  /** What is known of a window beside its events. */
  state(window: Window): StateData {
    return { window: this.windowRef(window), ...this.#stateOf(window) };
  }

  group(window: Window, more: GroupSurroundings): GroupData {
    const { key, joinRule, group, openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs } = window;
    const stories = window.events.flatMap((event) => {
      if (event.source !== "story") return [];
      const match = more.matchOf(event);
      return [{ event, bits: window.stepMasks.get(event.id) ?? 0, match: match && this.match(match) }];
    });
    const rule = joinRule?.rule.key ?? "";
    const times = { openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs };
    const kept = this.#around.keptOf(window).map((closed) => this.windowRef(closed));
    const { order, reach } = more;
    return { name: key, rule, group, ...times, order, reach, byStory: window.openedByStory, kept, stories };
  }

  #meet(unit: Unit): UnitNumber {
    const { ledger } = this.#around;
    if (ledger.meet(unit)) this.#met.push(unit);
    return ledger.numberOf(unit);
  }

  #write(unit: Unit): void {
    if (this.#around.ledger.mustWrite(unit, this.#likenessOf(unit))) this.#units.push(this.#dataOf(unit));
    else this.#follow(unit);
  }

  /** Everything of a unit that can change. */
  #likenessOf(unit: Unit): unknown[] {
    if (unit instanceof Window) {
      const kept = this.#around.keptOf(unit);
      return [...likenessOfWindow(unit), ...kept, ...kept.map(({ closedBy }) => closedBy)];
    }
    // Its window is named otherwise once it has closed.
    return isMatch(unit) ? [this.#around.rivalOf(unit), unit.window.closedBy] : likenessOfRecord(unit);
  }

  #dataOf(unit: Unit): UnitData {
    const number = this.#around.ledger.numberOf(unit);
    if (unit instanceof Window) return ["window", number, this.#window(unit)];
    return isMatch(unit) ? ["match", number, this.#match(unit)] : ["story", number, this.#record(unit)];
  }

  /** Meets what a unit that needs not be written leads to. */
  #follow(unit: Unit): void {
    if (unit instanceof Window) {
      for (const match of unit.matches) this.#meet(match);
      for (const kept of this.#around.keptOf(unit)) this.#lastingRef(kept);
    } else if (isMatch(unit)) {
      if (unit.window.closedBy !== undefined) this.#meet(unit.window);
      for (const member of unit.members) this.#meet(member);
    } else for (const match of [unit.told, unit.earlier, unit.last]) if (match !== undefined) this.#meet(match);
  }

  #match(match: Match): MatchData {
    const { rule, window, bound, root: _root, traces, members, ...plain } = match;
    return {
      ...plain,
      rule: rule.rule.key,
      window: this.#lastingRef(window),
      bound: bound.map((step) => (step === undefined ? null : boundData(step))),
      traces: [...traces],
      members: members.map((member) => this.match(member)),
      rival: this.#named(this.#around.rivalOf(match)),
    };
  }

  #record(record: StoryRecord): RecordData {
    const { told, earlier, last, others, toldOthers, said: _said, gone: _gone, ...plain } = record;
    const write = (match: Match | undefined): UnitNumber | undefined => match && this.match(match);
    return {
      ...plain,
      told: write(told),
      earlier: write(earlier),
      last: write(last),
      others: [...others.values()],
      othersTold: others === toldOthers,
    };
  }

  #window(window: Window): WindowData {
    const { key, joinRule, group, openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs } = window;
    const { total, dropped, tookLate, events, stepMasks, closedBy = "" } = window;
    const times = { openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs };
    const rule = joinRule?.rule.key;
    const kept = this.#around.keptOf(window).map((one) => this.#lastingRef(one));
    return {
      ...{ key, rule, group, ...times, closedBy, tookLate, total, dropped },
      events: [...events],
      bits: [...stepMasks],
      ...(kept.length === 0 ? {} : { kept }),
      state: this.#stateOf(window),
    };
  }

  #stateOf(window: Window): Omit<StateData, "window"> {
    return {
      matches: window.matches.map((match) => this.match(match)),
      heldSinceMs: [...window.heldSinceMs],
      judgeAtMs: window.judgeAtMs,
      judgements: window.judgements,
      record: this.#named(window.record),
    };
  }

  /** A story that is remembered has its place among the stories; of one that is not, nothing is kept. */
  #named(record: StoryRecord | undefined): UnitNumber | undefined {
    return record === undefined || record.gone ? undefined : this.#around.ledger.numberOf(record);
  }
}

function isMatch(unit: Unit): unit is Match {
  return "bound" in unit;
}

/** Everything of a closed window that can change. */
function likenessOfWindow(window: Window): unknown[] {
  const { lastLogMs, firstEventMs, lastEventMs, tookLate, total, dropped, judgeAtMs, judgements, record } = window;
  const { events, matches, stepMasks, heldSinceMs } = window;
  const times = [lastLogMs, firstEventMs, lastEventMs, judgeAtMs];
  const sizes = [total, dropped, events.length, matches.length, stepMasks.size, heldSinceMs.size];
  return [...times, ...sizes, tookLate, judgements, record?.gone, record, ...events, ...matches];
}

/** Everything of a story: lists by what is in them, the rest as it is; its maps are never changed, only replaced. */
function likenessOfRecord(record: StoryRecord): unknown[] {
  const all: unknown[] = [];
  for (const value of Object.values(record)) {
    if (Array.isArray(value)) all.push(value.length, ...value);
    else all.push(value);
  }
  return all;
}

function boundData({ anchor, events, count, distinct, inferred }: BoundStep): BoundData {
  return { anchor: events.indexOf(anchor), events, count, distinct, inferred };
}
