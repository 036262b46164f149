import type { CompiledRule, CompiledStep } from "../engine/compiled-rule.ts";
import { joinKeys } from "../engine/join-keys.ts";
import type { Window } from "../engine/window.ts";
import { partsOf } from "../language/compare-tests.ts";
import { nearest } from "../language/nearest.ts";
import type { Event } from "../model/event.ts";
import { compilePart } from "./remember.ts";

/** All the events that there are: gathered when one is first looked for, and looked through once for each step. */
export class AllEvents {
  readonly #gather: () => Iterable<Event>;
  readonly #found = new Map<CompiledStep, Found>();
  readonly #byScope = new Map<CompiledStep, ReadonlyMap<string, readonly Event[]>>();
  readonly #alike = new Map<string, string | undefined>();
  #all: readonly Event[] | undefined;
  #types: ReadonlySet<string> | undefined;

  constructor(gather: () => Iterable<Event>) {
    this.#gather = gather;
  }

  /** The first event that passes a step's test, wherever it is. */
  fitting(step: CompiledStep): Event | undefined {
    return this.#lookFor(step).fitting[0];
  }

  /** Those of them that belong to the trace or group of a window, whichever window they are in. */
  ofScope(step: CompiledStep, { joins: [join] }: CompiledRule, window: Window): readonly Event[] {
    let byScope = this.#byScope.get(step);
    if (byScope === undefined) {
      const paths = join?.keys[step.step.as] ?? [];
      const { fitting } = this.#lookFor(step);
      byScope = grouped(fitting, (event) => (join === undefined ? [event.traceId] : joinKeys(event, paths)));
      this.#byScope.set(step, byScope);
    }
    const scope = join === undefined ? window.key : window.group[join.as];
    return (scope === undefined ? undefined : byScope.get(scope)) ?? [];
  }

  /** Where none passes, the one of its type that comes nearest. */
  near(step: CompiledStep): Event | undefined {
    return this.#lookFor(step).near;
  }

  /** The type that is there, spelled most like the one that a step takes, and not what another step of its rule is about. */
  typeLike({ step: { types = [] } }: CompiledStep, { steps }: CompiledRule): string | undefined {
    const [type, other] = types;
    if (type === undefined || other !== undefined) return undefined;
    this.#types ??= new Set(this.#gathered().map((event) => event.type));
    if (!this.#alike.has(type)) {
      const named = steps.flatMap(({ step }) => step.types ?? []);
      const free = [...this.#types].filter((each) => !named.includes(each) && isSpelledLike(type, each));
      this.#alike.set(type, nearest(type, free));
    }
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
    const near = fitting.length === 0 ? nearestByFields(step, ofType) : undefined;
    const found = { fitting, near };
    this.#found.set(step, found);
    return found;
  }
}

/** Whether two types differ in one of their words alone, and there by some letters: `k8s.pod.ready` is no `k8s.node.notready`. */
function isSpelledLike(type: string, other: string): boolean {
  const [words, others] = [type.split("."), other.split(".")];
  const differing = words.flatMap((word, at) => (word === others[at] ? [] : [at]));
  const [at = 0] = differing;
  if (words.length !== others.length || differing.length !== 1) return false;
  return nearest(words[at] ?? "", [others[at] ?? ""]) !== undefined;
}

interface Found {
  readonly fitting: readonly Event[];
  readonly near: Event | undefined;
}

function grouped(events: readonly Event[], keysOf: (event: Event) => readonly string[]): Map<string, Event[]> {
  const groups = new Map<string, Event[]>();
  for (const event of events)
    for (const key of keysOf(event)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [event]);
      else group.push(event);
    }
  return groups;
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
