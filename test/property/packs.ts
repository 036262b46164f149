import fc from "fast-check";
import type { Absence, Join, Moment, Rule, Step } from "../../src/core/model/rule.ts";
import { path, rule, step } from "../support/engine-kit.ts";
import { arbitraryKeys, arbitraryPredicate, arbitraryTypes } from "./vocabulary.ts";

/** What kind of rules a profile asks for. */
export interface PackShape {
  readonly rulesMax: number;
  /** Share of rules with a join, in tenths. */
  readonly joins: number;
  /** Steps and absences of a joined rule may have no key. */
  readonly unkeyed: boolean;
  /** Rules that have a story of their own: all, or some. */
  readonly standalone: "all" | "some";
  readonly stories: boolean;
  /** Share of rules with an absence, in tenths. */
  readonly absences: number;
  /** The longest offset of an absence, in half seconds. */
  readonly offsetMax: number;
  readonly onUnknown: readonly Absence["onUnknown"][];
}

const seconds = (...choices: (number | undefined)[]) =>
  fc.constantFrom(...choices).map((s) => (s === undefined ? undefined : s * 1000));

/** There in so many of ten draws; shrinks to not there. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, tenths: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 10 - tenths, arbitrary: fc.constant(undefined) }, { weight: tenths, arbitrary });

const arbitraryStep = fc.record({
  types: arbitraryTypes,
  where: sometimes(arbitraryPredicate, 3),
  role: fc.constantFrom("cause", "reaction", "impact", "evidence"),
  optional: fc.constantFrom(false, false, true),
  pick: fc.constantFrom("first", "first", "last"),
  rank: fc.nat(9),
  after: fc.constantFrom(false, true),
  withinMs: seconds(undefined, 2, 5, 10),
  count: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    { atLeast: 2, distinct: undefined },
    { atLeast: 3, distinct: undefined },
    { atLeast: 2, distinct: path("entity.name") },
  ),
});

/** Steps in which one event, or two, are often enough. */
const easyStep = arbitraryStep.map((drawn) => ({ ...drawn, count: undefined, optional: false, where: undefined }));

function makeSteps(drawn: readonly (typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never)[]): Step[] {
  return drawn.map(({ rank, after, ...made }, at) => {
    // Ranks make the order acyclic, and let a step follow one that stands after it in the file.
    const before = after ? drawn.flatMap((other, index) => (other.rank < rank ? [`s${index}`] : [])) : [];
    return step(`s${at}`, "", {
      ...made,
      optional: made.optional && at !== 0,
      after: before,
      withinMs: before.length === 0 ? undefined : made.withinMs,
    });
  });
}

function arbitraryMoment(steps: readonly Step[], offsetMax: number): fc.Arbitrary<Moment> {
  return fc.record({
    kind: fc.constant("step" as const),
    step: fc.constantFrom(...steps.map(({ as }) => as)),
    offsetMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -offsetMax, max: offsetMax }).map((half) => half * 500),
    ),
  });
}

function arbitraryAbsence(as: string, steps: readonly Step[], shape: PackShape): fc.Arbitrary<Absence> {
  return fc.record({
    as: fc.constant(as),
    types: arbitraryTypes,
    where: sometimes(arbitraryPredicate, 3),
    from: arbitraryMoment(steps, shape.offsetMax),
    to: fc.oneof(arbitraryMoment(steps, shape.offsetMax), fc.constant({ kind: "windowEnd" as const })),
    requireSource: fc.constantFrom(undefined, undefined, "k8s", "kernel"),
    onUnknown: fc.constantFrom(...shape.onUnknown),
  });
}

function arbitraryJoins(names: readonly string[], shape: PackShape): fc.Arbitrary<Join[]> {
  const keys = (share: number) =>
    fc.tuple(
      ...names.map((_, at) =>
        fc.tuple(
          arbitraryKeys,
          fc.nat(9).map((n) => at === 0 || n < share),
        ),
      ),
    );
  const made = (drawn: readonly (readonly [Join["keys"][string], boolean])[], same: boolean): Join["keys"] =>
    Object.fromEntries(
      names.flatMap((name, at) => {
        const [own, keyed] = drawn[at] ?? [[], false];
        return keyed ? [[name, same ? (drawn[0]?.[0] ?? own) : own]] : [];
      }),
    );
  const first = fc
    .record({
      keys: keys(shape.unkeyed ? 8 : 10),
      same: fc.boolean(),
      ignore: fc.constantFrom([], [], [], ["n1"], ["*/n2"], ["*1"]),
      maxFanOut: fc.constantFrom(50, 50, 50, 1, 2),
    })
    .map(({ keys: drawn, same, ...join }): Join => ({ as: "j", keys: made(drawn, same), ...join }));
  const second = keys(8).map((drawn): Join => ({ as: "k", keys: made(drawn, true), ignore: [], maxFanOut: 50 }));
  return fc.tuple(first, sometimes(second, 3)).map(([one, two]) => (two === undefined ? [one] : [one, two]));
}

const arbitraryConditions = (steps: readonly Step[]): fc.Arbitrary<Rule["conditions"]> => {
  const fact = fc.constantFrom(...steps.map(({ as }) => as));
  const leaf = fc.oneof(
    fc.record({
      fact,
      path: fc.constant("attributes.v"),
      operator: fc.constantFrom("equal", "notEqual"),
      value: fc.constantFrom(1, 2),
    }),
    fc.record({
      fact,
      path: fc.constantFrom("count", "distinct"),
      operator: fc.constant("lessThan"),
      value: fc.constantFrom(2, 3),
    }),
    fc.record({
      fact,
      path: fc.constant("entity.name"),
      operator: fc.constantFrom("equal", "notEqual"),
      value: fc.record({ fact, path: fc.constant("entity.name") }),
    }),
  );
  return fc.oneof(
    fc.array(leaf, { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
    fc.array(leaf, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    leaf.map((one) => ({ all: [{ not: one }] })),
  );
};

/** A rule over events. */
function arbitraryRule(id: string, shape: PackShape): fc.Arbitrary<Rule> {
  return fc.array(fc.oneof(arbitraryStep, easyStep), { minLength: 1, maxLength: 3, size: "max" }).chain((drawn) => {
    const steps = makeSteps(drawn);
    const absences = fc.tuple(
      sometimes(arbitraryAbsence("x0", steps, shape), shape.absences),
      sometimes(arbitraryAbsence("x1", steps, shape), 1),
    );
    const joined = fc
      .nat(9)
      .chain((n) =>
        10 - shape.joins <= n
          ? arbitraryJoins([...steps.map(({ as }) => as), "x0", "x1"], shape)
          : fc.constant<Join[]>([]),
      );
    const rest = fc.record({
      absent: absences.map((found) => found.filter((one) => one !== undefined)),
      joins: joined,
      withinMs: seconds(undefined, undefined, undefined, 3, 8),
      skewMs: fc.constantFrom(0, 0, 1000, 3000),
      settleMs: fc.constantFrom(0, 0, 3000),
      minConfidence: fc.constantFrom(0, 0, 0, 0, 0.85),
      conditions: sometimes(arbitraryConditions(steps), 2),
      priority: fc.constantFrom(40, 50, 60),
      severity: fc.constantFrom("error", "critical"),
      isolated: fc.constantFrom("no", "no", "no", "standalone", "shadow"),
    });
    return rest.map(({ isolated, ...more }) =>
      rule(id, steps, {
        ...more,
        standalone: isolated === "standalone" || (shape.standalone === "all" && isolated !== "shadow"),
        mode: isolated === "shadow" ? "shadow" : "active",
      }),
    );
  });
}

/** A rule over the stories of rules before it. */
function arbitraryStoryRule(id: string, over: readonly string[]): fc.Arbitrary<Rule> {
  return fc
    .record({
      types: fc.subarray([...over], { minLength: 1 }),
      count: fc.constantFrom(
        undefined,
        { atLeast: 2, distinct: undefined },
        { atLeast: 2, distinct: path("entity.name") },
      ),
      with: sometimes(arbitraryTypes, 4),
      key: fc.constantFrom(path("entity.node"), path("entity.namespace"), path("related[role=target].name")),
      priority: fc.constantFrom(40, 50, 60),
      maxFanOut: fc.constantFrom(50, 50, 2),
    })
    .map(({ types, count, with: also, key, priority, maxFanOut }) => {
      const steps = [
        step("s0", "", { types: types.map((named) => `story.${named}`), count, role: "impact" }),
        ...(also === undefined ? [] : [step("s1", "", { types: also, role: "cause", optional: true })]),
      ];
      const keys = Object.fromEntries(steps.map(({ as }) => [as, [key]]));
      return rule(id, steps, { priority, joins: [{ as: "j", keys, ignore: [], maxFanOut }] });
    });
}

/** A pack; a rule supersedes only rules before it, so that it is never superseded in a circle. */
export function arbitraryPack(shape: PackShape): fc.Arbitrary<Rule[]> {
  const ids = Array.from({ length: shape.rulesMax }, (_, at) => `r${at}`);
  const plain = fc
    .integer({ min: 1, max: ids.length })
    .chain((many) => fc.tuple(...ids.slice(0, many).map((id) => arbitraryRule(id, shape))));
  const rules: fc.Arbitrary<Rule[]> = shape.stories
    ? fc.tuple(plain, fc.nat(2)).chain(([made, levels]) => {
        const over = made.filter(({ mode }) => mode === "active").map(({ id }) => id);
        if (over.length === 0 || levels === 0) return fc.constant([...made]);
        return fc
          .tuple(arbitraryStoryRule("u0", over), arbitraryStoryRule("u1", [...over, "u0"]))
          .map(([first, second]) => [...made, ...(levels === 1 ? [first] : [first, second])]);
      })
    : plain.map((made) => [...made]);
  return fc.tuple(rules, fc.array(fc.nat(9), { minLength: 9, maxLength: 9 })).map(([made, dice]) =>
    made.map((one, at) => ({
      ...one,
      supersedes:
        (dice[at] ?? 9) < 3
          ? made
              .slice(0, at)
              .map(({ key }) => key)
              .slice(-1)
          : [],
    })),
  );
}
