import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { Output } from "../../src/cli/output.ts";
import { plain } from "../../src/cli/paint.ts";
import { eventsOf } from "../../src/cli/source-events.ts";
import { summaryOf } from "../../src/cli/summary.ts";
import type { Batch } from "../../src/ports/source.ts";
import { Books } from "../../src/service/books.ts";
import { batchSource } from "../support/memory-source.ts";
import { seedEvents } from "../support/seed-pack.ts";

async function read(batches: readonly Batch[]) {
  const output = new Output(new Writable({ write: (_chunk, _encoding, done) => done() }), plain);
  const { signal } = new AbortController();
  const shell = { stdin: process.stdin, stdout: output, stderr: output, env: {}, signal };
  const books = new Books();
  const events = [];
  for await (const batch of eventsOf([batchSource(batches, { finite: false })], { books, shell, signal }))
    events.push(...batch.events);
  return { events, summary: summaryOf(books) };
}

function batchAt(logTimeMs: number, more: Partial<Batch> = {}): Batch {
  const entries = seedEvents().map((event, at) => ({ text: JSON.stringify(event), position: at + 1, logTimeMs }));
  return { entries, ...more };
}

const TIME_MS = Date.UTC(2026, 2, 1, 10);

test("events are read as collectors gave them, however old they were when the log stored them", async () => {
  const [now, later] = [await read([batchAt(TIME_MS)]), await read([batchAt(TIME_MS + 7 * 86_400_000)])];
  expect(later.events).toEqual(now.events);
  expect(later.summary).toContain("old: 4 events");
});

test("what the log deleted before it could be read is told", async () => {
  const { summary } = await read([batchAt(TIME_MS, { gap: { from: 5, to: 7 } })]);
  expect(summary).toContain("lost: up to 3 entries that the stream had deleted before they could be read");
});
