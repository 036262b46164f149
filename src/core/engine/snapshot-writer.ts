import type { Event } from "../model/event.ts";
import type {
  BoundData,
  GroupData,
  MatchData,
  RecordData,
  StateData,
  WindowData,
  WindowRef,
} from "../model/snapshot.ts";
import type { BoundStep, Match } from "./match.ts";
import type { StoryRecord } from "./story-record.ts";
import type { Window } from "./window.ts";

/** What is known of a group beside itself. */
export interface GroupSurroundings {
  readonly order: number;
  readonly kept: readonly Window[];
  matchOf(event: Event): Match | undefined;
}

/**
 * Writes what an engine holds as plain data. Matches and closed windows are written once, where they
 * are met first, and named by number everywhere else.
 */
export class SnapshotWriter {
  readonly #numbers = new Map<Match | Window, number>();
  readonly #rivalOf: (match: Match) => StoryRecord | undefined;

  constructor(rivalOf: (match: Match) => StoryRecord | undefined) {
    this.#rivalOf = rivalOf;
  }

  windowRef(window: Window): WindowRef {
    if (window.closedBy === undefined) {
      return window.joinRule === undefined ? { trace: window.key } : { group: window.key };
    }
    const known = this.#numbers.get(window);
    if (known !== undefined) return { closed: known };
    const closed = this.#number(window);
    return { closed, data: this.#closedWindow(window, window.closedBy) };
  }

  match(match: Match): MatchData {
    const known = this.#numbers.get(match);
    if (known !== undefined) return { id: known };
    const id = this.#number(match);
    const { rule, window, bound, root: _root, traces, members, ...plain } = match;
    return {
      id,
      data: {
        ...plain,
        rule: rule.rule.key,
        window: this.windowRef(window),
        bound: bound.map((step) => (step === undefined ? null : boundData(step))),
        traces: [...traces],
        members: members.map((member) => this.match(member)),
        rival: this.#rivalOf(match)?.id,
      },
    };
  }

  /** What is known of a window beside its events; `undefined` where that is nothing worth keeping. */
  state(window: Window): StateData | undefined {
    const { matches, record, judgeAtMs, judgements } = window;
    if (matches.size === 0 && record === undefined && judgeAtMs === undefined && judgements === 0) return undefined;
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
    const kept = more.kept.map((closed) => this.windowRef(closed));
    return { name: key, rule, group, ...times, order: more.order, byStory: window.openedByStory, kept, stories };
  }

  record(record: StoryRecord): RecordData {
    const { told, earlier, last, others, toldOthers, gone: _gone, ...plain } = record;
    const write = (match: Match | undefined): MatchData | undefined => match && this.match(match);
    return {
      ...plain,
      told: write(told),
      earlier: write(earlier),
      last: write(last),
      others: [...others.values()],
      othersTold: others === toldOthers,
    };
  }

  #closedWindow(window: Window, closedBy: string): WindowData {
    const { key, joinRule, group, openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs } = window;
    const { total, dropped, tookLate, events, stepMasks } = window;
    const times = { openedPosition, openedLogMs, lastLogMs, firstEventMs, lastEventMs };
    const rule = joinRule?.rule.key;
    return {
      ...{ key, rule, group, ...times, closedBy, tookLate, total, dropped },
      events: [...events],
      bits: [...stepMasks],
      state: this.#stateOf(window),
    };
  }

  #stateOf(window: Window): Omit<StateData, "window"> {
    return {
      matches: [...window.matches.values()].map((match) => this.match(match)),
      heldSinceMs: [...window.heldSinceMs].flatMap(([rule, ms]) => {
        const match = window.matches.get(rule);
        return match === undefined ? [] : [[match.rule.rule.key, ms] as const];
      }),
      judgeAtMs: window.judgeAtMs,
      judgements: window.judgements,
      record: window.record?.id,
    };
  }

  #number(one: Match | Window): number {
    const number = this.#numbers.size + 1;
    this.#numbers.set(one, number);
    return number;
  }
}

function boundData({ anchor, events, count, distinct, inferred }: BoundStep): BoundData {
  return { anchor: events.indexOf(anchor), events, count, distinct, inferred };
}
