import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/core/testing/answer.ts";
import { natsServerAvailable } from "../support/nats-server.ts";
import { SEED_PACK } from "../support/seed-pack.ts";
import { until } from "../support/until.ts";
import { incident, startStream } from "./event-stream.ts";
import { type Ran, tapio } from "./in-process.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Another trace, in which the endpoint goes away 12 s after the kill: later than the rule below allows. */
function nearMiss(): Record<string, unknown>[] {
  const [, oom, , gone] = incident().map((event) => ({ ...event, id: `n-${event["id"]}`, traceId: "near" }));
  const startMs = Date.now() - 30_000;
  return [oom, gone].map((event, at) => ({ ...event, time: new Date(startMs + at * 12_000).toISOString() }));
}

const PACK = SEED_PACK.replace("after: oom, within: 5m }", "after: oom, within: 11s }");
const KEY = "seed/oom-service-disruption";

async function startEngine() {
  const stream = await startStream([...incident(), ...nearMiss()]);
  const folder = await temporaryFolder({ "pack.yaml": PACK });
  const rules = ["--rules", folder.path("pack.yaml")];
  const start = async () => {
    const program = startProgram(["run", ...stream.argv, ...rules, "--listen", "127.0.0.1:0"]);
    const [, url = ""] = await program.sees(/serving (http:\S+)/);
    await program.sees(/caught up with the stream/);
    return { program, url };
  };
  let running = await start();
  return {
    get url() {
      return running.url;
    },
    rules,
    folder,
    stream,
    async killAndStart() {
      running.program.signal("SIGKILL");
      await running.program.ended;
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await running.program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      await stream[Symbol.asyncDispose]();
    },
  };
}

function answerOf({ out }: Ran): Answer {
  return JSON.parse(out) as Answer;
}

/** An explanation without when its window closed: a file has an end, a stream goes on. */
function withoutEnd(answer: Answer): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === "closedBy" ? undefined : value)));
}

describe.skipIf(!natsServerAvailable())("a running engine explains itself", () => {
  test("as its stream does in a file: stories, and why a rule told none", { timeout: 90_000 }, async () => {
    await using engine = await startEngine();
    const { url, rules, folder, stream } = engine;
    const file = folder.path("tapped.ndjson");
    await tapio(["tap", ...stream.argv, "--since", "1h", "--until", "0s", "--out", file]);
    const told = await until("a story", async () => {
      const { stories } = (await (await fetch(`${url}/api/v1/stories`)).json()) as { stories: { id: string }[] };
      return stories[0]?.id;
    });
    const live = await tapio(["explain", told, "--url", url, "-o", "json"]);
    expect(live).toMatchObject({ code: 0, err: "" });
    const fromFile = await tapio(["explain", file, ...rules, "--story", told, "-o", "json"]);
    expect(withoutEnd(answerOf(live))).toEqual(withoutEnd(answerOf(fromFile)));
    expect(answerOf(live).stories).toMatchObject([
      { story: told, rule: KEY, steps: [{ step: "pressure" }, { step: "oom", events: [{ id: "e2" }] }, {}, {}] },
    ]);

    const why = ["--rule", "oom-service-disruption", "--trace", "near"];
    const not = await tapio(["explain", "--url", url, ...why, "--since", "30m", "-o", "json"]);
    expect(answerOf(not).rules).toMatchObject([
      { rule: KEY, told: [], failed: { step: "gone", because: "gap", byMs: 1_000 } },
    ]);
    const notInFile = await tapio(["explain", file, ...rules, ...why, "-o", "json"]);
    expect(withoutEnd(answerOf(not))).toEqual(withoutEnd(answerOf(notInFile)));
    expect((await tapio(["explain", "--url", url, ...why])).out).toContain("the limit is 11s");
    const anywhere = ["--rule", KEY, "-o", "json"];
    const ofAll = await tapio(["explain", "--url", url, ...anywhere]);
    expect(answerOf(ofAll).rules).toMatchObject([
      { rule: KEY, told: [told], halfMatched: [{ scope: { group: { traceId: "near" } }, failed: { because: "gap" } }] },
    ]);
    const ofFile = await tapio(["explain", file, ...rules, ...anywhere]);
    expect(withoutEnd(answerOf(ofAll))).toEqual(withoutEnd(answerOf(ofFile)));

    const out = folder.path("new.test.yaml");
    const made = await tapio(["test", "--from-story", told, "--url", url, ...rules, "--out", out]);
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining("a case of 4 events, which passes") });
    expect((await tapio(["test", out])).code).toBe(0);
    // The engine reads on, and what it read for the answers is left to nobody.
    await expect.poll(() => stream.consumers(), { timeout: 10_000 }).toHaveLength(1);
    // Another process has not told the story itself, and finds it where it was published.
    await engine.killAndStart();
    const later = await tapio(["explain", told, "--url", engine.url, "-o", "json"]);
    expect(answerOf(later).stories).toEqual(answerOf(live).stories);
  });

  test("what it cannot explain it says", { timeout: 60_000 }, async () => {
    await using engine = await startEngine();
    const { url } = engine;
    const refused = async (...argv: string[]): Promise<string> => {
      const { code, out, err } = await tapio(["explain", "--url", url, ...argv]);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      return err;
    };
    expect(await refused("st_0000")).toContain("says: there is no story st_0000");
    expect(await refused("--rule", "oom-service-disruptio", "--trace", "t")).toMatch(/there is no rule .*did you mean/);
    expect(await refused("--rule", KEY, "--trace", "t", "--since", "soon")).toContain("since must be a duration");
    expect(await refused()).toContain("ask for stories by their ids");
    expect(await refused("--rule", KEY, "--trace", "t", "--rules", "x")).toContain(
      "--rules is the engine's own matter",
    );
    const nothing = await tapio(["explain", "--url", url, "--rule", KEY, "--trace", "nowhere", "-o", "json"]);
    expect(answerOf(nothing).rules).toMatchObject([{ rule: KEY, told: [], reached: [] }]);
  });
});
