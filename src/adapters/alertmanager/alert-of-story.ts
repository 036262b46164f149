import type { EntityRef } from "../../core/model/event.ts";
import type { Story } from "../../core/model/story.ts";
import { type EpochMs, formatTime, parseTime } from "../../core/model/time.ts";

/** An alert as Alertmanager's API v2 takes it. Alerts with equal labels are the same alert. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  /** In the past: it has ended. */
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** What is not in the story. */
export interface AlertTimes {
  readonly nowMs: EpochMs;
  /** How long an open story's alert lives if nothing more is heard. */
  readonly lifeMs: number;
  /** Address of tapio's own API, for a link. */
  readonly externalUrl?: string | undefined;
}

/** Whether a story has ended, one way or the other. */
export function hasEnded({ status }: Story): boolean {
  return status === "resolved" || status === "retracted";
}

/**
 * The alert of a story. Its labels are what people route and group by; `alertname` is the rule's ID,
 * and `story` keeps two stories of one rule apart.
 */
export function alertOfStory(story: Story, { nowMs, lifeMs, externalUrl }: AlertTimes): Alert {
  const { kind, namespace, name, node, cluster } = story.rootCause.entity;
  const startMs = Math.min(parseTime(story.rootCause.time)?.ms ?? nowMs, nowMs);
  const { pack, id } = story.rule;
  return {
    labels: present({
      alertname: id,
      severity: story.severity,
      category: story.category,
      rule: `${pack}/${id}`,
      namespace,
      kind,
      name,
      node,
      cluster,
      story: story.id,
    }),
    annotations: present({
      summary: story.summary,
      description: story.detail,
      root_cause: story.rootCause.statement,
      impact: story.impact.map(nameOf).join(", "),
      actions: story.actions.join("\n"),
      runbook_url: story.runbook,
      confidence: String(story.confidence),
      status: story.status,
      status_reason: story.statusReason,
      revision: String(story.revision),
    }),
    startsAt: formatTime(startMs),
    endsAt: formatTime(hasEnded(story) ? nowMs : nowMs + lifeMs),
    ...(externalUrl === undefined ? {} : { generatorURL: new URL(`api/v1/stories/${story.id}`, externalUrl).href }),
  };
}

/** Text by which alerts are the same. */
export function identityOf({ labels }: Alert): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nameOf({ kind, namespace, name }: EntityRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Alertmanager knows no empty values. */
function present(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
}
