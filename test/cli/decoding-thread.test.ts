import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { recordingAt } from "../../src/cli/compose.ts";
import { decodedBy } from "../../src/cli/decoded-log.ts";
import { DecodingThread } from "../../src/cli/decoding-thread.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import { opened } from "../../src/core/model/unopened-event.ts";
import { Books } from "../../src/service/books.ts";
import { type DecodedLog, decodeLogs } from "../../src/service/decode-logs.ts";
import { natsServerAvailable } from "../support/nats-server.ts";
import { startStream } from "./event-stream.ts";
import { tapio } from "./in-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const RULES = fileURLToPath(new URL("../../rules/", import.meta.url));
const PACK = join(RULES, "resource-pressure");
const forever = new AbortController().signal;

/** Every fixture that ships. */
async function fixtures(): Promise<string[]> {
  const names = await readdir(RULES, { recursive: true });
  return names
    .filter((name) => /fixtures\/.*\.(nd)?json$/.test(name))
    .sort()
    .map((name) => join(RULES, name));
}

/** These files, decoded in a thread. */
function decodedApart(paths: readonly string[]): DecodedLog {
  return {
    async *batches(signal, books) {
      await using thread = new DecodingThread({ paths }, 1);
      yield* decodedBy(thread.port(0)).batches(signal, books);
    },
  };
}

/** The same files in this thread. */
function decodedHere(paths: readonly string[]): DecodedLog {
  return {
    batches: (signal, books) =>
      decodeLogs({ sources: paths.map(recordingAt), decoder: new Decoder(), books, reading: { signal } }),
  };
}

/** Everything that a reading of a log comes to; what is `undefined` counts as not there. */
async function all(log: DecodedLog): Promise<unknown> {
  const books = new Books();
  const events: unknown[] = [];
  let [position, logTimeMs] = [0, 0];
  for await (const batch of log.batches(forever, books)) {
    for (const { event, ...place } of batch.events) events.push({ ...place, event: opened(event) });
    ({ position, logTimeMs } = batch);
  }
  return JSON.parse(JSON.stringify({ events, position, logTimeMs, books }));
}

test("a thread reads what would be read here: one file, and all files merged", { timeout: 60_000 }, async () => {
  const paths = await fixtures();
  expect(paths.length).toBeGreaterThan(100);
  expect(await all(decodedApart(paths))).toEqual(await all(decodedHere(paths)));
  const [first = ""] = paths;
  const one = await all(decodedApart([first]));
  expect(one).toEqual(await all(decodedHere([first])));
  expect(one).toMatchObject({ books: { rejected: 0 } });
});

test("what was left out and what was broken is counted, and quoted", async () => {
  const lines = ["no json", '{"kind":"Unheard"}', "[]", '{"type":"BOOKMARK","object":{}}'];
  await using folder = await temporaryFolder({ "bad.ndjson": lines.join("\n") });
  const bad = folder.path("bad.ndjson");
  const read = await all(decodedApart([bad]));
  expect(read).toEqual(await all(decodedHere([bad])));
  expect(read).toMatchObject({ events: [], books: { rejected: 1, rejections: [{ place: `${bad}:1` }] } });
});

test("a file that is not there is said as without a thread", async () => {
  const none = join(RULES, "none.ndjson");
  const failure = await all(decodedHere([none])).catch(String);
  expect(failure).toMatch(/there is no such file/);
  expect(await all(decodedApart([none])).catch(String)).toBe(failure);
});

test("an abort ends the reading, and the thread", async () => {
  const stop = new AbortController();
  const paths = await fixtures();
  let batches = 0;
  for await (const _ of decodedApart(paths).batches(stop.signal, new Books())) {
    batches += 1;
    stop.abort();
  }
  expect(batches).toBe(1);
});

test("a thread that dies is no end of the log", async () => {
  const thread = new DecodingThread({ paths: await fixtures() }, 1);
  const reading = decodedBy(thread.port(0), () => new Error("out of memory"))
    .batches(forever, new Books())
    [Symbol.asyncIterator]();
  await reading.next();
  await thread[Symbol.asyncDispose]();
  const end = (async () => {
    while ((await reading.next()).done !== true);
  })();
  await expect(end).rejects.toThrow("the thread that decodes what was recorded ended: Error: out of memory");
});

test("a backtest of a large file tells what it tells of a small one", { timeout: 60_000 }, async () => {
  const both = ["pod-lifecycle/fixtures/node-lost.ndjson", "resource-pressure/fixtures/node-oom.ndjson"];
  const lines = (await Promise.all(both.map((name) => readFile(join(RULES, name), "utf8")))).join("");
  const large = `${lines}${`${" ".repeat(1023)}\n`.repeat(17 * 1024)}`;
  await using folder = await temporaryFolder({ "small.ndjson": lines, "large.ndjson": large });
  const told = async (name: string, ...more: string[]): Promise<unknown> => {
    const { code, out, err } = await tapio([
      "backtest",
      folder.path(name),
      "--rules",
      PACK,
      ...more,
      "--output",
      "json",
    ]);
    if (code !== 0) throw new Error(err);
    const { costs: _, ...report } = JSON.parse(out);
    return report;
  };
  const alone = await told("small.ndjson");
  expect(alone).toMatchObject({ stories: 1 });
  expect(await told("large.ndjson")).toEqual(alone);
  const against = ["--against", join(RULES, "pod-lifecycle")];
  const compared = await told("small.ndjson", ...against);
  expect(compared).toMatchObject({ stories: 1, against: { same: 0, added: [{}], removed: [{}] } });
  expect(await told("large.ndjson", ...against)).toEqual(compared);
});

describe.skipIf(!natsServerAvailable())("a backtest of a stream", () => {
  test("compares what both rules tell of the same events, and leaves no consumer behind", async () => {
    const lines = (await readFile(join(PACK, "fixtures/node-oom.ndjson"), "utf8")).trim().split("\n");
    await using stream = await startStream(lines.map((line) => JSON.parse(line)));
    const rules = ["--rules", PACK, "--against", join(RULES, "pod-lifecycle")];
    const { code, out, err } = await tapio(["backtest", ...stream.argv, ...rules, "--output", "json"]);
    expect(err).toContain(`${lines.length} entries read`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ stories: 1, against: { same: 0, added: [{}], removed: [] } });
    expect(await stream.consumers()).toEqual([]);
  });

  test("says what is wrong with the server and the stream", async () => {
    const nowhere = await tapio(["backtest", "--nats", "nats://127.0.0.1:1", "--stream", "TAPIO", "--rules", PACK]);
    expect(nowhere).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("cannot connect to nats://127.0.0.1:1"),
    });
    await using stream = await startStream([]);
    const unknown = await tapio(["backtest", ...stream.argv.slice(0, 2), "--stream", "OTHER", "--rules", PACK]);
    expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining("there is no stream OTHER on the server") });
  });
});
