import { describe, expect, test } from "vitest";
import { natsServerAvailable } from "../support/nats-server.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { incident, startStream } from "./event-stream.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// One rule of traces, one across traces, one that no event concerns.
const PACK = `${SEED_PACK}  - id: many
    title: Many pods are killed
    category: resource-pressure
    severity: error
    join: node
    steps: [ { as: oom, type: k8s.pod.oomkilled, role: cause, count: { atLeast: 2 } } ]
    story: { summary: Many pods are killed }
  - id: idle
    title: Nothing
    category: security
    severity: info
    steps: [ { as: a, type: nobody.tells.this } ]
    story: { summary: Nothing }
`;

function line(id: string, traceId: string, type: string, node: string): string {
  const entity = { kind: "Pod", namespace: "shop", name: id, node };
  return `${JSON.stringify({ id, traceId, time: "2026-03-01T10:00:00Z", source: "k8s", type, entity })}\n`;
}

const EVENTS = [
  line("e1", "t1", "k8s.pod.oomkilled", "n1"),
  line("e2", "t1", "network.endpoint.removed", "n1"),
  line("e3", "t1", "k8s.pod.unrelated", "n1"),
  line("e4", "t2", "k8s.pod.oomkilled", "n2"),
  line("e5", "t3", "k8s.pod.unrelated", "n3"),
].join("");

test("bench rules says what each rule looked at, and its share of the time; of files and of a pipe", async () => {
  await using folder = await temporaryFolder({ "pack.yaml": PACK, "events.ndjson": EVENTS });
  const rules = ["--rules", folder.path("pack.yaml"), "-o", "json"];
  const { code, out } = await tapio(["bench", "rules", folder.path("events.ndjson"), ...rules]);
  expect(code).toBe(0);
  const report = JSON.parse(out) as { rules: { rule: string; ms: number; share: number }[] };
  expect(report).toMatchObject({ events: 5, windows: 3, windowsLeftOut: 0, idle: ["seed/idle"] });
  expect(report.rules).toHaveLength(2);
  expect(report.rules).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ rule: "seed/oom-service-disruption", windows: 2, events: 3 }),
      expect.objectContaining({ rule: "seed/many", windows: 2, events: 2 }),
    ]),
  );
  const [first, second] = report.rules;
  expect(first?.ms).toBeGreaterThanOrEqual(second?.ms ?? Number.NaN);
  expect((first?.share ?? 0) + (second?.share ?? 0)).toBeCloseTo(1);

  const piped = await tapio(["bench", "rules", ...rules], { stdin: EVENTS });
  expect(JSON.parse(piped.out)).toMatchObject({ events: 5, windows: 3 });
});

test("bench rules as a table; nothing to read is said so", async () => {
  await using folder = await temporaryFolder({ "pack.yaml": PACK, "events.ndjson": EVENTS });
  const rules = ["--rules", folder.path("pack.yaml")];
  const { out } = await tapio(["bench", "rules", folder.path("events.ndjson"), ...rules, "-o", "text"]);
  expect(out).toMatch(/^5 events in 3 windows; to judge them takes [\d.]+ ms\n/);
  expect(out).toMatch(/\nRULE +WINDOWS +EVENTS +MS +SHARE +MS PER 1,000\nseed\/\S+ +2 +\d +[\d.]+ +[\d.]+ % +[\d.]+\n/);
  expect(out).toMatch(/\n1 rule could hold in none of them\n$/);
  const nothing = await tapio(["bench", "rules", ...rules], { stdin: "terminal" });
  expect(nothing).toMatchObject({ code: 3, err: expect.stringContaining("bench rules: there is nothing to read") });
});

describe.skipIf(!natsServerAvailable())("bench rules over a range of a stream", () => {
  test("measures what the stream held then, and leaves no consumer behind", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({ "pack.yaml": PACK, "events.ndjson": EVENTS });
    const given = ["bench", "rules", ...stream.argv, "--rules", folder.path("pack.yaml"), "-o", "json"];
    const { code, out } = await tapio([...given, "--since", "1h"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      events: 5,
      windows: 2,
      rules: expect.arrayContaining([expect.objectContaining({ rule: "seed/oom-service-disruption", windows: 1 })]),
    });
    expect(JSON.parse((await tapio(given)).out)).toMatchObject({ events: 5 });
    await stream.publish("tapio.events.test", { ...incident()[0], id: "later" });
    await expect.poll(() => stream.consumers()).toEqual([]);
    const before = await tapio([...given, "--since", "3h", "--until", "2h"]);
    expect(JSON.parse(before.out)).toMatchObject({ events: 0, rules: [] });
    const both = await tapio([...given, "--since", "1h", folder.path("events.ndjson")]);
    expect(both).toMatchObject({ code: 3, err: expect.stringContaining("bench rules: read files, or a range") });
  });
});
