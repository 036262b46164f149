import { describe, expect, test } from "vitest";
import type { Story } from "../../src/core/model/story.ts";
import { natsServerAvailable } from "../support/nats-server.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { incident, startStream } from "./event-stream.ts";
import { tapio } from "./in-process.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const TAPPED_TEST = `
apiVersion: tapio.dev/v1
kind: RuleTest
packs: [pack.yaml]
cases:
  - name: what was recorded
    fixture: tapped.ndjson
    expect: { stories: [ { rule: seed/oom-service-disruption, bound: { oom: [e2], gone: [e4] } } ] }
`;

const NOW = ["--since", "1h", "--until", "0s"];

function idsOf(out: string): string[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { id: string }).id);
}

function told(out: string): unknown[] {
  return JSON.parse(out).map(({ rule, bound, confidence, summary }: Story) => ({ rule, bound, confidence, summary }));
}

describe("tapio tap of files", () => {
  const POD = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "shop",
      name: "api-7f9-x",
      uid: "p1",
      ownerReferences: [{ kind: "ReplicaSet", name: "api-7f9", controller: true, uid: "r1" }],
    },
    status: { startTime: "2026-03-01T09:00:00Z" },
  };
  const EVENT = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace: "shop", name: "e", uid: "u1" },
    involvedObject: { kind: "Pod", namespace: "shop", name: "api-7f9-x", uid: "p1" },
    reason: "FailedMount",
    type: "Warning",
    message: "secret not found",
    firstTimestamp: "2026-03-01T10:00:00Z",
    lastTimestamp: "2026-03-01T10:00:00Z",
  };

  test("shows what payloads become, several files as one log, and takes what is wanted", async () => {
    await using folder = await temporaryFolder({
      "pods.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: [POD] }),
      "events.ndjson": [EVENT, { ...EVENT, metadata: { uid: "u2" }, reason: "Started" }]
        .map((each) => JSON.stringify(each))
        .join("\n"),
    });
    const files = [folder.path("pods.json"), folder.path("events.ndjson")];
    const run = await tapio(["tap", ...files, "--type", "k8s.pod.failed*"]);
    expect(run).toMatchObject({ code: 0, err: expect.stringContaining("tapio: 1 event recorded\n") });
    expect(JSON.parse(run.out)).toMatchObject({
      id: "u1",
      type: "k8s.pod.failedmount",
      traceId: "derived:/shop/ReplicaSet/api-7f9",
      message: "secret not found",
    });
  });

  test("no stream beside them", async () => {
    for (const flags of [
      ["--since", "1h"],
      ["--for", "5m"],
      ["--story", "st_1"],
      ["--stream", "TAPIO"],
    ])
      expect(await tapio(["tap", "events.json", ...flags])).toMatchObject({
        code: 3,
        out: "",
        err: expect.stringContaining(`tap: ${flags[0]} is about a stream; read files, or a stream, and not both`),
      });
  });
});

describe.skipIf(!natsServerAvailable())("tapio tap", () => {
  test("records a range; what is read back tells the same stories, and nobody is disturbed", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({
      "pack.yaml": SEED_PACK,
      "a.ndjson": incident()
        .map((event) => JSON.stringify(event))
        .join("\n"),
      "tapped.test.yaml": TAPPED_TEST,
    });
    const out = folder.path("tapped.ndjson");
    const run = await tapio(["tap", ...stream.argv, ...NOW, "--out", out]);
    expect(run).toMatchObject({ code: 0, out: "", err: expect.stringContaining("tapio: 5 events recorded\n") });
    const rules = ["--rules", folder.path("pack.yaml"), "-o", "json"];
    const [fromTap, fromFile] = [
      await tapio(["eval", out, ...rules]),
      await tapio(["eval", folder.path("a.ndjson"), ...rules]),
    ];
    expect(told(fromTap.out)).toEqual(told(fromFile.out));
    expect(told(fromTap.out)).toHaveLength(1);
    const fixture = await tapio(["test", folder.path("tapped.test.yaml")]);
    expect(fixture).toMatchObject({ code: 0, out: expect.stringContaining("1 passed") });
    await expect.poll(() => stream.consumers()).toEqual([]);
    const again = await tapio(["tap", ...stream.argv, ...NOW, "--out", out]);
    expect(again).toMatchObject({ code: 3, err: expect.stringContaining("is there already") });
  });

  test("takes what is wanted, and no more than that", async () => {
    await using stream = await startStream(incident());
    const tap = (...more: string[]) => tapio(["tap", ...stream.argv, ...NOW, ...more]);
    expect(idsOf((await tap("--type", "k8s.deployment.*", "network.*")).out)).toEqual(["e3", "e4"]);
    expect(idsOf((await tap("--namespace", "bank")).out)).toEqual(["other"]);
    expect(idsOf((await tap("--trace", "t-other")).out)).toEqual(["other"]);
    const two = await tap("--max-events", "2");
    expect(idsOf(two.out)).toEqual(["e1", "e2"]);
    expect(two.err).toContain("2 events recorded, ended by --max-events");
    const bytes = await tap("--max-bytes", "300");
    expect(Buffer.byteLength(bytes.out)).toBeLessThanOrEqual(300);
    expect(bytes.err).toContain("ended by --max-bytes");
    expect((await tapio(["tap", ...stream.argv, "--since", "1h", "--for", "200ms"])).err).toContain("ended by --for");
  });

  test("needs no more than to read", async () => {
    await using stream = await startStream(incident());
    expect(idsOf((await tapio(["tap", ...stream.reader, ...NOW])).out)).toHaveLength(5);
    const backtest = await tapio(["backtest", ...stream.reader, "-o", "json"]);
    expect(JSON.parse(backtest.out)).toMatchObject({ events: 5 });
  });

  test("a story's events, and nothing else", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK });
    const all = await tapio(["tap", ...stream.argv, ...NOW, "--out", folder.path("all.ndjson")]);
    expect(all.code).toBe(0);
    const rules = ["--rules", folder.path("pack.yaml"), "-o", "json"];
    const [story] = JSON.parse((await tapio(["eval", folder.path("all.ndjson"), ...rules])).out) as Story[];
    await stream.publish(`tapio.stories.${story?.id}`, story);
    const tapped = await tapio(["tap", ...stream.argv, "--story", String(story?.id)]);
    expect(idsOf(tapped.out)).toEqual(["e1", "e2", "e3", "e4"]);
    const nowhere = await tapio(["tap", ...stream.argv, "--story", "st_0000"]);
    expect(nowhere).toMatchObject({ code: 3, err: expect.stringContaining("there is no story st_0000") });
  });

  test("with pseudonyms: nobody is named, the same under one key, and the story is told", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({ "pack.yaml": SEED_PACK });
    const rules = ["--rules", folder.path("pack.yaml")];
    const tap = (key: string) =>
      tapio(["tap", ...stream.argv, ...NOW, "--redact", ...rules], { env: { TAPIO_REDACT_KEY: key } });
    const [one, same, other] = [await tap("one"), await tap("one"), await tap("other")];
    expect(one.out).toBe(same.out);
    expect(other.out).not.toBe(one.out);
    for (const name of ["shop", "api-7f9", "bank", "ledger", "abc123"]) expect(one.out).not.toContain(name);
    const stories = await tapio(["eval", "-", ...rules, "-o", "json"], { stdin: one.out });
    expect(told(stories.out)).toMatchObject([
      { bound: { pressure: ["e1"], oom: ["e2"], rollback: ["e3"], gone: ["e4"] } },
    ]);
  });

  test("goes on until Ctrl-C, and ends in order", { timeout: 30_000 }, async () => {
    await using stream = await startStream([]);
    await using program = startProgram(["tap", ...stream.argv]);
    await program.sees(/recording nats:TAPIO/);
    await expect.poll(() => stream.consumers(), { timeout: 10_000 }).toHaveLength(1);
    for (const event of incident()) await stream.publish("tapio.events.test", event);
    await expect.poll(() => idsOf(program.out()).length, { timeout: 10_000 }).toBe(5);
    program.signal("SIGINT");
    expect(await program.ended).toBe(0);
    expect(program.err()).toContain("5 events recorded");
    await expect.poll(() => stream.consumers(), { timeout: 10_000 }).toEqual([]);
  });

  test("what cannot be", async () => {
    const refused = async (...argv: string[]): Promise<string> => {
      const { code, err } = await tapio(["tap", "--nats", "nats://127.0.0.1:1", "--stream", "S", ...argv]);
      expect(code).toBe(3);
      return err;
    };
    expect(await refused("--since", "soon")).toContain("--since must be a duration such as 10m");
    expect(await refused("--max-events", "0")).toContain("--max-events must be a whole number from 1");
    expect(await refused("--until", "1h")).toContain("without --since it is read from now on");
    expect(await refused("--for", "x")).toContain("--for must be a duration");
    expect(await refused("--for", "30d")).toContain("of 24d at most, and not 30d");
    expect(await refused("--story", "../x")).toContain("is not the id of a story");
    expect((await tapio(["tap"])).err).toContain("missing --nats nats://HOST:4222");
  });
});

describe.skipIf(!natsServerAvailable())("tapio backtest over a range of a stream", () => {
  test("tells what a file with the same events tells, twice where it compares", async () => {
    await using stream = await startStream(incident());
    await using folder = await temporaryFolder({
      "new.yaml": SEED_PACK,
      "old.yaml": SEED_PACK.replace("within: 5m", "within: 1s"),
    });
    const given = ["backtest", ...stream.argv, "--since", "1h", "--rules", folder.path("new.yaml"), "-o", "json"];
    const { code, out } = await tapio([...given, "--against", folder.path("old.yaml")]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ events: 5, stories: 1, against: { added: [{}], removed: [] } });
    await expect.poll(() => stream.consumers()).toEqual([]);
    const both = await tapio([...given, folder.path("new.yaml"), "x.ndjson"]);
    expect(both).toMatchObject({ code: 3, err: expect.stringContaining("and not both") });
    const whole = await tapio(["backtest", ...stream.argv, "--rules", folder.path("new.yaml"), "-o", "json"]);
    expect(JSON.parse(whole.out)).toMatchObject({ events: 5, stories: 1 });
    const reversed = await tapio([...given, "--until", "2h"]);
    expect(reversed).toMatchObject({ code: 3, err: expect.stringContaining("later than --since") });
  });
});
