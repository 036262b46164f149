import type { DurationMs, EpochMs } from "./time.ts";

/** How bad one event or story is, from least to most. */
export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The thing that an event happened to. */
export interface EntityRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly node?: string | undefined;
  readonly cluster?: string | undefined;
}

/** Something else that an event is about. Roles: owner, node, service, mounts, target, subject. */
export interface RelatedEntity extends EntityRef {
  readonly role: string;
}

/** Who did it, where a collector knows. */
export interface Actor {
  readonly user?: string | undefined;
  readonly ip?: string | undefined;
  readonly [more: string]: unknown;
}

/** Where the trace ID came from; `derived` lowers a story's confidence. */
export const TRACE_ORIGINS = ["explicit", "traceparent", "derived"] as const;
export type TraceOrigin = (typeof TRACE_ORIGINS)[number];

/**
 * One thing that happened to one entity at one time, as a collector saw it.
 *
 * Every property is always there (absent ones are `undefined`), so that all events share one
 * hidden class on the hot path. `where`, `join` and templates read these names by dotted path.
 */
export interface Event {
  readonly id: string;
  readonly traceId: string;
  readonly traceOrigin: TraceOrigin;
  /** Event time as the collector wrote it, RFC 3339. */
  readonly time: string;
  /** Event time; orders events inside a trace. For aggregated events the first occurrence. */
  readonly timeMs: EpochMs;
  /** How finely `time` was written: 1000 for whole seconds. */
  readonly precisionMs: DurationMs;
  /** Last known occurrence, event time; equals `timeMs` unless the collector aggregates. */
  readonly lastMs: EpochMs;
  readonly source: string;
  readonly type: string;
  readonly severity: Severity;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly entity: EntityRef;
  readonly related: readonly RelatedEntity[] | undefined;
  readonly actor: Actor | undefined;
  /** How often it happened; at least 1. */
  readonly count: number;
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
}

/** Orders the events of a list as a watch would have brought them: by when each was seen last. */
export function byLastSeen(a: Event, b: Event): number {
  return a.lastMs - b.lastMs || (a.id < b.id ? -1 : a.id === b.id ? 0 : 1);
}

/** Why a payload, or one item of a list, gave no event. A closed union: nothing is dropped silently. */
export type LeftOut =
  /** Well-formed and known, and on purpose not an event (an expired Event object, a heartbeat). */
  | { readonly outcome: "filtered"; readonly reason: string }
  /** Well-formed, of a shape that no decoder knows yet. */
  | { readonly outcome: "unknown"; readonly shape: string }
  /** Broken: cannot be decoded or validated; goes to the dead letters with its reason. */
  | { readonly outcome: "rejected"; readonly reason: string };

/** What the decoder made of one payload. */
export type Decoded =
  | {
      readonly outcome: "events";
      readonly events: readonly Event[];
      /** Items of a list that gave none, each with its place in the list, from 1. */
      readonly leftOut?: readonly (LeftOut & { readonly item: number })[];
    }
  | LeftOut;
