import type { Event } from "../../src/core/model/event.ts";
import type { Rule, Step } from "../../src/core/model/rule.ts";
import type { EpochMs } from "../../src/core/model/time.ts";

/** One event as the log stored it. */
export interface Entry {
  readonly event: Event;
  readonly logTimeMs: EpochMs;
  readonly position: number;
}

/** The events of a trace's window, or of a join group's, as the oracle sees them. */
export interface Span {
  readonly events: readonly Event[];
  readonly openedLogMs: EpochMs;
  readonly lastLogMs: EpochMs;
  readonly closed: boolean;
}

/** Everything that decides whether a rule holds: the window, and what is known beyond it. */
export interface View {
  /** The values of the join keys, or the trace ID. */
  readonly group: string;
  readonly span: Span;
  /** Events of a trace that came after this window: they can still break an absence. */
  readonly later: readonly Event[];
  /** Events of any trace's window, for steps and absences without a join key. */
  traceEvents(traceId: string): readonly Event[];
  /** Latest event time heard from a source. */
  heard(source: string): EpochMs;
  readonly nowMs: EpochMs;
  readonly inputEnded: boolean;
  readonly candidatesMax: number;
  /** What a story event stands for. */
  memberOf(event: Event): Match | undefined;
  /** Says that something happened, for the table of features. */
  note(feature: string): void;
}

/** One step of an assignment with the events it took. */
export interface Bound {
  readonly step: Step;
  readonly anchor: Event;
  readonly events: readonly Event[];
  readonly count: number;
  readonly distinct: number;
  readonly inferred: boolean;
}

/** A rule that holds. */
export interface Match {
  readonly rule: Rule;
  readonly group: string;
  /** By step, in file order, the bound ones only. */
  readonly bound: readonly Bound[];
  readonly unknown: readonly string[];
  readonly confidence: number;
  readonly root: Bound;
  readonly traces: ReadonlySet<string>;
  readonly firstMs: EpochMs;
  readonly truncated: boolean;
  /** Matches whose story events it binds. */
  readonly members: readonly Match[];
  readonly level: number;
}

/** Orders events by (event time, id). */
export function byTimeThenId(a: Event, b: Event): number {
  return a.timeMs - b.timeMs || compareText(a.id, b.id);
}

/** Orders texts by code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
