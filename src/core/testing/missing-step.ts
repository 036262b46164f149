import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import type { Window } from "../engine/window.ts";
import { predicateWords } from "../expression/predicate-words.ts";
import { readPath } from "../expression/read-path.ts";
import { partsOf } from "../language/compare-tests.ts";
import { nearest } from "../language/nearest.ts";
import { asGiven } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import { DEFAULT_LIMITS, type EngineLimits } from "../model/limits.ts";
import type { Predicate } from "../model/rule.ts";
import { formatTime } from "../model/time.ts";
import { type AllEvents, nearestByFields } from "./all-events.ts";
import { eventWords, exactDuration, fieldWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";
import { compilePart } from "./remember.ts";
import { type Anchors, failure, violationsOf } from "./step-violations.ts";

/** Where a step was looked for, and all that there was. */
export interface Search {
  readonly rule: CompiledRule;
  /** `undefined` where the rule has no window at all. */
  readonly window: Window | undefined;
  readonly limits?: EngineLimits;
  /** The trace that was asked about, where it has no window. */
  readonly trace?: string;
  readonly events: AllEvents;
  /** What the other steps found. */
  readonly anchors?: Anchors;
}

const STORY = "story.";

/** Why a window holds no event that passes a step's test: nothing, a wrong field, the wrong time, or it is elsewhere. */
export function whyMissing(step: CompiledStep, search: Search): Failure {
  const { rule, window } = search;
  const here = window === undefined ? undefined : nearestByFields(step, window.events);
  if (here !== undefined && step.step.types !== undefined) return fieldFailure(step, here);
  if (window !== undefined) {
    const apart = whyApart(step, search.events.ofScope(step, rule, window), { ...search, window });
    if (apart !== undefined) return apart;
  }
  const elsewhere = search.events.fitting(step);
  if (elsewhere !== undefined) return elsewhereFailure(step, elsewhere, search);
  // An event that fails its fields belongs to no group: it is looked for everywhere.
  const near = here ?? (0 < rule.joins.length ? search.events.near(step) : undefined);
  if (near !== undefined) return fieldFailure(step, near);
  const where = window === undefined ? search.trace && `trace ${search.trace}` : placeOf(window);
  const place = where === undefined ? "" : ` in ${where}`;
  const like = search.events.typeLike(step, rule);
  const [story] = (step.step.types ?? []).filter((type) => type.startsWith(STORY));
  const below = story === undefined ? "" : `; ask the same of the rule ${story.slice(STORY.length)}`;
  const meant = like === undefined ? below : `; there is ${like}`;
  return failure(step, "no-event", `there is no event ${wanted(step)}${place}${meant}`);
}

function wanted({ step: { types, where } }: CompiledStep): string {
  const fields = where === undefined ? "" : `${types === undefined ? "" : " "}where ${predicateWords(where)}`;
  return `${types === undefined ? "" : `of type ${types.join(" or ")}`}${fields}`;
}

function elsewhereFailure(step: CompiledStep, event: Event, { rule, window }: Search): Failure {
  const [join] = rule.joins;
  const paths = join?.keys[step.step.as];
  const words = eventWords(event);
  if (join === undefined || paths === undefined) {
    const scope = join === undefined ? "a rule without `join` looks at one trace" : "no step with a key is there";
    return failure(step, "join", `${words} is in trace ${event.traceId}; ${scope}`);
  }
  const keys = joinKeys(event, paths);
  const at = { ...failure(step, "join", ""), join: join.as };
  if (keys.length === 0) return { ...at, detail: `${words} has no ${paths.map(({ text }) => text).join(", ")}` };
  const key = window?.group[join.as];
  if (key === undefined) return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, which is ignored` };
  return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, and the other steps have ${key}` };
}

/**
 * Why events of the same trace or group, in other windows, do not fill a step: their order, or a gap, where it would
 * not hold in one window either; else that they are in another one. Asked of the nearest on either side.
 */
function whyApart(
  step: CompiledStep,
  events: readonly Event[],
  search: Search & { readonly window: Window },
): Failure | undefined {
  const { rule, window, anchors = [] } = search;
  let closest: Failure | undefined;
  for (const event of nearestInTime(events, window)) {
    const [wrong] = violationsOf(rule, step, event, anchors).filter(({ byMs }) => byMs !== undefined);
    if (wrong === undefined) return failure(step, "window", apart(event, window, search));
    if (closest === undefined || (wrong.byMs ?? 0) < (closest.byMs ?? 0)) closest = wrong;
  }
  return closest;
}

/** The events that come closest to a window, before it, in its time and after it: the closest of all first. */
function nearestInTime(events: readonly Event[], { firstEventMs, lastEventMs }: Window): Event[] {
  const distance = ({ timeMs }: Event): number => Math.max(firstEventMs - timeMs, timeMs - lastEventMs, 0);
  const nearest = new Map<number, Event>();
  for (const event of events) {
    const side = distance(event) === 0 ? 0 : Math.sign(event.timeMs - firstEventMs);
    const known = nearest.get(side);
    if (known === undefined || distance(event) < distance(known)) nearest.set(side, event);
  }
  return [...nearest.values()].sort((a, b) => distance(a) - distance(b));
}

/** That an event is in another window than this one: how far away it is, and what parts them. */
function apart(event: Event, window: Window, { limits = DEFAULT_LIMITS }: Search): string {
  const { closedBy, firstEventMs, lastEventMs, lastLogMs } = window;
  const quiet = exactDuration(limits.correlationWindowMs);
  const words = eventWords(event);
  const other = `another window of ${placeName(window)}`;
  if (closedBy === "idle" && firstEventMs <= event.timeMs && event.timeMs <= lastLogMs + limits.correlationWindowMs)
    return `${words} of ${event.time} was read after this window had closed, quiet for ${quiet}; it is in ${other}`;
  const [distance, which] =
    event.timeMs < firstEventMs
      ? [firstEventMs - event.timeMs, "before the first event here"]
      : [event.timeMs - lastEventMs, "after the last event here"];
  const longest = closedBy === "idle" ? "" : `, or ${exactDuration(limits.maxWindowMs)} after it opened`;
  const closing = `a window closes when quiet for ${quiet}${longest}`;
  return `${words} came ${exactDuration(Math.max(0, distance))} ${which}, in ${other}; ${closing}`;
}

function fieldFailure(step: CompiledStep, event: Event): Failure {
  return failure(step, "field", whyFieldFails(step, event));
}

/** The first of a step's field tests that an event fails, and what stands there. */
export function whyFieldFails(step: CompiledStep, event: Event): string {
  const part = partsOf(step.step.where).find((each) => !compilePart(each)(event));
  if (part === undefined) return `${eventWords(event)} does not pass its field tests`;
  const stood = [...new Set(valuesIn(part, event))].join(", ");
  return `${stood} in ${eventWords(event)}; wanted: ${predicateWords(part)}`;
}

/** `message is "a"` for every field that a test looks at. */
function valuesIn(part: Predicate, event: Event): string[] {
  if (part.kind === "not") return valuesIn(part.of, event);
  if (part.kind !== "test") return part.of.flatMap((each) => valuesIn(each, event));
  const values = readPath(event, part.path);
  const like = values.length === 0 ? attributeLike(part.path.text, event) : undefined;
  return [`${part.path.text} is ${fieldWords(values)}${like === undefined ? "" : `, there is ${like}`}`];
}

const ATTRIBUTES = "attributes.";

/** The attribute of an event that is spelled most like one that it lacks: no rule knows which ones there are. */
function attributeLike(path: string, { attributes = {} }: Event): string | undefined {
  const like = path.startsWith(ATTRIBUTES)
    ? nearest(path.slice(ATTRIBUTES.length), Object.keys(attributes))
    : undefined;
  return like === undefined ? undefined : `${ATTRIBUTES}${like}`;
}

/** `trace t1 from 2026-03-01T10:00:00.000Z`. */
function placeOf(window: Window): string {
  const from = Number.isFinite(window.firstEventMs) ? ` from ${formatTime(window.firstEventMs)}` : "";
  return `${placeName(window)}${from}`;
}

/** `trace t1`, `node worker-1`. */
function placeName({ group }: Window): string {
  const [name = "", key = ""] = Object.entries(group)[0] ?? [];
  return `${name === "traceId" ? "trace" : name} ${asGiven(key)}`;
}
