import { expect, test } from "vitest";
import { factsOf } from "../../../src/core/engine/facts.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { compileToRemember } from "../../../src/core/testing/remember.ts";
import { event, path, rule, step } from "../../support/engine-kit.ts";

const words = { summary: "{{ a.message }} {{ a.count }}", detail: undefined, actions: [], runbook: undefined };
const where = { kind: "test", path: path("message"), operator: "equal", value: "yes" } as const;
const compiled = compileToRemember(rule("one", [step("a", "x.a", { where })], { story: words }), 0);

function said(events: readonly Event[], count: number, anchor = events[0]): string {
  if (anchor === undefined) throw new Error("no event");
  const facts = factsOf(compiled, [{ anchor, events, count, distinct: 1, inferred: false }]);
  return compiled.summary.render(facts).text;
}

test("events are told apart as they are, not by their ids", () => {
  const [no, yes] = [event("e1", "x.a", 0, { message: "no" }), event("e1", "x.a", 0, { message: "yes" })];
  for (let round = 0; round < 2; round++) {
    expect(compiled.steps[0]?.matchesFields(no)).toBe(false);
    expect(compiled.steps[0]?.matchesFields(yes)).toBe(true);
    expect(said([no], 1)).toBe("no 1");
    expect(said([yes], 1)).toBe("yes 1");
  }
});

test("the same events bound in another way have words of their own", () => {
  const [a, b] = [event("e1", "x.a", 0, { message: "a" }), event("e2", "x.a", 1, { message: "b" })];
  expect([said([a, b], 2), said([a, b], 3), said([a, b], 2, b), said([a], 2)]).toEqual(["a 2", "a 3", "b 2", "a 2"]);
});

test("a rule is compiled once for all runs, and what it finds of an event is found once", () => {
  const again = compileToRemember(compiled.rule, 0);
  expect(again).toBe(compiled);
  let looks = 0;
  const seen = event("e1", "x.a", 0);
  Object.defineProperty(seen, "message", {
    get: () => {
      looks += 1;
      return "yes";
    },
  });
  compiled.steps[0]?.matchesFields(seen);
  expect(looks).toBe(1);
  compiled.steps[0]?.matchesFields(seen);
  expect(looks).toBe(1);
});
