import fc from "fast-check";
import type { Event } from "../../src/core/model/event.ts";
import type { FieldPath } from "../../src/core/model/path.ts";
import type { Predicate } from "../../src/core/model/rule.ts";
import type { Entry } from "../oracle/words.ts";
import { event, path, START_MS } from "../support/engine-kit.ts";

// Few distinct values, so that the features of random rules and random traces meet.

/** What kind of log a profile asks for. */
export interface LogShape {
  readonly eventsMax: number;
  /** Event times, in half seconds, from the start. */
  readonly halfSecondsMax: number;
  /** How long after it happened an event may be stored. */
  readonly delaysS: readonly number[];
}

/** Versions of an event: the very same, one that tells more, one of another type, one with other keys, one from before. */
const AGAIN = [
  "same",
  "same",
  "same",
  "same",
  "newer",
  "newer",
  "newer",
  "retyped",
  "moved",
  "older",
  "older",
] as const;

/** One event of the log, before its time is written. */
const sketch = (shape: LogShape) =>
  fc.record({
    type: fc.constantFrom("a.x", "a.x", "a.y", "a.y", "b.x"),
    half: fc.nat(shape.halfSecondsMax),
    coarse: fc.boolean(),
    trace: fc.constantFrom("t1", "t1", "t2", "t3"),
    derived: fc.boolean(),
    source: fc.constantFrom("k8s", "kernel"),
    name: fc.constantFrom("n1", "n2"),
    namespace: fc.constantFrom("s1", "s2"),
    node: fc.constantFrom(undefined, "m1", "m1", "m2"),
    value: fc.constantFrom(undefined, 1, 2),
    mounts: fc.constantFrom(undefined, "n1", "n2"),
    targets: fc.constantFrom(undefined, "n2"),
    count: fc.constantFrom(1, 1, 1, 2),
    delayS: fc.constantFrom(...shape.delaysS),
    letter: fc.constantFrom("a", "b", "c", "d"),
    /** Another version of the event before it, or the very same again. */
    again: fc.nat(59).map((n) => AGAIN[n] ?? "no"),
  });

/** A log in the order in which it was stored. */
export function arbitraryLog(shape: LogShape): fc.Arbitrary<Entry[]> {
  const sketches = fc.array(sketch(shape), { minLength: 3, maxLength: shape.eventsMax, size: "max" });
  return sketches.map((drawn) => {
    const made: { readonly event: Event; readonly storedMs: number }[] = [];
    for (const [at, one] of drawn.entries()) {
      const before = made.at(-1);
      const timeMs = START_MS + (one.coarse ? Math.floor(one.half / 2) * 1000 : one.half * 500);
      const again = before === undefined || one.again === "no" ? undefined : before.event;
      const made1 = again === undefined ? fresh(one, timeMs, at) : another(again, one);
      made.push({
        event: made1,
        storedMs: (again === undefined ? timeMs : (before?.storedMs ?? timeMs)) + one.delayS * 1000,
      });
    }
    made.sort((a, b) => a.storedMs - b.storedMs);
    return made.map(({ event: stored, storedMs }, at) => ({
      event: stored,
      logTimeMs: storedMs,
      position: (at + 1) * 10,
    }));
  });
}

type Sketch = ReturnType<typeof sketch> extends fc.Arbitrary<infer T> ? T : never;

function fresh(one: Sketch, timeMs: number, at: number): Event {
  const related = [
    ...(one.mounts === undefined ? [] : [{ role: "mounts", kind: "ConfigMap", name: one.mounts }]),
    ...(one.targets === undefined ? [] : [{ role: "target", kind: "Pod", name: one.targets }]),
  ];
  return event(`${one.letter}${at}`, one.type, (timeMs - START_MS) / 1000, {
    precisionMs: one.coarse ? 1000 : 1,
    traceId: one.trace,
    traceOrigin: one.derived ? "derived" : "explicit",
    source: one.source,
    entity: {
      kind: "Pod",
      namespace: one.namespace,
      name: one.name,
      ...(one.node === undefined ? {} : { node: one.node }),
    },
    related: related.length === 0 ? undefined : related,
    count: one.count,
    attributes: one.value === undefined ? undefined : { v: one.value },
  });
}

/** Versions that count more end later, too: which words stay does not hang on the order in which they come. */
function another(held: Event, { again, type, name, node }: Sketch): Event {
  const { entity, count, timeMs, lastMs } = held;
  if (again === "same") return held;
  if (again === "older") {
    const before = event(held.id, type, (timeMs - START_MS) / 1000 - 0.5);
    return { ...held, type, message: name, time: before.time, timeMs: before.timeMs, lastMs: lastMs - 100 };
  }
  const newer = { ...held, message: name, count: count + 1, lastMs: lastMs + 1_000 };
  if (again === "retyped") return { ...newer, type };
  return again === "moved" ? { ...newer, entity: { ...entity, name, ...(node === undefined ? {} : { node }) } } : newer;
}

const test = (text: string, operator: "equal", value: string | number): Predicate => ({
  kind: "test",
  path: path(text),
  operator,
  value,
});

const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  fc.constantFrom(test("entity.name", "equal", "n1"), test("source", "equal", "k8s"), test("attributes.v", "equal", 1)),
  fc.record({
    kind: fc.constant("test" as const),
    path: fc.constantFrom(path("attributes.v"), path("count")),
    operator: fc.constantFrom(
      "equal",
      "notEqual",
      "lessThan",
      "lessThanInclusive",
      "greaterThan",
      "greaterThanInclusive",
      "in",
      "notIn",
    ),
    value: fc.constantFrom(1, 2, [1, 2], [2]),
  }),
  fc.record({
    kind: fc.constant("test" as const),
    path: fc.constantFrom(
      path("entity.node"),
      path("related[*].name"),
      path("related[role=mounts].name"),
      path("message"),
    ),
    operator: fc.constantFrom(
      "equal",
      "notEqual",
      "contains",
      "doesNotContain",
      "startsWith",
      "endsWith",
      "matches",
      "notIn",
    ),
    value: fc.constantFrom("n1", "m1", "n", "1", ["n1", "m1"]),
  }),
  fc.record({
    kind: fc.constant("test" as const),
    path: fc.constantFrom(path("attributes.v"), path("entity.node"), path("related[role=mounts]")),
    operator: fc.constant("exists" as const),
    value: fc.boolean(),
  }),
);

/** A field test, seldom a nested one. */
export const arbitraryPredicate: fc.Arbitrary<Predicate> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("all", "any"), of: fc.array(leaf, { minLength: 1, maxLength: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("not" as const),
      of: fc.oneof(
        leaf,
        fc.record({ kind: fc.constant("any" as const), of: fc.array(leaf, { minLength: 2, maxLength: 2 }) }),
      ),
    }),
  },
);

/** Join keys: one path, a tuple, and paths that put an event into several groups. */
export const arbitraryKeys: fc.Arbitrary<readonly FieldPath[]> = fc.constantFrom(
  [path("entity.name")],
  [path("entity.name")],
  [path("entity.node")],
  [path("entity.namespace"), path("entity.name")],
  [path("entity.namespace"), path("related[role=mounts].name")],
  [path("related[*].name")],
);

/** Event types as a step names them. */
export const arbitraryTypes: fc.Arbitrary<readonly string[]> = fc.constantFrom(
  ["a.x"],
  ["a.x"],
  ["a.y"],
  ["a.y"],
  ["b.x"],
  ["a.*"],
  ["a.y", "b.x"],
);
