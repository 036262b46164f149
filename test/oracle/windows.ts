import type { Event } from "../../src/core/model/event.ts";
import type { EpochMs } from "../../src/core/model/time.ts";
import type { Entry, Span } from "./words.ts";

// contract.md §1 (window, log time), §2 (the same id counts once), §3.8 (late evidence).

/** How long a window stays open, in log time. */
export interface Gaps {
  readonly correlationWindowMs: number;
  readonly maxWindowMs: number;
}

/** A window of one scope, while the log is read. */
export interface OpenSpan extends Span {
  events: Event[];
  lastLogMs: EpochMs;
  closed: boolean;
  closedBy: "idle" | "maxWindow" | "end" | undefined;
  /** Late events came into it after it had closed. */
  late: number;
  /** When it closed; `Infinity` while it is open, and at the end of input. */
  closedLogMs: EpochMs;
  /** When each event came, by its ID. */
  readonly arrivedMs: Map<string, EpochMs>;
  /** When the first event of each trace came. */
  readonly joinedMs: Map<string, EpochMs>;
}

/** A window as it opens. */
function opened(logTimeMs: EpochMs): OpenSpan {
  const times = { openedLogMs: logTimeMs, lastLogMs: logTimeMs, closedLogMs: Infinity };
  const [arrivedMs, joinedMs] = [new Map<string, EpochMs>(), new Map<string, EpochMs>()];
  return { events: [], ...times, closed: false, closedBy: undefined, late: 0, arrivedMs, joinedMs };
}

/** The windows of one scope (a trace, or a join group), the earliest first. */
export class Spans {
  readonly all: OpenSpan[] = [];
  readonly #gaps: Gaps;

  constructor(gaps: Gaps) {
    this.#gaps = gaps;
  }

  /** Closes what was quiet for long enough, or is too old, at this log time. */
  closeDue(nowMs: EpochMs): void {
    const last = this.all.at(-1);
    if (last === undefined || last.closed) return;
    const idleAt = last.lastLogMs + this.#gaps.correlationWindowMs;
    const oldAt = last.openedLogMs + this.#gaps.maxWindowMs;
    if (nowMs < Math.min(idleAt, oldAt)) return;
    last.closed = true;
    last.closedLogMs = Math.min(idleAt, oldAt);
    last.closedBy = oldAt < idleAt ? "maxWindow" : "idle";
  }

  /** Puts an event into the open window, or a new one; answers what was learned: the event as it is held. */
  add({ event, logTimeMs }: Entry): Event | undefined {
    this.closeDue(logTimeMs);
    if (this.all.at(-1)?.closed !== false) this.all.push(opened(logTimeMs));
    const span = this.all.at(-1) as OpenSpan;
    if (!addOnce(span, event)) return undefined;
    span.lastLogMs = logTimeMs;
    if (!span.arrivedMs.has(event.id)) span.arrivedMs.set(event.id, logTimeMs);
    if (!span.joinedMs.has(event.traceId)) span.joinedMs.set(event.traceId, logTimeMs);
    return span.events.find(({ id }) => id === event.id);
  }

  /** An older version of an event was here, and the newer one does not belong here. */
  remove({ id }: Event): void {
    const span = this.all.at(-1);
    if (span?.closed === false) span.events = span.events.filter((event) => event.id !== id);
  }

  /** Puts a story's event into the scope's last window: what it is told of is there already. */
  addStory(event: Event, nowMs: EpochMs, closed: boolean): void {
    if (this.all.length === 0) this.all.push({ ...opened(nowMs), closed, closedBy: closed ? "end" : undefined });
    this.all.at(-1)?.events.push(event);
  }

  /** The closed window that a late event belongs into by its event time, if no window is open. */
  lateFor({ event, logTimeMs }: Entry): OpenSpan | undefined {
    this.closeDue(logTimeMs);
    const last = this.all.at(-1);
    if (last === undefined || !last.closed) return undefined;
    return event.timeMs <= Math.max(...last.events.map(({ lastMs }) => lastMs)) ? last : undefined;
  }

  /** End of input. */
  end(): void {
    const last = this.all.at(-1);
    if (last === undefined || last.closed) return;
    last.closed = true;
    last.closedBy = "end";
  }
}

/** Adds an event whose id is new, or merges two versions of one; answers whether anything was learned. */
export function addOnce(span: OpenSpan, event: Event): boolean {
  const at = span.events.findIndex(({ id }) => id === event.id);
  const held = span.events[at];
  if (held === undefined) {
    span.events.push(event);
    return true;
  }
  const merged = merge(held, event);
  if (JSON.stringify(merged) === JSON.stringify(held)) return false;
  span.events[at] = merged;
  return true;
}

/** The higher count, then the later last occurrence, gives the fields; the time is the earliest of both. */
function merge(a: Event, b: Event): Event {
  const fields = (a.count - b.count || a.lastMs - b.lastMs) < 0 ? b : a;
  const { time, timeMs, precisionMs } = b.timeMs < a.timeMs ? b : a;
  return { ...fields, time, timeMs, precisionMs, lastMs: Math.max(a.lastMs, b.lastMs) };
}
