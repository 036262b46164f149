import { formatTime } from "../core/model/time.ts";
import type { ServiceState } from "./service-state.ts";
import type { SinkStatus } from "./sink-queue.ts";

/** The service's state for people and programs: `GET /api/v1/status`, `tapio status`. */
export interface Status {
  readonly version: string;
  readonly startedAt: string;
  /** When all this was so. */
  readonly time: string;
  /** In = used + filtered + unknown + deadLettered, if it balances. */
  readonly books: {
    readonly in: number;
    readonly used: number;
    readonly filtered: Readonly<Record<string, number>>;
    readonly unknown: Readonly<Record<string, number>>;
    readonly deadLettered: number;
    readonly balanced: boolean;
  };
  readonly events: {
    readonly total: number;
    readonly late: number;
    readonly duplicates: number;
    readonly dropped: number;
    readonly skewed: number;
    readonly old: number;
  };
  readonly windows: {
    readonly open: { readonly traces: number; readonly groups: number; readonly bytes: number };
    readonly closed: number;
    readonly evicted: number;
  };
  readonly stories: {
    readonly told: number;
    readonly revised: number;
    readonly resolved: number;
    readonly retracted: number;
    readonly heldBack: number;
  };
  readonly log?: {
    readonly name: string;
    readonly position?: number;
    readonly time?: string;
    /** How far behind now the last entry was stored; a log without new entries has no lag. */
    readonly behindMs?: number;
    /** Entries that wait in the log, as it said last. */
    readonly pending?: number;
    /** Times that it had deleted entries before they could be read, and how many at most. */
    readonly gaps: number;
    readonly lost: number;
    /** Times that it went back behind what was read of it. */
    readonly wentBack: number;
  };
  readonly checkpoint?: { readonly position: number; readonly ageMs: number };
  readonly rules?: {
    readonly digest: string;
    readonly loadedAt: string;
    readonly packs: readonly {
      readonly name: string;
      readonly version: string;
      readonly digest: string;
      /** Of the git checkout that it was read from. */
      readonly commit?: string;
      readonly rules: number;
    }[];
    readonly reloads: number;
    readonly failures: number;
    /** What was wrong with the last attempt to load; empty if it succeeded. */
    readonly problems: readonly string[];
  };
  readonly sinks: readonly SinkStatus[];
}

/** Sums the state up. */
export function statusOf(state: ServiceState): Status {
  const { books, counters, windows, heldBack } = state;
  return {
    version: state.version,
    startedAt: formatTime(state.startedAtMs),
    time: formatTime(state.nowMs),
    books: {
      in: books.entries,
      used: books.decoded,
      filtered: books.filtered,
      unknown: books.unknown,
      deadLettered: books.rejected,
      balanced: books.balance(),
    },
    events: {
      total: counters.events,
      late: counters.late,
      duplicates: counters.duplicates,
      dropped: counters.eventsDropped,
      skewed: books.skewed,
      old: books.old,
    },
    windows: { open: windows, closed: counters.windowsClosed, evicted: counters.windowsEvicted },
    stories: {
      told: counters.storiesTold,
      revised: counters.storiesRevised,
      resolved: counters.storiesResolved,
      retracted: counters.storiesRetracted,
      heldBack,
    },
    ...logOf(state),
    ...checkpointOf(state),
    ...rulesOf(state),
    sinks: state.sinks,
  };
}

function logOf({ log, books, nowMs }: ServiceState): Pick<Status, "log"> {
  if (log === undefined) return {};
  const { name, position, logTimeMs, pending } = log;
  const time = logTimeMs === undefined ? {} : { time: formatTime(logTimeMs), behindMs: Math.max(0, nowMs - logTimeMs) };
  return {
    log: {
      name,
      ...(position === undefined ? {} : { position }),
      ...time,
      ...(pending === undefined ? {} : { pending }),
      gaps: books.gaps,
      lost: books.lost,
      wentBack: books.wentBack,
    },
  };
}

function checkpointOf({ checkpoint, nowMs }: ServiceState): Pick<Status, "checkpoint"> {
  if (checkpoint === undefined) return {};
  return { checkpoint: { position: checkpoint.position, ageMs: Math.max(0, nowMs - checkpoint.savedAtMs) } };
}

function rulesOf({ rules: state }: ServiceState): Pick<Status, "rules"> {
  if (state === undefined) return {};
  const { rules, loadedAtMs, reloads, failures, problems } = state;
  const packs = rules.packs.map(({ name, version, digest, rules: own }) => {
    const commit = own.find((rule) => rule.commit !== undefined)?.commit;
    return { name, version, digest, ...(commit === undefined ? {} : { commit }), rules: own.length };
  });
  return { rules: { digest: rules.digest, loadedAt: formatTime(loadedAtMs), packs, reloads, failures, problems } };
}
