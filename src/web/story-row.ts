import type { EntityRef, Severity } from "../core/model/event.ts";
import type { Category } from "../core/model/rule.ts";
import type { Story, StoryStatus } from "../core/model/story.ts";

/** Affected entities that a row names; the rest is a number. */
const IMPACT_NAMED = 3;

/** As much of a story as a list shows of it. */
export interface StoryRow {
  readonly id: string;
  readonly revision: number;
  readonly status: StoryStatus;
  readonly severity: Severity;
  readonly category: Category;
  readonly summary: string;
  readonly confidence: number;
  /** When its cause happened. */
  readonly time: string;
  readonly cause: EntityRef;
  /** The first of those affected. */
  readonly impact: readonly EntityRef[];
  readonly impactTotal: number;
  readonly eventsTotal: number;
  /** `pack/id` */
  readonly rule: string;
  readonly traceId: string;
  readonly shadow?: boolean;
}

/** What a list shows of a story. */
export function rowOf(story: Story): StoryRow {
  const { id, revision, status, severity, category, summary, confidence, rootCause, impact, rule, traceId } = story;
  return {
    id,
    revision,
    status,
    severity,
    category,
    summary,
    confidence,
    time: rootCause.time,
    cause: rootCause.entity,
    impact: impact.slice(0, IMPACT_NAMED),
    impactTotal: impact.length,
    eventsTotal: story.events.total,
    rule: `${rule.pack}/${rule.id}`,
    traceId,
    ...(story.shadow === true ? { shadow: true } : {}),
  };
}
