import { expect, test } from "vitest";
import { memoryOf, packed, unpacked } from "../../../src/adapters/nats/packed-batch.ts";
import { BufferBlock, PayloadEntry } from "../../../src/ports/payload-entry.ts";
import type { Batch, LogEntry } from "../../../src/ports/source.ts";

const MEMORY = Buffer.from('…{"n":1}{"n":"zwei ü"}…');

/** An entry whose payload lies between two places of a buffer that others share. */
function entry(from: number, to: number, more: Partial<LogEntry> = {}): LogEntry {
  const place = { position: 1, logTimeMs: undefined, traceparent: undefined, subject: undefined };
  return new PayloadEntry({ block: new BufferBlock(MEMORY), from, to }, { ...place, ...more });
}

const END = MEMORY.length - Buffer.byteLength("…");

/** What a reader sees of a batch. */
function seen({ entries, ...rest }: Batch) {
  const told = ({ text, position, logTimeMs, traceparent, subject }: LogEntry) => ({
    ...{ text, position, logTimeMs, traceparent, subject },
  });
  return { ...rest, entries: entries.map(told) };
}

/** Through a thread's port and back, as far as one thread can show it. */
function sent(batch: Batch): Batch {
  const pack = packed(batch);
  return unpacked(structuredClone(pack, { transfer: memoryOf(pack) }));
}

test("a batch comes out of its pack as it was", () => {
  const batch = {
    entries: [
      entry(3, 10, { position: 7, logTimeMs: 1_772_359_200_000.25, subject: "tapio.events.k8s" }),
      entry(10, END, { position: 8.5, traceparent: "00-1-2-01", subject: "tapio.events.kernel" }),
    ],
    pending: 3,
    gap: { from: 4, to: 6 },
  };
  expect(seen(batch).entries.map(({ text }) => text)).toEqual(['{"n":1}', '{"n":"zwei ü"}']);
  expect(seen(sent(batch))).toEqual(seen(batch));
});

test("entries of one subject keep it, and those without one have none", () => {
  const same = { entries: [entry(3, 10, { subject: "a" }), entry(10, END, { subject: "a" })] };
  expect(seen(sent(same))).toEqual(seen(same));
  const none = { entries: [entry(3, 10), entry(10, END, { position: 2 })] };
  expect(seen(sent(none))).toEqual(seen(none));
});

test("a batch without entries keeps what it says", () => {
  const quiet = { entries: [], quietUntilMs: 5, pending: 0 };
  expect(sent(quiet)).toEqual(quiet);
  expect(sent({ entries: [], wentBack: true })).toEqual({ entries: [], wentBack: true });
});

test("an entry that has only a text is packed as well", () => {
  const plain = { text: "ü", position: 1, logTimeMs: 2 };
  expect(sent({ entries: [plain] }).entries[0]).toMatchObject(plain);
});

test("the payloads of a pack share its memory", () => {
  const { entries } = sent({ entries: [entry(3, 10), entry(10, END)] });
  expect(entries[0]?.payload?.block).toBe(entries[1]?.payload?.block);
});
