import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import type { Window } from "../engine/window.ts";
import { predicateWords } from "../expression/predicate-words.ts";
import { readPath } from "../expression/read-path.ts";
import type { Event } from "../model/event.ts";
import type { Predicate } from "../model/rule.ts";
import { formatTime } from "../model/time.ts";
import { eventWords } from "./event-words.ts";
import type { Failure } from "./explanation.ts";
import { compilePart } from "./remember.ts";
import { failure } from "./step-violations.ts";

/** Where a step was looked for, and all that there was. */
export interface Search {
  readonly rule: CompiledRule;
  /** `undefined` where the rule has no window at all. */
  readonly window: Window | undefined;
  readonly events: AllEvents;
}

/** All the events that there are: gathered when one is first looked for, and looked through once for each step. */
export class AllEvents {
  readonly #gather: () => Iterable<Event>;
  readonly #found = new Map<CompiledStep, Found>();
  #all: readonly Event[] | undefined;

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

  #lookFor(step: CompiledStep): Found {
    const known = this.#found.get(step);
    if (known !== undefined) return known;
    this.#all ??= [...this.#gather()];
    const ofType = this.#all.filter(({ type }) => step.matchesType(type));
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
  return failure(
    step,
    "no-event",
    `there is no event ${wanted(step)}${window === undefined ? "" : ` in ${placeOf(window)}`}`,
  );
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
    if (window === undefined || event.traceId !== window.key) {
      const scope = join === undefined ? "a rule without `join` looks at one trace" : "no step with a key is there";
      return failure(step, "join", `${words} is in trace ${event.traceId}; ${scope}`);
    }
    return failure(step, "window", `${words} is in another window of the trace ${event.traceId}, at ${event.time}`);
  }
  const keys = joinKeys(event, paths);
  const at = { ...failure(step, "join", ""), join: join.as };
  if (keys.length === 0) return { ...at, detail: `${words} has no ${paths.map(({ text }) => text).join(", ")}` };
  const key = window?.group[join.as];
  if (key !== undefined && keys.includes(key)) {
    return failure(step, "window", `${words} is in another window of ${join.as} ${key}, at ${event.time}`);
  }
  if (key === undefined) return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, which is ignored` };
  return { ...at, detail: `${words} has ${join.as} ${keys.join(", ")}, and the other steps have ${key}` };
}

/** The event of a fitting type that fails the fewest of a step's field tests, and passes at least one if untyped. */
export function nearestByFields(step: CompiledStep, events: readonly Event[]): Event | undefined {
  const tests = partsOf(step.step.where).map(compilePart);
  if (tests.length === 0) return undefined;
  let nearest: Event | undefined;
  let fewest = step.step.types === undefined ? tests.length : tests.length + 1;
  for (const event of events) {
    if (!step.matchesType(event.type) || step.matchesFields(event)) continue;
    const failing = tests.filter((test) => !test(event)).length;
    if (failing < fewest) [nearest, fewest] = [event, failing];
  }
  return nearest;
}

function fieldFailure(step: CompiledStep, event: Event): Failure {
  return failure(step, "field", whyFieldFails(step, event));
}

/** The first of a step's field tests that an event fails, and what stands there. */
export function whyFieldFails(step: CompiledStep, event: Event): string {
  const part = partsOf(step.step.where).find((each) => !compilePart(each)(event));
  if (part === undefined) return `${eventWords(event)} does not pass its field tests`;
  return `${valueWords(part, event)} in ${eventWords(event)}, and must be so: ${predicateWords(part)}`;
}

function valueWords(part: Predicate, event: Event): string {
  if (part.kind !== "test") return "another value stands";
  const values = readPath(event, part.path);
  return values.length === 0
    ? `${part.path.text} is missing`
    : `${part.path.text} is ${values.map((value) => JSON.stringify(value)).join(", ")}`;
}

/** The tests that must all hold, one by one. */
export function partsOf(where: Predicate | undefined): readonly Predicate[] {
  if (where === undefined) return [];
  return where.kind === "all" ? where.of.flatMap(partsOf) : [where];
}

/** `trace t1`, `node worker-1`, with the window's first event time. */
function placeOf(window: Window): string {
  const [name = "", key = ""] = Object.entries(window.group)[0] ?? [];
  const from = Number.isFinite(window.firstEventMs) ? ` from ${formatTime(window.firstEventMs)}` : "";
  return `${name === "traceId" ? "trace" : name} ${key}${from}`;
}
