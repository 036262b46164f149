import { expect, test } from "vitest";
import { event, path, rule, ruleSet, step } from "../../support/engine-kit.ts";
import { runAt } from "./scripted-log.ts";

const RULES = ruleSet(
  rule("pair", [step("a", "x.a"), step("b", "x.b")], {
    joins: [{ as: "pod", keys: { a: [path("entity.name")], b: [path("entity.name")] }, ignore: [], maxFanOut: 50 }],
  }),
);

const named = (name: string) => ({ kind: "Pod", namespace: "shop", name });

/** How what is told ends where an event's later versions are of these pods in turn, beside one of the pod `web`. */
async function ending(...pods: readonly string[]): Promise<string | undefined> {
  const other = event("a", "x.a", 0, { traceId: "t1", entity: named("web") });
  const versions = pods.map((pod, at) => event("b", "x.b", 1, { traceId: "t2", entity: named(pod), count: at + 1 }));
  const changes = await runAt(
    RULES,
    [other, ...versions].map((one, at) => [at, one]),
  );
  return changes.at(-1)?.kind;
}

test("each version of an event is in the groups of its own keys, and no more in those of the one before", async () => {
  expect(await ending("api")).toBeUndefined();
  expect(await ending("api", "web")).toBe("told");
  expect(await ending("web", "api")).toBe("retracted");
  expect(await ending("api", "web", "api")).toBe("retracted");
  expect(await ending("web", "web", "web", "api")).toBe("retracted");
  expect(await ending("web", "api", "api", "web")).not.toBe("retracted");
});
