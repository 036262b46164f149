import { Engine } from "../../src/core/engine/engine.ts";
import type { Event } from "../../src/core/model/event.ts";
import type { EngineLimits } from "../../src/core/model/limits.ts";
import { type FieldPath, parsePath } from "../../src/core/model/path.ts";
import type { Rule, RuleSet, Step } from "../../src/core/model/rule.ts";
import type { Story, StoryChange } from "../../src/core/model/story.ts";

/** 2026-03-01T10:00:00Z: where the clocks of the engine's tests start. */
export const START_MS: number = Date.UTC(2026, 2, 1, 10);

/** A field path that is known to be one. */
export function path(text: string): FieldPath {
  const read = parsePath(text);
  if (read === undefined) throw new Error(`${text} is not a field path`);
  return read;
}

/** An event `atS` seconds after the start, with millisecond stamps unless told otherwise. */
export function event(id: string, type: string, atS: number, more: Partial<Event> = {}): Event {
  const timeMs = START_MS + atS * 1000;
  return {
    id,
    traceId: "t1",
    traceOrigin: "explicit",
    time: new Date(timeMs).toISOString(),
    timeMs,
    precisionMs: 1,
    lastMs: timeMs,
    source: "k8s",
    type,
    severity: "error",
    reason: undefined,
    message: undefined,
    entity: { kind: "Pod", namespace: "shop", name: "api-7f9" },
    related: undefined,
    actor: undefined,
    count: 1,
    attributes: undefined,
    ...more,
  };
}

/** A step of a rule; required, first, of any order unless told otherwise. */
export function step(as: string, type: string, more: Partial<Step> = {}): Step {
  return {
    as,
    types: [type],
    where: undefined,
    role: "evidence",
    optional: false,
    pick: "first",
    after: [],
    withinMs: undefined,
    count: undefined,
    ...more,
  };
}

/** A rule with these steps. */
export function rule(id: string, steps: readonly Step[], more: Partial<Rule> = {}): Rule {
  return {
    key: `test/${id}`,
    id,
    pack: "test",
    packVersion: "1.0.0",
    packDigest: "sha256:0",
    meaningDigest: `sha256:${id}`,
    commit: undefined,
    title: id,
    category: "resource-pressure",
    severity: "error",
    priority: 50,
    withinMs: undefined,
    skewMs: 0,
    settleMs: 0,
    mode: "active",
    standalone: false,
    minConfidence: 0,
    steps,
    absent: [],
    joins: [],
    supersedes: [],
    conditions: undefined,
    resolve: [],
    story: { summary: id, detail: undefined, actions: [], runbook: undefined },
    ...more,
  };
}

/** These rules as the set in force. */
export function ruleSet(...rules: readonly Rule[]): RuleSet {
  return { packs: [], rules: [...rules].sort((a, b) => (a.key < b.key ? -1 : 1)), digest: "sha256:0" };
}

/** Feeds events in the order given (log time: the latest event time so far) and ends the input. */
export async function run(
  rules: RuleSet,
  events: readonly Event[],
  limits: Partial<EngineLimits> = {},
): Promise<StoryChange[]> {
  const engine = new Engine({ rules, limits });
  let logTimeMs = Number.NEGATIVE_INFINITY;
  for (const [at, one] of events.entries()) {
    logTimeMs = Math.max(logTimeMs, one.lastMs);
    await engine.accept(one, { logTimeMs, position: at + 1 });
  }
  await engine.end();
  return engine.take();
}

/** The last revision of each story, without the retracted ones. */
export function final(changes: readonly StoryChange[]): Story[] {
  const last = new Map<string, Story>();
  for (const { story } of changes) last.set(story.id, story);
  return [...last.values()].filter(({ status }) => status !== "retracted");
}
