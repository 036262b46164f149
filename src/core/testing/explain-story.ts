import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { gather } from "../engine/judge.ts";
import type { Match } from "../engine/match.ts";
import { asGiven } from "../model/aside.ts";
import type { EntityRef, Event } from "../model/event.ts";
import type { Role } from "../model/rule.ts";
import { boundIn, type ConfidencePart, type OtherMatch, type Story } from "../model/story.ts";
import { AllEvents, nearestByFields } from "./all-events.ts";
import { eventWords } from "./event-words.ts";
import { type Evidence, scopeOf } from "./explain-rule.ts";
import { attempt } from "./explain-window.ts";
import type { Scope } from "./explanation.ts";
import { whyFieldFails } from "./missing-step.ts";
import { whyUnbound } from "./partial-search.ts";
import { violationsOf } from "./step-violations.ts";
import type { SeenWindow } from "./window-log.ts";

/** Why a story was told: each step with the events it took and those it passed over, and the sum of its evidence. */
export interface StoryExplanation {
  readonly story: string;
  readonly revision: number;
  readonly status: Story["status"];
  readonly rule: string;
  readonly summary: string;
  /** `undefined` where the windows it was told from are no longer there. */
  readonly scope: Scope | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly confidence: { readonly value: number; readonly sum: string; readonly parts: readonly ConfidencePart[] };
  readonly superseded: readonly OtherMatch[];
  readonly alsoMatched: readonly OtherMatch[];
}

/** One step of a story's rule. */
export interface ExplainedStep {
  readonly step: string;
  readonly role: Role;
  readonly optional: boolean;
  /** The event it chose first, and those it took along; none for an optional step that found nothing. */
  readonly events: readonly ExplainedEvent[];
  /** Why it chose that event, or found none. */
  readonly why: string;
  readonly passedOver: readonly { readonly event: string; readonly why: string }[];
}

/** An event, for readers. */
export interface ExplainedEvent {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly entity: EntityRef;
}

/** Explains a story of a rule by judging its windows anew. */
export async function explainStory(story: Story, rule: CompiledRule, { log }: Evidence): Promise<StoryExplanation> {
  const windows = rule.joins.length === 0 ? log.traces : log.groupsOf(rule.rule.key);
  let found: { seen: SeenWindow; match: Match } | undefined;
  for (const seen of windows) {
    if (!sameGroup(seen.window.group, story.group)) continue;
    const { match } = await attempt(rule, seen, new AllEvents(() => seen.window.events));
    if (match?.bound.every((step, at) => step === undefined || isBoundIn(story, rule, at, step.anchor)))
      found = { seen, match };
  }
  const { confidence, confidenceParts: parts } = story;
  return {
    story: story.id,
    revision: story.revision,
    status: story.status,
    rule: rule.rule.key,
    summary: story.summary,
    scope: found === undefined ? undefined : scopeOf(found.seen),
    steps: found === undefined ? [] : stepsOf(rule, found),
    confidence: { value: confidence, sum: sumOf(parts), parts },
    superseded: story.superseded,
    alsoMatched: story.alsoMatched,
  };
}

function sameGroup(a: Story["group"], b: Story["group"]): boolean {
  return Object.entries(a).every(([name, key]) => asGiven(b[name] ?? "") === asGiven(key));
}

function isBoundIn(story: Story, rule: CompiledRule, at: number, { id }: Event): boolean {
  return boundIn(story, rule.steps[at]?.step.as ?? "")?.includes(id) === true;
}

/** `(1×1 + 0.5×0) / 1.5` */
function sumOf(parts: readonly ConfidencePart[]): string {
  const weights = parts.reduce((sum, { weight }) => sum + weight, 0);
  return `(${parts.map(({ weight, quality }) => `${weight}×${quality}`).join(" + ")}) / ${weights}`;
}

type Found = { readonly seen: SeenWindow; readonly match: Match };

function stepsOf(rule: CompiledRule, { seen, match }: Found): ExplainedStep[] {
  const { window } = seen;
  const context = seen.context();
  const events = new AllEvents(() => window.events);
  const all = gather(rule, window, context);
  const anchors = match.bound.map((step) => step?.anchor);
  return rule.steps.map((step) => {
    const candidates = all[step.index] ?? [];
    const bound = match.bound[step.index];
    const { as, role, optional } = step.step;
    const head = { step: as, role, optional };
    if (bound === undefined) {
      const { detail } = whyUnbound({ rule, window, context }, { step, candidates, anchors, events });
      return { ...head, events: [], why: detail, passedOver: [] };
    }
    const taken = new Set(bound.events.map(({ id }) => id));
    const others = anchors.map((anchor, at) => (at === step.index ? undefined : anchor));
    const passedOver = candidates
      .filter(({ id }) => !taken.has(id))
      .map((event) => ({ event: eventWords(event), why: whyPassedOver(rule, step, event, others) }));
    const near = nearestByFields(step, window.events);
    if (near !== undefined) passedOver.push({ event: eventWords(near), why: whyFieldFails(step, near) });
    const ordered = [bound.anchor, ...bound.events.filter(({ id }) => id !== bound.anchor.id)];
    return { ...head, events: ordered.map(shown), why: whyChosen(step, candidates, bound.anchor), passedOver };
  });
}

function shown({ id, time, type, entity }: Event): ExplainedEvent {
  return { id, time, type, entity };
}

function whyChosen({ step }: CompiledStep, candidates: readonly Event[], anchor: Event): string {
  const place = candidates.findIndex(({ id }) => id === anchor.id);
  const [which, other] = step.pick === "last" ? ["last", "later"] : ["first", "earlier"];
  if (candidates.length === 1) return "the only event that fits";
  if (place <= 0) return `the ${which} of ${candidates.length} that fit`;
  return `the ${which} of ${candidates.length} that fit and go together with the other steps; ${place} ${other} do not`;
}

function whyPassedOver(
  rule: CompiledRule,
  step: CompiledStep,
  event: Event,
  others: readonly (Event | undefined)[],
): string {
  const [violation] = violationsOf(rule, step, event, others);
  if (violation !== undefined) return violation.detail;
  if (step.step.pick === "last" && step.step.count === undefined) return "the step takes the last event alone";
  return "another event goes before it, or another step took it";
}
