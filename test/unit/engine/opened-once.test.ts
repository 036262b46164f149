import { expect, test } from "vitest";
import { Engine } from "../../../src/core/engine/engine.ts";
import { UnopenedEvent } from "../../../src/core/model/unopened-event.ts";
import { BufferBlock } from "../../../src/ports/payload-entry.ts";
import { event, path, rule, ruleSet, step } from "../../support/engine-kit.ts";

const BY_POD = { as: "pod", keys: { a: [path("entity.name")] }, ignore: [], maxFanOut: 50 };

test("an event that matters to its trace and to join groups is read once", async () => {
  const rules = ruleSet(
    rule("here", [step("a", "x.a")]),
    rule("by-pod", [step("a", "x.a")], { joins: [BY_POD], standalone: true }),
    rule("by-pod-too", [step("a", "x.a")], { joins: [BY_POD], standalone: true }),
  );
  const engine = new Engine({ rules });
  const whole = event("e1", "x.a", 0);
  let timesRead = 0;
  const read = () => {
    timesRead++;
    return { ...whole };
  };
  const head = { ...whole, idFrom: 0, idTo: whole.id.length };
  const held = new UnopenedEvent(BufferBlock.whole(Buffer.from(whole.id)), read, head);
  await engine.accept(held, { logTimeMs: whole.timeMs, position: 1 });
  await engine.end();
  expect(engine.take().filter(({ kind }) => kind === "told")).toHaveLength(3);
  expect(timesRead).toBe(1);
});
