import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import { event, rule, ruleSet, START_MS, step } from "../../support/engine-kit.ts";

const ENDLESS = "{% for x in (1..1000000) %}x{% endfor %}";

test("a template can't stop a story: what fails falls back, what is missing shows, and both are counted", async () => {
  const words = {
    summary: ENDLESS,
    detail: ENDLESS,
    actions: ["{{ oom.actor.user }} and {{ oom.reason }}", "Look at {{ oom.entity.name }}"],
    runbook: undefined,
  };
  const rules = ruleSet(rule("oom", [step("oom", "k8s.pod.oomkilled")], { title: "Out of memory", story: words }));
  const engine = new Engine({ rules });
  await engine.accept(event("e1", "k8s.pod.oomkilled", 0), { logTimeMs: START_MS, position: 1 });
  await engine.end();
  const stories = engine.take().map(({ story }) => story);
  expect(stories[0]).toMatchObject({
    summary: "Out of memory",
    detail: expect.stringContaining("the words of test/oom could not be filled in"),
    actions: ["‹missing: oom.actor.user› and ‹missing: oom.reason›", "Look at api-7f9"],
  });
  const { templatesFailed, templatesMissing } = engine.counters;
  expect([templatesFailed, templatesMissing]).toEqual([2 * stories.length, 2 * stories.length]);
});
