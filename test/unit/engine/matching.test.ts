import { describe, expect, test } from "vitest";
import { event, final, path, rule, ruleSet, run, step } from "../../support/engine-kit.ts";

const pair = (more: Parameters<typeof step>[2], ruleMore: Parameters<typeof rule>[2] = {}) =>
  ruleSet(rule("pair", [step("a", "x.a", { role: "cause" }), step("b", "x.b", { after: ["a"], ...more })], ruleMore));

describe("order and gaps", () => {
  test.for([
    { name: "after by a second", a: 0, b: 1, precisionMs: 1, skewMs: 0, withinMs: undefined, told: 1 },
    { name: "before by a second", a: 1, b: 0, precisionMs: 1, skewMs: 0, withinMs: undefined, told: 0 },
    {
      name: "before, but closer than whole-second stamps can tell",
      a: 0.5,
      b: 0,
      precisionMs: 1000,
      skewMs: 0,
      withinMs: undefined,
      told: 1,
    },
    { name: "before by just the stamps' unit", a: 1, b: 0, precisionMs: 1000, skewMs: 0, withinMs: undefined, told: 0 },
    { name: "before within the skew", a: 1.9, b: 0, precisionMs: 1, skewMs: 2000, withinMs: undefined, told: 1 },
    { name: "right at the gap's limit", a: 0, b: 60, precisionMs: 1, skewMs: 0, withinMs: 60_000, told: 1 },
    { name: "just outside the gap", a: 0, b: 60.001, precisionMs: 1, skewMs: 0, withinMs: 60_000, told: 0 },
  ])("$name", async ({ a, b, precisionMs, skewMs, withinMs, told }) => {
    const events = [event("1", "x.a", a, { precisionMs }), event("2", "x.b", b, { precisionMs })];
    expect(final(await run(pair({ withinMs }, { skewMs }), events))).toHaveLength(told);
  });

  test("an order that the stamps cannot tell is marked and lowers the confidence", async () => {
    const [story] = final(
      await run(pair({}), [event("1", "x.a", 0, { precisionMs: 1000 }), event("2", "x.b", 0, { precisionMs: 1000 })]),
    );
    expect(story?.chain[1]).toMatchObject({ step: "b", inferred: true });
    expect(story?.confidence).toBe(0.9);
    expect(story?.confidenceParts[1]).toMatchObject({ quality: 0.8, because: "order inferred" });
  });

  test("the rule's own bound spans first to last", async () => {
    const events = [event("1", "x.a", 0), event("2", "x.b", 61)];
    expect(final(await run(pair({}, { withinMs: 60_000 }), events))).toHaveLength(0);
    expect(final(await run(pair({}, { withinMs: 61_000 }), events))).toHaveLength(1);
  });
});

describe("choice", () => {
  test("the search goes back to a later candidate where the first leads nowhere", async () => {
    const events = [event("1", "x.a", 0), event("2", "x.a", 100), event("3", "x.b", 130)];
    const [story] = final(await run(pair({ withinMs: 60_000 }), events));
    expect(story?.bound).toEqual({ a: ["2"], b: ["3"] });
  });

  test("one event fills one step", async () => {
    const twice = ruleSet(rule("twice", [step("a", "x.a"), step("b", "x.a")]));
    expect(final(await run(twice, [event("1", "x.a", 0)]))).toHaveLength(0);
    expect(final(await run(twice, [event("1", "x.a", 0), event("2", "x.a", 1)]))[0]?.bound).toEqual({
      a: ["1"],
      b: ["2"],
    });
  });

  test("pick: last takes the latest, and it alone", async () => {
    const last = ruleSet(rule("last", [step("a", "x.a", { pick: "last" }), step("b", "x.b", { after: ["a"] })]));
    const events = [event("1", "x.a", 0), event("2", "x.a", 5), event("3", "x.b", 9)];
    expect(final(await run(last, events))[0]?.bound).toEqual({ a: ["2"], b: ["3"] });
  });

  test.for([
    { name: "counts events", count: { atLeast: 3, distinct: undefined }, told: 1 },
    { name: "wants more than there are", count: { atLeast: 4, distinct: undefined }, told: 0 },
    { name: "counts distinct values", count: { atLeast: 2, distinct: path("entity.name") }, told: 1 },
    {
      name: "wants more distinct values than there are",
      count: { atLeast: 3, distinct: path("entity.name") },
      told: 0,
    },
  ])("a counted step $name", async ({ count, told }) => {
    const rules = ruleSet(rule("many", [step("a", "x.a", { count })]));
    const named = (name: string) => ({ entity: { kind: "Pod", namespace: "shop", name } });
    const events = [
      event("1", "x.a", 0, named("p")),
      event("2", "x.a", 1, named("q")),
      event("3", "x.a", 2, named("p")),
    ];
    const stories = final(await run(rules, events));
    expect(stories).toHaveLength(told);
    if (told === 1) expect(stories[0]?.bound).toEqual({ a: ["1", "2", "3"] });
  });

  test("an aggregated event counts for as often as it happened, and once however often it is delivered", async () => {
    const rules = ruleSet(rule("many", [step("a", "x.a", { count: { atLeast: 5, distinct: undefined } })]));
    const growing = [1, 3, 5].map((count) => event("uid", "x.a", 0, { count }));
    const stories = final(await run(rules, growing));
    expect(stories[0]?.chain[0]).toMatchObject({ count: 5, events: ["uid"] });
    expect(final(await run(rules, growing.slice(0, 2)))).toHaveLength(0);
  });
});

describe("absence", () => {
  const noRestart = (onUnknown: "hold" | "tell" | "drop", requireSource?: string) =>
    ruleSet(
      rule("stuck", [step("a", "x.a")], {
        absent: [
          {
            as: "quiet",
            types: ["x.restart"],
            where: undefined,
            from: { kind: "step", step: "a", offsetMs: 0 },
            to: { kind: "step", step: "a", offsetMs: 60_000 },
            requireSource,
            onUnknown,
          },
        ],
      }),
    );
  const later = event("9", "x.other", 61, { traceId: "other", source: "kernel" });

  test("is decided when log time passes its end, not before", async () => {
    expect(final(await run(noRestart("hold"), [event("1", "x.a", 0)]))).toHaveLength(0);
    expect(final(await run(noRestart("hold"), [event("1", "x.a", 0), later]))).toHaveLength(1);
  });

  test("is broken by an event within, not by one after", async () => {
    expect(
      final(await run(noRestart("hold"), [event("1", "x.a", 0), event("2", "x.restart", 59), later])),
    ).toHaveLength(0);
    expect(
      final(await run(noRestart("hold"), [event("1", "x.a", 0), event("2", "x.restart", 60.5), later])),
    ).toHaveLength(1);
  });

  test("means nothing while its source is silent", async () => {
    expect(final(await run(noRestart("hold", "network"), [event("1", "x.a", 0), later]))).toHaveLength(0);
    expect(final(await run(noRestart("hold", "kernel"), [event("1", "x.a", 0), later]))).toHaveLength(1);
    const [told] = final(await run(noRestart("tell", "network"), [event("1", "x.a", 0), later]));
    expect(told?.confidence).toBe(0.5);
    expect(final(await run(noRestart("drop", "network"), [event("1", "x.a", 0), later]))).toHaveLength(0);
  });

  test("broken by late evidence, the story is retracted and says why", async () => {
    const changes = await run(noRestart("hold"), [
      event("1", "x.a", 0),
      later,
      event("2", "x.restart", 30),
      event("8", "x.other", 400, { traceId: "other" }),
    ]);
    expect(changes.map(({ kind }) => kind)).toEqual(["told", "retracted"]);
    expect(changes[1]?.story.statusReason).toBe("later evidence undid it");
  });
});

describe("joins", () => {
  const incident = rule(
    "change-crash",
    [step("change", "x.change", { role: "cause" }), step("crash", "x.crash", { role: "impact", after: ["change"] })],
    {
      priority: 90,
      joins: [
        {
          as: "config",
          keys: {
            change: [path("entity.namespace"), path("entity.name")],
            crash: [path("entity.namespace"), path("related[role=mounts].name")],
          },
          ignore: ["*/kube-root-ca.crt"],
          maxFanOut: 3,
        },
      ],
    },
  );
  const change = (name: string) =>
    event("c", "x.change", 0, { traceId: "cm", entity: { kind: "ConfigMap", namespace: "shop", name } });
  const crash = (id: string, mount: string) =>
    event(id, "x.crash", 10, {
      traceId: id,
      entity: { kind: "Pod", namespace: "shop", name: id },
      related: [{ role: "mounts", kind: "ConfigMap", name: mount }],
    });

  test("one key tuple over several traces is one story that names them all", async () => {
    const stories = final(
      await run(ruleSet(incident), [change("app"), crash("p", "app"), crash("q", "app"), crash("r", "other")]),
    );
    expect(stories).toHaveLength(1);
    expect(stories[0]).toMatchObject({
      group: { config: "shop/app" },
      bound: { change: ["c"], crash: ["p", "q"] },
      traceId: "cm",
    });
    expect(stories[0]?.impact.map(({ name }) => name)).toEqual(["p", "q"]);
  });

  test("ignored keys and hubs join nothing", async () => {
    expect(
      final(await run(ruleSet(incident), [change("kube-root-ca.crt"), crash("p", "kube-root-ca.crt")])),
    ).toHaveLength(0);
    const many = ["p", "q", "r", "s"].map((id) => crash(id, "app"));
    expect(final(await run(ruleSet(incident), [change("app"), ...many]))).toHaveLength(0);
  });

  test("a better story takes over what was told of the traces it joins", async () => {
    const alone = rule("crash-alone", [step("crash", "x.crash", { role: "cause" })], { priority: 10 });
    const changes = await run(ruleSet(incident, alone), [crash("p", "app"), change("app")]);
    const stories = final(changes);
    expect(stories).toHaveLength(1);
    expect(stories[0]).toMatchObject({ rule: { id: "change-crash" }, alsoMatched: [{ rule: "test/crash-alone" }] });
    expect(new Set(changes.map(({ story }) => story.id)).size).toBe(1);
  });
});

test("twenty stories of twenty pods become one incident that names the node", async () => {
  const evicted = rule("evicted", [step("e", "x.evicted", { role: "cause" })], { priority: 90, settleMs: 5_000 });
  const incident = rule(
    "node-pressure",
    [step("pod", "story.evicted", { role: "impact", count: { atLeast: 2, distinct: path("entity.name") } })],
    { joins: [{ as: "node", keys: { pod: [path("entity.node")] }, ignore: [], maxFanOut: 100 }] },
  );
  const events = Array.from({ length: 20 }, (_, at) =>
    event(`e${at}`, "x.evicted", at / 10, {
      traceId: `t${at}`,
      entity: { kind: "Pod", namespace: "shop", name: `p${at}`, node: "n1" },
    }),
  );
  const changes = await run(ruleSet(evicted, incident), events);
  const stories = final(changes);
  expect(stories).toHaveLength(1);
  expect(stories[0]).toMatchObject({ rule: { id: "node-pressure" }, group: { node: "n1" } });
  expect(stories[0]?.impact).toHaveLength(20);
  expect(changes.filter(({ kind }) => kind === "told")).toHaveLength(1);
});

test("conditions judge only what holds otherwise, and a refusal moves on to the next assignment", async () => {
  const rules = ruleSet(
    rule("judged", [step("a", "x.a")], {
      conditions: { all: [{ fact: "a", path: "entity.namespace", operator: "notIn", value: ["kube-system"] }] },
    }),
  );
  const system = event("1", "x.a", 0, { entity: { kind: "Pod", namespace: "kube-system", name: "dns" } });
  expect(final(await run(rules, [system]))).toHaveLength(0);
  expect(final(await run(rules, [system, event("2", "x.a", 1)]))[0]?.bound).toEqual({ a: ["2"] });
});
