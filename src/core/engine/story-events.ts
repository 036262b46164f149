import type { EntityRef, Event, RelatedEntity } from "../model/event.ts";
import type { Match } from "./match.ts";
import { statementOf } from "./storyteller.ts";

/** The event that a match is for other rules: `story.<rule id>`, about its root cause. */
export function storyEvent(match: Match): Event {
  const { rule } = match.rule;
  const root = match.root.anchor;
  const others: RelatedEntity[] = [...(root.related ?? [])];
  for (const { step, index } of match.rule.steps) {
    if (step.role !== "impact") continue;
    for (const event of match.bound[index]?.events ?? []) others.push({ ...event.entity, role: "target" });
  }
  return {
    id: storyEventId(match),
    traceId: match.rootTrace,
    traceOrigin: root.traceOrigin,
    time: root.time,
    timeMs: root.timeMs,
    precisionMs: root.precisionMs,
    lastMs: match.lastMs,
    source: "story",
    type: `story.${rule.id}`,
    severity: rule.severity,
    reason: undefined,
    message: rule.title,
    entity: root.entity,
    related: distinct(others),
    actor: root.actor,
    count: 1,
    attributes: {
      ...root.attributes,
      rule: rule.key,
      category: rule.category,
      statement: statementOf(root),
      level: match.level + 1,
    },
  };
}

/** The same for the same rule over the same trace or group: later windows tell of the same story. */
export function storyEventId({ rule, window }: Match): string {
  return `story:${rule.rule.key}:${Object.values(window.group)[0] ?? window.key}`;
}

function distinct(entities: readonly RelatedEntity[]): RelatedEntity[] {
  const key = ({ role, kind, namespace, name }: RelatedEntity & EntityRef): string =>
    `${role}|${kind}|${namespace ?? ""}|${name}`;
  return [...new Map(entities.map((entity) => [key(entity), entity])).values()];
}
