import { describe, expect, test } from "vitest";
import { event, final, path, rule, ruleSet, run, step } from "../../support/engine-kit.ts";

describe("a rule that holds is judged again at the planned judgement", () => {
  const seen = ruleSet(rule("r", [step("a", "x.a")]), rule("s", [step("a", "x.b")], { standalone: true }));

  test("with all that came meanwhile", async () => {
    const events = [event("1", "x.a", 0), event("2", "x.a", 0.2), event("3", "x.a", 0.4), event("4", "y", 9)];
    const told = await run(seen, events);
    expect(told.slice(0, 2).map(({ story }) => story.bound)).toEqual([{ a: ["1"] }, { a: ["1", "2", "3"] }]);
  });

  test("where another rule was put off, it is still told once", async () => {
    const events = [event("1", "x.a", 0), event("2", "x.b", 0.1), event("3", "x.b", 0.2), event("4", "y", 9)];
    const told = await run(seen, events);
    expect(told.slice(0, 3).map(({ kind, story }) => [kind, story.rule.id, story.bound])).toEqual([
      ["told", "r", { a: ["1"] }],
      ["told", "s", { a: ["2"] }],
      ["revised", "s", { a: ["2", "3"] }],
    ]);
  });

  test("where a later version of its event has another type, it holds no more", async () => {
    const events = [
      event("1", "x.a", 0),
      event("2", "x.b", 0.1),
      event("3", "x.b", 0.2),
      event("1", "x.c", 0.3, { count: 2 }),
      event("4", "y", 9),
    ];
    expect(final(await run(seen, events)).map(({ rule: { id } }) => id)).toEqual(["s"]);
  });
});

describe("the steps that an event of a join group fills", () => {
  const keys = { a: [path("entity.name")], b: [path("entity.name")] };
  const often = step("b", "x", { where: { kind: "test", path: path("count"), operator: "greaterThan", value: 1 } });
  const joined = ruleSet(rule("r", [step("a", "x"), often], { joins: [{ as: "j", keys, ignore: [], maxFanOut: 50 }] }));

  test("are those of its last version", async () => {
    const events = [event("1", "x", 0), event("2", "x", 1), event("2", "x", 2, { count: 2 })];
    expect(final(await run(joined, events)).map(({ bound }) => bound)).toEqual([{ a: ["1"], b: ["2"] }]);
  });

  test("are not those of a version before", async () => {
    const rare = ruleSet(
      rule(
        "r",
        [step("a", "x", { where: { kind: "test", path: path("count"), operator: "lessThan", value: 2 } }), often],
        {
          joins: [{ as: "j", keys, ignore: [], maxFanOut: 50 }],
        },
      ),
    );
    const both = [event("1", "x", 0), event("2", "x", 1, { count: 2 })];
    expect(final(await run(rare, both)).map(({ bound }) => bound)).toEqual([{ a: ["1"], b: ["2"] }]);
    expect(final(await run(rare, [...both, event("1", "x", 2, { count: 3 })]))).toEqual([]);
  });
});
