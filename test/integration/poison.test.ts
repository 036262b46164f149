import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineRunner } from "../chaos/engine-runner.ts";
import { type EventStream, EventStreams } from "../support/event-streams.ts";
import { natsServerAvailable } from "../support/nats-server.ts";

const RULES = fileURLToPath(new URL("../chaos/rules.yaml", import.meta.url));
const MS_MAX = 110_000;
const STARTS_MAX = 12;

/** An entry that ends the process each time it is worked on is passed; everything else is told as if it were not there. */
describe.skipIf(!natsServerAvailable())("an entry that makes the process die", () => {
  let streams: EventStreams;

  beforeAll(async () => {
    streams = await EventStreams.open();
  }, MS_MAX);
  afterAll(() => streams[Symbol.asyncDispose]());

  const told = async (stream: EventStream): Promise<string[]> =>
    [...new Set((await stream.told()).map(({ traceId }) => traceId))].sort();
  const letters = async ({ name }: EventStream): Promise<object[]> => {
    const { state } = await streams.manager.streams.info("TAPIO_DEADLETTER");
    const found: { place: string }[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      found.push((await streams.manager.streams.getMessage("TAPIO_DEADLETTER", { seq }))?.json() ?? { place: "" });
    }
    return found.filter(({ place }) => place.startsWith(`${name}:`));
  };
  /** Starts engines, one after another, until one comes to the end; how many died. */
  const deathsUntil = async (engine: EngineRunner, last: number): Promise<number> => {
    for (let deaths = 0; deaths < STARTS_MAX; deaths++) {
      await engine.start();
      while (!engine.hasEnded) {
        if (last <= (engine.saved?.position ?? 0)) return deaths;
        await Promise.race([engine.ended(), new Promise((resolve) => setTimeout(resolve, 50))]);
      }
    }
    throw new Error(`it died ${STARTS_MAX} times; its last words: ${engine.lastWords}`);
  };

  test.for([
    // It says itself where it failed.
    { design: "throw", deathsMax: 2, reason: "poison: the process died over it twice: RangeError: no such window" },
    // Once unseen, once among its neighbours, and twice alone.
    { design: "abort", deathsMax: 4, reason: "poison: the process died over it twice" },
  ])("is dead-lettered and passed: $design", { timeout: MS_MAX }, async ({ design, deathsMax, reason }, { signal }) => {
    const stream = await streams.add(design.toUpperCase());
    const { url } = streams;
    await using engine = await EngineRunner.open({ url, stream: stream.name, rulesPath: RULES, design, signal });
    await stream.publish("1:a", "2:a", "1:b", "1:b", "9:poison", "2:b", "2:b", "3:a", "3:b", "3:b");
    expect(await deathsUntil(engine, 10)).toBe(deathsMax);
    expect(await told(stream)).toEqual(["1", "2", "3"]);
    expect(await letters(stream)).toMatchObject([{ sequence: 5, reason, subject: stream.subject }]);

    // What is passed stays passed when the log is read again from before it, and is no second letter.
    await engine.signal("SIGKILL");
    await stream.publish("4:a", "4:b", "4:b");
    expect(await deathsUntil(engine, 13)).toBe(0);
    expect(await told(stream)).toEqual(["1", "2", "3", "4"]);
    expect(await letters(stream)).toHaveLength(1);
    await engine.signal("SIGTERM");
  });
});
