import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Program, startProgram } from "../cli/program.ts";
import { type EventStream, EventStreams } from "../support/event-streams.ts";
import { natsServerAvailable } from "../support/nats-server.ts";

const RULES = fileURLToPath(new URL("../chaos/rules.yaml", import.meta.url));
const MS_MAX = 60_000;
const READY = /caught up with the stream; ready/;

/** What the stream no longer holds is missing; what it holds is told once, and nothing is made up. */
describe.skipIf(!natsServerAvailable())("a stream that lost entries before they were read", () => {
  let streams: EventStreams;
  let made = 0;

  beforeAll(async () => {
    streams = await EventStreams.open();
  }, MS_MAX);
  afterAll(() => streams[Symbol.asyncDispose]());

  const freshStream = (): Promise<EventStream> => streams.add(`HOLES${++made}`);
  const start = ({ name }: EventStream): Program =>
    startProgram([
      ...["run", "--nats", streams.url, "--stream", name, "--rules", RULES],
      ...["--correlation-window", "20s", "--max-window", "60s", "--listen", "127.0.0.1:0"],
    ]);
  /** The pairs told of this stream, each as `trace gap`; no revision of any story twice. */
  const told = async (stream: EventStream): Promise<string[]> => {
    const found = await stream.told();
    const revisions = found.map(({ id, revision }) => `${id}-${revision}`);
    expect(new Set(revisions).size).toBe(revisions.length);
    const pairs = found.filter(({ rule }) => rule.id === "pair");
    return [...new Set(pairs.map(({ traceId, gap }) => `${traceId} ${gap ?? false}`))].sort();
  };
  const makeAnew = async ({ name, subject }: EventStream): Promise<void> => {
    await streams.manager.streams.delete(name);
    await streams.manager.streams.add({ name, subjects: [subject] });
  };
  const metric = async (engine: Program, name: string): Promise<string | undefined> => {
    const [, url = ""] = await engine.sees(/serving (http:\S+)/);
    return new RegExp(`^${name} (.*)$`, "m").exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  };

  test("purged while no engine ran: an alarm, and gap on what it touches", { timeout: MS_MAX }, async () => {
    const stream = await freshStream();
    await using before = start(stream);
    await before.sees(READY);
    await stream.publish("1:a", "1:b", "1:b", "2:a");
    await before.sees(/story told: .*-1\)/);
    before.signal("SIGTERM");
    expect(await before.ended).toBe(0);
    await stream.publish("2:b", "3:a");
    await streams.manager.streams.purge(stream.name);
    await stream.publish("2:b", "2:b", "3:b", "3:b", "4:a", "4:b", "4:b");
    await using after = start(stream);
    await after.sees(/positions 1 to 6 of the log were deleted before they could be read: up to 6 entries/);
    await after.sees(/story told: .*-4\)/);
    await expect.poll(() => told(stream)).toEqual(["1 false", "4 true"]);
    expect(await metric(after, "tapio_log_gaps_total")).toBe("1");
    expect(await metric(after, "tapio_log_entries_lost_total")).toBe("6");
    expect(await metric(after, "tapio_books_balanced")).toBe("1");
  });

  test("purged behind an engine that stands still: the same, and it goes on", { timeout: MS_MAX }, async () => {
    const stream = await freshStream();
    await using engine = start(stream);
    await engine.sees(READY);
    await stream.publish("1:a");
    await stream.publish("1:b", "1:b");
    await engine.sees(/story told: .*-1\)/);
    engine.signal("SIGSTOP");
    // More than the server sends ahead: the rest is gone before it could be read.
    for (let sent = 0; sent < 6_000; sent++) streams.connection.publish(stream.subject, "{}");
    await stream.publish("3:e");
    await streams.manager.streams.purge(stream.name);
    await stream.publish("2:a", "2:b", "2:b");
    engine.signal("SIGCONT");
    await engine.sees(/of the log were deleted before they could be read/);
    await engine.sees(/story told: .*-2\)/);
    await expect.poll(() => told(stream)).toContain("2 true");
    expect(Number(await metric(engine, "tapio_log_entries_lost_total"))).toBeGreaterThan(500);
  });

  test("deleted and made anew under a running engine: it begins again, from a time", { timeout: MS_MAX }, async () => {
    const stream = await freshStream();
    await using engine = start(stream);
    await engine.sees(READY);
    await stream.publish("1:a", "1:b", "1:b", "2:a");
    await engine.sees(/story told: .*-1\)/);
    await makeAnew(stream);
    await stream.publish("3:a", "3:b", "3:b");
    await engine.sees(/the log went back behind what was read of it \(position 4\)/);
    await engine.sees(/story told: .*-3\)/);
    await expect.poll(() => told(stream)).toEqual([expect.stringMatching(/^1/), "3 true"]);
    expect(await metric(engine, "tapio_log_went_back_total")).toBe("1");
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);

    // Its place in the new stream is kept as that: nothing of it is told again.
    await using later = start(stream);
    await later.sees(READY);
    await stream.publish("4:a", "4:b", "4:b");
    await later.sees(/story told: .*-4\)/);
    expect(later.err()).not.toContain("went back");
    expect(later.err()).not.toMatch(/story told: .*-3\)/);
  });

  test("deleted and made anew while no engine ran: the next one notices", { timeout: MS_MAX }, async () => {
    const stream = await freshStream();
    await using before = start(stream);
    await before.sees(READY);
    await stream.publish("1:a", "1:b", "1:b", "2:a");
    await before.sees(/story told: .*-1\)/);
    before.signal("SIGTERM");
    expect(await before.ended).toBe(0);
    await makeAnew(stream);
    // As many as there were, and more: no sequence tells that it is another stream.
    await stream.publish("3:a", "3:b", "3:b", "2:b", "2:b", "4:a", "4:b", "4:b");
    await using after = start(stream);
    await after.sees(/the log went back behind what was read of it \(position 4\)/);
    await after.sees(/story told: .*-4\)/);
    await expect.poll(() => told(stream)).toEqual(["1 false", "3 true", "4 true"]);
  });
});
