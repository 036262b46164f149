import type { Actor, EntityRef, Severity } from "./event.ts";
import { ownOf } from "./own-of.ts";
import type { Category, Role } from "./rule.ts";
import type { DurationMs } from "./time.ts";

export type StoryStatus = "open" | "resolved" | "reopened" | "retracted";

/** One term of the sum behind a story's confidence. */
export interface ConfidencePart {
  /** Name of the step or absence. */
  readonly name: string;
  readonly kind: "required" | "optional" | "absence";
  readonly weight: number;
  readonly quality: number;
  /** Why the quality is what it is: `seen`, `order inferred`, `trace derived`, `missing`, … */
  readonly because: string;
}

export interface ChainLink {
  readonly step: string;
  readonly role: Role;
  readonly type: string;
  readonly reason?: string | undefined;
  readonly entity: EntityRef;
  readonly events: readonly string[];
  /** From the first link, event time. */
  readonly offsetMs: DurationMs;
  /** The order to the step before was within the stamps' precision. */
  readonly inferred?: boolean;
  readonly count: number;
}

export interface TimelineEntry {
  readonly event: string;
  readonly time: string;
  readonly source: string;
  readonly type: string;
  readonly entity: EntityRef;
  readonly message?: string | undefined;
  readonly count?: number;
  readonly actor?: Actor | undefined;
  readonly step?: string;
}

/** A match that is not the headline, and why. */
export interface OtherMatch {
  readonly rule: string;
  readonly title: string;
  readonly because: string;
}

/** A match that lost against a story's own, as the engine remembers it. */
export interface LostMatch extends OtherMatch {
  readonly supersededBy: boolean;
}

/** The one result of a window. Sinks are idempotent on (`id`, `revision`). */
export interface Story {
  readonly apiVersion: "tapio.dev/v1";
  readonly kind: "Story";
  readonly id: string;
  readonly revision: number;
  readonly status: StoryStatus;
  /** Why it was retracted, resolved or reopened; absent while open. */
  readonly statusReason?: string;
  readonly summary: string;
  readonly detail?: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly confidence: number;
  readonly confidenceParts: readonly ConfidencePart[];
  /** The trace it is about, or the root cause's trace where it joins several. */
  readonly traceId: string;
  readonly group: Readonly<Record<string, string>>;
  readonly rootCause: {
    readonly event: string;
    readonly entity: EntityRef;
    readonly time: string;
    readonly statement: string;
  };
  readonly chain: readonly ChainLink[];
  readonly impact: readonly EntityRef[];
  readonly timeline: readonly TimelineEntry[];
  readonly events: { readonly total: number; readonly bound: number; readonly dropped: number };
  readonly window: { readonly start: string; readonly end: string; readonly closedBy?: string };
  readonly rule: {
    readonly id: string;
    readonly pack: string;
    readonly version: string;
    readonly digest: string;
    readonly commit?: string;
  };
  /** Bound events by step, for tests and explanations. */
  readonly bound: Readonly<Record<string, readonly string[]>>;
  readonly superseded: readonly OtherMatch[];
  readonly alsoMatched: readonly OtherMatch[];
  readonly actions: readonly string[];
  readonly runbook?: string;
  /** The search or the candidates were cut; the story may not be the smallest assignment. */
  readonly truncated?: boolean;
  /** The window was closed early to stay within bounds. */
  readonly incomplete?: string;
  /** The log had lost entries before they could be read, while its window was open or soon before. */
  readonly gap?: boolean;
  /** From a rule in `mode: shadow`: reported, never notified. */
  readonly shadow?: boolean;
}

/** What the engine says about a story: the new revision, whole. */
export interface StoryChange {
  readonly kind: "told" | "revised" | "resolved" | "reopened" | "retracted";
  readonly story: Story;
}

/** What the engine counted since it started; every event is in exactly one of the first three. */
export interface EngineCounters {
  events: number;
  duplicates: number;
  /** Came after their window had closed. */
  late: number;
  windowsOpened: number;
  windowsClosed: number;
  windowsEvicted: number;
  /** Join groups that were not opened, because as many as may be were open. */
  groupsRefused: number;
  /** Windows that waited to hear from a source longest, and wait no more, because as many as may be waited. */
  waitsDropped: number;
  /** Events not held because their window was full. */
  eventsDropped: number;
  /** Searches cut by a limit, by rule key. */
  truncated: Record<string, number>;
  /** Key values that joined too many events, by rule key. */
  fanOut: Record<string, number>;
  templatesMissing: number;
  templatesFailed: number;
  storiesTold: number;
  storiesRevised: number;
  storiesResolved: number;
  storiesRetracted: number;
  storiesForgotten: number;
}

/** The IDs of the events that fill a step in a story; `undefined` where none does. */
export function boundIn({ bound }: Pick<Story, "bound">, step: string): readonly string[] | undefined {
  return ownOf(bound, step);
}
