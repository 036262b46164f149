import type { WindowObserver } from "../engine/courtroom-parts.ts";
import type { JudgeContext, RejectedTrial } from "../engine/judge.ts";
import type { Window } from "../engine/window.ts";
import type { Event } from "../model/event.ts";

/** A window as the engine formed it, with what belongs to it. */
export interface SeenWindow {
  readonly window: Window;
  /** Judges it as the engine did, at the log time that the engine has by now. */
  context(rejected?: (trial: RejectedTrial) => void): JudgeContext;
}

/**
 * The windows that an engine closed, kept for explanations. Give {@link WindowLog.observe} to the
 * engine; without it the engine keeps nothing and spends nothing.
 */
export class WindowLog {
  readonly #traces: SeenWindow[] = [];
  readonly #byTrace = new Map<string, SeenWindow[]>();
  readonly #groups = new Map<string, SeenWindow[]>();
  readonly #windowsMax: number;
  /** Windows that were not kept, because there were too many. */
  notKept = 0;

  constructor(windowsMax = Number.POSITIVE_INFINITY) {
    this.#windowsMax = windowsMax;
  }

  readonly observe: WindowObserver = (window, court) => {
    if (this.#windowsMax <= this.#traces.length) {
      this.notKept++;
      return;
    }
    const rule = window.joinRule?.rule.key;
    const traceEvents = rule === undefined ? this.#laterEvents : eventsByTrace(window, court);
    const seen: SeenWindow = {
      window,
      context: (rejected) => ({
        limits: court.limits,
        nowMs: court.nowMs,
        heard: (source) => court.heard(source),
        memberOf: (event) => court.memberOf(event),
        traceEvents,
        ...(rejected === undefined ? {} : { rejected }),
      }),
    };
    if (rule === undefined) {
      this.#traces.push(seen);
      push(this.#byTrace, window.key, seen);
    } else push(this.#groups, rule, seen);
  };

  /** The windows of traces, in the order in which they closed. */
  get traces(): readonly SeenWindow[] {
    return this.#traces;
  }

  /** The windows of a rule's join groups. */
  groupsOf(rule: string): readonly SeenWindow[] {
    return this.#groups.get(rule) ?? [];
  }

  /** Every event, each in the window of its trace; and the stories that rules over stories saw as events. */
  *events(rule: string): Iterable<Event> {
    for (const { window } of this.#traces) yield* window.events;
    for (const { window } of this.groupsOf(rule))
      for (const event of window.events) if (event.source === "story") yield event;
  }

  /** Events of a trace's later windows: what came after this one had closed. */
  readonly #laterEvents = (traceId: string, earlier: Window): readonly Event[] =>
    (this.#byTrace.get(traceId) ?? []).flatMap(({ window }) =>
      earlier.openedPosition < window.openedPosition ? window.events : [],
    );
}

function push(lists: Map<string, SeenWindow[]>, key: string, seen: SeenWindow): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [seen]);
  else list.push(seen);
}

/** What a group's traces held when it closed; only rules with steps that have no key look there. */
function eventsByTrace(group: Window, court: JudgeContext): JudgeContext["traceEvents"] {
  if (group.joinRule?.hasUnkeyed !== true) return () => [];
  const traces = new Set(group.events.map(({ traceId }) => traceId));
  const byTrace = new Map([...traces].map((trace) => [trace, [...court.traceEvents(trace, group)]]));
  return (traceId) => byTrace.get(traceId) ?? [];
}
