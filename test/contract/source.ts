import { describe, expect, test } from "vitest";
import type { LogEntry, Source } from "../../src/ports/source.ts";

/** Opens a fresh source that will deliver `texts` and whatever it needs to live. */
export type OpenSource = (texts: readonly string[]) => Promise<AsyncDisposable & { readonly source: Source }>;

const TEXTS = ['{"n":1}', '{"n":2}', '{"n":3}'];

/** Reads until `count` entries have come, or the source ends. */
async function readEntries(source: Source, count: number, after?: number): Promise<LogEntry[]> {
  const stop = new AbortController();
  const entries: LogEntry[] = [];
  for await (const batch of source.batches({ signal: stop.signal, after })) {
    entries.push(...batch.entries);
    if (count <= entries.length) stop.abort();
  }
  return entries;
}

/** What every {@link Source} owes the pipeline. Each adapter's test calls this once. */
export function describeSource(name: string, open: OpenSource): void {
  describe(`${name} is a Source`, () => {
    test("delivers each entry once, in order, at growing positions", async () => {
      await using opened = await open(TEXTS);
      const entries = await readEntries(opened.source, TEXTS.length);
      expect(entries.map(({ text }) => text)).toEqual(TEXTS);
      expect(entries.map(({ position }) => position)).toEqual([1, 2, 3]);
    });

    test("begins behind a position", async () => {
      await using opened = await open(TEXTS);
      const entries = await readEntries(opened.source, 2, 1);
      expect(entries.map(({ text }) => text)).toEqual(TEXTS.slice(1));
    });

    test("can be read twice", async () => {
      await using opened = await open(TEXTS);
      const first = await readEntries(opened.source, 3);
      const again = await readEntries(opened.source, 3);
      // Whatever buffer a transport keeps the bytes in, they are the same.
      const told = ({ text, position, logTimeMs }: LogEntry) => ({ text, position, logTimeMs });
      expect(again.map(told)).toEqual(first.map(told));
    });

    test("ends at once when the signal was aborted before", async () => {
      await using opened = await open(TEXTS);
      const batches = opened.source.batches({ signal: AbortSignal.abort() });
      for await (const batch of batches) expect.unreachable(`got ${batch.entries.length} entries`);
    });

    test("can be left in the middle", async () => {
      await using opened = await open(TEXTS);
      for await (const batch of opened.source.batches({ signal: new AbortController().signal })) {
        expect(batch.entries.length).toBeGreaterThan(0);
        break;
      }
    });

    test("names the place of an entry", async () => {
      await using opened = await open(TEXTS);
      expect(opened.source.place(2)).toMatch(/:2$/);
    });
  });
}
