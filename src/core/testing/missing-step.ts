import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import type { Window } from "../engine/window.ts";
import { predicateWords } from "../expression/predicate-words.ts";
import { readPath } from "../expression/read-path.ts";
import { nearest } from "../language/nearest.ts";
import { asGiven } from "../model/aside.ts";
import type { Event } from "../model/event.ts";
import { DEFAULT_LIMITS, type EngineLimits } from "../model/limits.ts";
import type { Predicate } from "../model/rule.ts";
import { formatTime } from "../model/time.ts";
import { eventWords, exactDuration, fieldWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";
import { compilePart } from "./remember.ts";
import { failure } from "./step-violations.ts";

/** Where a step was looked for, and all that there was. */
export interface Search {
  readonly rule: CompiledRule;
  /** `undefined` where the rule has no window at all. */
  readonly window: Window | undefined;
  readonly limits?: EngineLimits;
  /** The trace that was asked about, where it has no window. */
  readonly trace?: string;
  readonly events: AllEvents;
}

/** All the events that there are: gathered when one is first looked for, and looked through once for each step. */
export class AllEvents {
  readonly #gather: () => Iterable<Event>;
  readonly #found = new Map<CompiledStep, Found>();
  readonly #alike = new Map<string, string | undefined>();
  #all: readonly Event[] | undefined;
  #types: ReadonlySet<string> | undefined;

  constructor(gather: () => Iterable<Event>) {
    this.#gather = gather;
  }

  /** An event that passes a step's test, of this trace where it has one. */
  fitting(step: CompiledStep, traceId: string | undefined): Event | undefined {
    const { first, byTrace } = this.#lookFor(step);
    return (traceId === undefined ? undefined : byTrace.get(traceId)) ?? first;
  }

  /** Where none passes, the one of its type that comes nearest. */
  near(step: CompiledStep): Event | undefined {
    return this.#lookFor(step).near;
  }

  /** The type that is there and spelled most like one that a step takes. */
  typeLike({ step: { types = [] } }: CompiledStep): string | undefined {
    const [type, other] = types;
    if (type === undefined || other !== undefined) return undefined;
    this.#types ??= new Set(this.#gathered().map((event) => event.type));
    if (!this.#alike.has(type)) this.#alike.set(type, nearest(type, this.#types));
    return this.#alike.get(type);
  }

  #gathered(): readonly Event[] {
    this.#all ??= [...this.#gather()];
    return this.#all;
  }

  #lookFor(step: CompiledStep): Found {
    const known = this.#found.get(step);
    if (known !== undefined) return known;
    const ofType = this.#gathered().filter(({ type }) => step.matchesType(type));
    const fitting = ofType.filter((event) => step.matchesFields(event));
    const byTrace = new Map<string, Event>();
    for (const event of fitting) if (!byTrace.has(event.traceId)) byTrace.set(event.traceId, event);
    const near = fitting.length === 0 ? nearestByFields(step, ofType) : undefined;
    const found = { first: fitting[0], byTrace, near };
    this.#found.set(step, found);
    return found;
  }
}

interface Found {
  readonly first: Event | undefined;
  /** The first of each trace. */
  readonly byTrace: ReadonlyMap<string, Event>;
  readonly near: Event | undefined;
}

const STORY = "story.";

/** Why a window holds no event that passes a step's test: nothing, a wrong field, or it is elsewhere. */
export function whyMissing(step: CompiledStep, search: Search): Failure {
  const { rule, window } = search;
  const here = window === undefined ? undefined : nearestByFields(step, window.events);
  if (here !== undefined && step.step.types !== undefined) return fieldFailure(step, here);
  const elsewhere = search.events.fitting(step, window?.key);
  if (elsewhere !== undefined) return elsewhereFailure(step, elsewhere, search);
  // An event that fails its fields belongs to no group: it is looked for everywhere.
  const near = here ?? (0 < rule.joins.length ? search.events.near(step) : undefined);
  if (near !== undefined) return fieldFailure(step, near);
  const where = window === undefined ? search.trace && `trace ${search.trace}` : placeOf(window);
  const place = where === undefined ? "" : ` in ${where}`;
  const like = search.events.typeLike(step);
  const [story] = (step.step.types ?? []).filter((type) => type.startsWith(STORY));
  const below = story === undefined ? "" : `; ask the same of the rule ${story.slice(STORY.length)}`;
  const meant = like === undefined ? below : `; there is ${like}`;
  return failure(step, "no-event", `there is no event ${wanted(step)}${place}${meant}`);
}

function wanted({ step: { types, where } }: CompiledStep): string {
  const fields = where === undefined ? "" : `${types === undefined ? "" : " "}where ${predicateWords(where)}`;
  return `${types === undefined ? "" : `of type ${types.join(" or ")}`}${fields}`;
}

function elsewhereFailure(step: CompiledStep, event: Event, search: Search): Failure {
  const { rule, window } = search;
  const [join] = rule.joins;
  const paths = join?.keys[step.step.as];
  const words = eventWords(event);
  if (join === undefined || paths === undefined) {
    if (window === undefined || event.traceId !== window.key) {
      const scope = join === undefined ? "a rule without `join` looks at one trace" : "no step with a key is there";
      return failure(step, "join", `${words} is in trace ${event.traceId}; ${scope}`);
    }
    return failure(step, "window", apart(event, window, search));
  }
  const keys = joinKeys(event, paths);
  const at = { ...failure(step, "join", ""), join: join.as };
  if (keys.length === 0) return { ...at, detail: `${words} has no ${paths.map(({ text }) => text).join(", ")}` };
  const key = window?.group[join.as];
  if (window !== undefined && key !== undefined && keys.includes(key))
    return failure(step, "window", apart(event, window, search));
  if (key === undefined) return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, which is ignored` };
  return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, and the other steps have ${key}` };
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

/** The event of a fitting type that fails the fewest of a step's field tests, and passes at least one if untyped. */
export function nearestByFields(step: CompiledStep, events: readonly Event[]): Event | undefined {
  const tests = partsOf(step.step.where).map(compilePart);
  if (tests.length === 0) return undefined;
  let found: Event | undefined;
  let fewest = step.step.types === undefined ? tests.length : tests.length + 1;
  for (const event of events) {
    if (!step.matchesType(event.type) || step.matchesFields(event)) continue;
    const failing = tests.filter((test) => !test(event)).length;
    if (failing < fewest) [found, fewest] = [event, failing];
  }
  return found;
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
  return [`${part.path.text} is ${fieldWords(readPath(event, part.path))}`];
}

/** The tests that must all hold, one by one. */
export function partsOf(where: Predicate | undefined): readonly Predicate[] {
  if (where === undefined) return [];
  return where.kind === "all" ? where.of.flatMap(partsOf) : [where];
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
