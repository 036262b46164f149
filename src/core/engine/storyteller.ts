import type { Template } from "../expression/template.ts";
import { type EntityRef, type Event, SEVERITIES } from "../model/event.ts";
import type { ChainLink, OtherMatch, Story, StoryStatus, TimelineEntry } from "../model/story.ts";
import { formatTime } from "../model/time.ts";
import { entityKey } from "./bind.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { factsOf } from "./facts.ts";
import { sortEvents } from "./held-events.ts";
import type { BoundStep, Match } from "./match.ts";
import { sortShort } from "./sort-short.ts";

/** Entries of a story's time line: bound events first, then the window's other events. */
const TIMELINE_MAX = 100;
/** Entities named as impact, events named per link. */
const NAMED_MAX = 50;

/** What a story says beyond its match. */
export interface Telling {
  readonly id: string;
  readonly revision: number;
  readonly status: StoryStatus;
  readonly statusReason?: string | undefined;
  readonly total: number;
  /** The log had lost entries that may have been evidence. */
  readonly gap: boolean;
  readonly superseded: readonly OtherMatch[];
  readonly alsoMatched: readonly OtherMatch[];
}

/** What a story says of its match alone, whatever happens beside it: its later revisions say it again. */
export interface Said {
  readonly match: Match;
  readonly rule: CompiledRule;
  readonly words: Pick<Story, "summary" | "detail" | "actions">;
  readonly evidence: Pick<Story, "rootCause" | "chain" | "impact" | "bound">;
  readonly boundEvents: number;
  /** Variables that its words lack, and templates that failed. */
  readonly missing: number;
  readonly failed: number;
}

/** What a match says; `known`, if that is of this match. Templates can fail; a story can't. */
export function sayMatch(match: Match, known: Said | undefined): Said {
  if (known?.match === match && known.rule === match.rule) return known;
  const { rule, bound, root } = match;
  const statement = statementOf(root.anchor);
  const { id, entity, time } = root.anchor;
  return {
    match,
    rule,
    ...wordsOf(match, statement),
    evidence: {
      rootCause: { event: id, entity, time, statement },
      chain: chainOf(match),
      impact: impactOf(match),
      bound: namedIn(match),
    },
    boundEvents: bound.reduce((sum, step) => sum + (step?.events.length ?? 0), 0),
  };
}

function wordsOf({ rule, bound }: Match, statement: string): Pick<Said, "words" | "missing" | "failed"> {
  const facts = factsOf(rule, bound);
  let [missing, failed] = [0, 0];
  const fill = (template: Template, fallback: string): string => {
    const rendered = template.render(facts);
    missing += rendered.missing;
    if (rendered.failed) failed++;
    return rendered.failed ? fallback : rendered.text.trim();
  };
  const { key, title, story } = rule.rule;
  const summary = fill(rule.summary, title);
  const detail = rule.detail && fill(rule.detail, `${statement}; the words of ${key} could not be filled in`);
  const actions = rule.actions.map((template, at) => fill(template, story.actions[at] ?? ""));
  return { words: { summary, ...(detail === undefined ? {} : { detail }), actions }, missing, failed };
}

/** Turns what a match says into a story. */
export function tellStory({ match, words, evidence, boundEvents }: Said, telling: Telling): Story {
  const { rule } = match.rule;
  const { window } = match;
  const isTrace = window.joinRule === undefined;
  return {
    apiVersion: "tapio.dev/v1",
    kind: "Story",
    id: telling.id,
    revision: telling.revision,
    status: telling.status,
    ...(telling.statusReason === undefined ? {} : { statusReason: telling.statusReason }),
    summary: words.summary,
    ...(words.detail === undefined ? {} : { detail: words.detail }),
    category: rule.category,
    severity: worst(match),
    confidence: match.confidence,
    confidenceParts: match.confidenceParts,
    traceId: match.rootTrace,
    group: window.group,
    rootCause: evidence.rootCause,
    chain: evidence.chain,
    impact: evidence.impact,
    timeline: timelineOf(match),
    events: { total: Math.max(telling.total, boundEvents), bound: boundEvents, dropped: window.dropped },
    window: {
      start: formatTime(isTrace ? Math.min(window.firstEventMs, match.firstMs) : match.firstMs),
      end: formatTime(isTrace ? Math.max(window.lastEventMs, match.lastMs) : match.lastMs),
      ...(window.closedBy === undefined ? {} : { closedBy: window.closedBy }),
    },
    rule: {
      id: rule.id,
      pack: rule.pack,
      version: rule.packVersion,
      digest: rule.packDigest,
      ...(rule.commit === undefined ? {} : { commit: rule.commit }),
    },
    bound: evidence.bound,
    superseded: telling.superseded,
    alsoMatched: telling.alsoMatched,
    actions: words.actions,
    ...(rule.story.runbook === undefined ? {} : { runbook: rule.story.runbook }),
    ...(match.truncated ? { truncated: true } : {}),
    ...(window.closedBy === "evicted" ? { incomplete: "evicted" } : {}),
    ...(telling.gap ? { gap: true } : {}),
    ...(rule.mode === "shadow" ? { shadow: true } : {}),
  };
}

/** `Pod shop/api-7f9 OOMKilled`; for a story event the statement of that story. */
export function statementOf(event: Event): string {
  const told = event.attributes?.["statement"];
  if (event.type.startsWith("story.") && typeof told === "string") return told;
  const [, kind, ...rest] = event.type.split(".");
  const words = kind === event.entity.kind.toLowerCase() && 0 < rest.length ? rest : [kind, ...rest];
  const did = BY_PEOPLE.has(event.source) ? doneBy(event) : undefined;
  const what = did ?? event.reason ?? words.join(" ").replaceAll("_", " ");
  return `${nameOf(event.entity)} ${what}`.trim();
}

/** Sources that tell what somebody did. */
const BY_PEOPLE: ReadonlySet<string> = new Set(["audit", "config"]);

/** `patch by admin`: the last word of the type is what was done. */
function doneBy({ type, actor }: Event): string {
  const verb = type.slice(type.lastIndexOf(".") + 1);
  return actor?.user === undefined ? verb : `${verb} by ${actor.user}`;
}

/** `Pod shop/api-7f9`, `Node worker-1`. */
function nameOf({ kind, namespace, name }: EntityRef): string {
  return namespace === undefined || namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function worst(match: Match): Story["severity"] {
  return match.rule.rule.severity ?? SEVERITIES[0];
}

/** The events of each step that found some, by its name. */
function namedIn({ rule, bound }: Match): Story["bound"] {
  const named: Record<string, string[]> = {};
  for (const { step, index } of rule.steps) {
    const found = bound[index];
    if (found !== undefined) named[step.as] = idsOf(found);
  }
  return named;
}

function idsOf(step: BoundStep): string[] {
  return step.events.slice(0, NAMED_MAX).map(({ id }) => id);
}

/** The bound steps in order of time; one whose order is inferred stands after what it follows. */
function chainOf(match: Match): ChainLink[] {
  const links = match.rule.steps.flatMap(({ step, index, after }) => {
    const bound = match.bound[index];
    if (bound === undefined) return [];
    const earliest = Math.max(bound.anchor.timeMs, ...after.map((before) => match.bound[before]?.anchor.timeMs ?? 0));
    return [{ step, bound, index, atMs: earliest, depth: after.length }];
  });
  sortShort(links, (a, b) => a.atMs - b.atMs || a.depth - b.depth || a.index - b.index);
  const startMs = links[0]?.atMs ?? 0;
  return links.map(({ step, bound, atMs }) => ({
    step: step.as,
    role: step.role,
    type: bound.anchor.type,
    ...(bound.anchor.reason === undefined ? {} : { reason: bound.anchor.reason }),
    entity: bound.anchor.entity,
    events: idsOf(bound),
    offsetMs: Math.round(atMs - startMs),
    ...(bound.inferred ? { inferred: true } : {}),
    count: bound.count,
  }));
}

/** The entities of the impact steps; where there are none, the root cause's own. */
function impactOf(match: Match): EntityRef[] {
  const hit = match.rule.steps
    .filter(({ step }) => step.role === "impact")
    .flatMap(({ index }) => match.bound[index]?.events ?? []);
  if (hit.length === 0) return [match.root.anchor.entity];
  const byKey = new Map(hit.map((event) => [entityKey(event), event.entity]));
  return [...byKey.values()].slice(0, NAMED_MAX);
}

function timelineOf(match: Match): TimelineEntry[] {
  const stepOf = new Map<string, string>();
  const bound: Event[] = [];
  for (const { step, index } of match.rule.steps) {
    for (const event of match.bound[index]?.events ?? []) {
      if (!stepOf.has(event.id)) bound.push(event);
      stepOf.set(event.id, step.as);
    }
  }
  const others = match.window.events.filter(({ id, type }) => !stepOf.has(id) && !type.startsWith("story."));
  if (TIMELINE_MAX < bound.length + others.length) {
    for (const some of [bound, others]) sortEvents(some);
    bound.splice(TIMELINE_MAX);
    others.splice(TIMELINE_MAX - bound.length);
  }
  bound.push(...others);
  return sortEvents(bound).map((event) => timelineEntry(event, stepOf.get(event.id)));
}

function timelineEntry(
  { id, time, source, type, entity, message, count, actor }: Event,
  step: string | undefined,
): TimelineEntry {
  const entry: { -readonly [Field in keyof TimelineEntry]: TimelineEntry[Field] } = {
    event: id,
    time,
    source,
    type,
    entity,
  };
  if (message !== undefined) entry.message = message;
  if (count !== 1) entry.count = count;
  if (actor !== undefined) entry.actor = actor;
  if (step !== undefined) entry.step = step;
  return entry;
}
