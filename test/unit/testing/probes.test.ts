import { describe, expect, test } from "vitest";
import { probeOutcomes } from "../../../src/core/testing/probe-outcomes.ts";
import { probesOfCase, runInTime } from "../../../src/core/testing/run-case.ts";
import { chain, ruleOf, runLines } from "./case-kit.ts";

const EVENTS = "events: [ { id: e1, at: 0s, use: oom }, { id: e2, at: 9s, use: gone, severity: error } ]";
const EXPECT = "expect: { stories: [ { rule: p/r } ] }";
const STRICT = chain("within: 2m,", "after: oom, within: 1m, where: { severity: error }");

/** The probes of a case under one rule that tell the same story under another one. */
async function telling(strict: string, lax: string, events = EVENTS): Promise<string[]> {
  const { ready, rules } = await runLines([strict], [events, EXPECT]);
  const { told } = await runInTime(ready, rules);
  const probes = probesOfCase(ready, rules, told.stories);
  expect((await probeOutcomes(probes, ready.one, rules)).filter(({ isSame }) => isSame)).toEqual([]);
  const { rules: others } = await runLines([lax], [events, EXPECT]);
  const outcomes = await probeOutcomes(probes, ready.one, others);
  return outcomes.flatMap(({ probe, isSame }) => (isSame ? [probe.what] : []));
}

describe("probes notice", () => {
  test.each([
    ["a gap that is gone", STRICT.replace("within: 1m,", ""), ["gone just over 1m after oom"]],
    [
      "an order that is gone",
      STRICT.replace("after: oom, within: 1m,", ""),
      ["gone just over 1m after oom", "gone before oom"],
    ],
    [
      "a field that is not asked for",
      STRICT.replace(", where: { severity: error }", ""),
      ['gone so that this fails: severity is "error"'],
    ],
    [
      "a step that is optional now",
      STRICT.replace("type: x.gone", "type: x.gone, optional: true"),
      ["the step gone left out"],
    ],
    ["a type that is any of its kind now", STRICT.replace("type: x.gone", "type: x.*"), ["gone of another type"]],
    [
      "a type that is only how it begins now",
      STRICT.replace("type: x.gone", 'type: "x.gone*"'),
      ["gone of another type"],
    ],
  ])("%s", async (_what, lax, expected) => {
    expect(await telling(STRICT, lax)).toEqual(expected);
  });

  test("the rule's own bound", async () => {
    const strict = chain("within: 1m,", "");
    expect(await telling(strict, strict.replace("within: 1m,", ""))).toEqual([
      "gone just over 1m after what comes before",
    ]);
  });

  test("a join that is gone, and a part of a tuple", async () => {
    const keys = "oom: [entity.namespace, entity.node], gone: [entity.namespace, entity.node]";
    const strict = chain(`join: [ { as: place, keys: { ${keys} } } ],`);
    const events = EVENTS.replace("use: gone", "use: gone, traceId: t2");
    expect(await telling(strict, strict.replaceAll(", entity.node", ""), events)).toEqual([
      "oom with another entity.node, so that the join place breaks",
      "gone with another entity.node, so that the join place breaks",
    ]);
  });

  test("an optional step, once it is there", async () => {
    const strict = ruleOf(
      "id: r, steps: [ { as: oom, type: x.oom }, { as: gone, type: x.gone, after: oom, within: 1m, optional: true } ]",
    );
    expect(await telling(strict, strict.replace("within: 1m, ", ""))).toEqual(["gone just over 1m after oom"]);
  });
});

test("`probes: auto` counts them, and names what tells its story all the same", async () => {
  const fine = await runLines([STRICT], [EVENTS, EXPECT, "probes: auto"]);
  expect(fine.result).toMatchObject({ problems: [], probes: 9 });
  expect((await runLines([STRICT], [EVENTS, EXPECT])).result.probes).toBe(0);
});
