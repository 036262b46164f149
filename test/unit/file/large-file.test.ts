import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { openFileSource } from "../../../src/adapters/file/file-source.ts";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import { SourceError } from "../../../src/ports/source.ts";

const signal = new AbortController().signal;

/** Larger than three chunks, so that their memory is used again; lines of all lengths, some over several chunks. */
function manyLines(): string[] {
  const lines: string[] = [];
  for (let at = 0, bytes = 0; bytes < 1_500_000; at++) {
    const length = at % 97 === 50 ? 300_000 : (at * 7919) % 1500;
    lines.push(JSON.stringify({ at, text: `${at % 3 === 0 ? "ž" : "x"}`.repeat(length) }));
    bytes += lines.at(-1)?.length ?? 0;
  }
  return lines;
}

async function fileOf(text: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tapio-large-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "log.ndjson");
  await writeFile(path, text);
  return path;
}

/** Entries whose text is asked for only when the whole file has been read. */
async function readLate(path: string, options: { readonly entryBytesMax?: number } = {}) {
  await using source = openFileSource({ path, heldBytesMax: 0, ...options });
  const entries = [];
  for await (const batch of source.batches({ signal })) entries.push(...batch.entries);
  return entries.map(({ position, text, payload }) => ({ position, text, held: payload?.block.bytes.length }));
}

test("a large file that is packed is held: its lines stand nowhere in it", async () => {
  const lines = manyLines();
  const entries = await readLate(await fileOf(gzipSync(lines.join("\n"))));
  expect(entries.map(({ position, text }) => [position, text])).toEqual(lines.map((line, at) => [at + 1, line]));
});

test.for([
  ["lines", "", "\n"],
  ["a byte order mark", "\ufeff", "\n"],
  ["carriage returns", "", "\r\n"],
])("what was read of a large file is there again for whoever asks late: %s", async ([, before = "", end = ""]) => {
  const lines = manyLines();
  const entries = await readLate(await fileOf(before + lines.map((line) => line + end).join("")));
  expect(entries.map(({ position, text }) => [position, text])).toEqual(lines.map((line, at) => [at + 1, line]));
  // All but the end of the file was let go.
  expect(entries.filter(({ held }) => held !== 0).length).toBeLessThanOrEqual(1);
});

test("behind a line that is given up, what was read is held", async () => {
  const lines = manyLines();
  const entries = await readLate(await fileOf(`${lines.join("\n")}\n`), { entryBytesMax: 280_000 });
  expect(entries).toHaveLength(lines.length);
  const whole = lines.flatMap((line, at) => (Buffer.byteLength(line) < 280_000 ? [[at + 1, line]] : []));
  const isWhole = new Set(whole.map(([position]) => position));
  const read = entries.filter(({ position }) => isWhole.has(position));
  expect(read.map(({ position, text }) => [position, text])).toEqual(whole);
  expect(new Set(read.map(({ held }) => held === 0))).toEqual(new Set([true, false]));
});

test("a small file is held, and so is what is no file", async () => {
  const path = await fileOf('{"a":1}\n');
  await using source = openFileSource({ path });
  for await (const { entries } of source.batches({ signal })) {
    await rm(path);
    expect(entries[0]?.text).toBe('{"a":1}');
  }
});

/** The first of many events, unopened, when the file has been read to its end. */
async function firstEvent(path: string) {
  const decoder = new Decoder();
  const source = openFileSource({ path, heldBytesMax: 0 });
  onTestFinished(() => source[Symbol.asyncDispose]());
  const events = [];
  for await (const { entries } of source.batches({ signal })) {
    for (const { payload } of entries) if (payload !== undefined) events.push(decoder.skim(payload));
  }
  const [first] = events;
  return { source, event: first ?? expect.unreachable("no event") };
}

function eventLine(id: string, message: string): string {
  const time = "2026-03-01T10:00:00.000Z";
  return JSON.stringify({
    id,
    traceId: "t",
    time,
    source: "k8s",
    type: "k8s.pod.x",
    message,
    entity: { kind: "Pod", name: "a" },
  });
}

const EVENTS = Array.from({ length: 3_000 }, (_, at) => `${eventLine(`e-${at}`, "m".repeat(300))}\n`).join("");

test("an event is opened from the file, which may grow and be renamed meanwhile, and after it was closed", async () => {
  const path = await fileOf(EVENTS);
  const { source, event } = await firstEvent(path);
  await appendFile(path, "more");
  await rename(path, `${path}.1`);
  await writeFile(path, "another");
  expect([event.id, event.open().message]).toEqual(["e-0", "m".repeat(300)]);
  await source[Symbol.asyncDispose]();
  await rename(`${path}.1`, path);
  expect(event.open().id).toBe("e-0");
});

test("a file that became shorter is told, and what to do", async () => {
  const path = await fileOf(EVENTS);
  const { event } = await firstEvent(path);
  await truncate(path);
  expect(() => event.open()).toThrow(SourceError);
  expect(() => event.open()).toThrow(/became shorter while it was read; read a copy of it/);
});

test("a file that was overwritten is told: another event is never taken for the one that was", async () => {
  const path = await fileOf(EVENTS);
  const { event } = await firstEvent(path);
  await writeFile(path, EVENTS.replaceAll('"e-', '"f-'));
  expect(() => event.open()).toThrow(/a log changed while it was read: where f-0 stands now/);
});
