import { expect, test } from "vitest";
import { BufferBlock, PayloadEntry } from "../../../src/ports/payload-entry.ts";
import { Books } from "../../../src/service/books.ts";
import { type EventDecoder, LogDecoder } from "../../../src/service/log-decoder.ts";
import { at, plainDecoder } from "../../support/plain-decoder.ts";

const fault = (): never => {
  throw new TypeError("password=hunter2hunter2 is not iterable\n    at somewhere");
};

test.for<[string, EventDecoder]>([
  ["decoding", { decodeText: (text) => (text === "bad" ? fault() : plainDecoder.decodeText(text)) }],
  ["skimming", { skim: ({ from }) => (from === 1 ? fault() : undefined), decodeText: plainDecoder.decodeText }],
])("a decoder that throws while %s makes a dead letter, and log time moves on", ([, decoder]) => {
  const books = new Books();
  const logDecoder = new LogDecoder({ source: { place: (position) => `S:${position}` }, decoder, books });
  const good = JSON.stringify({ id: "e1", type: "x.a", at: 0 });
  const bad = { block: new BufferBlock(Buffer.from(" bad")), from: 1, to: 4 };
  const { events, rejected, position, logTimeMs } = logDecoder.decode({
    entries: [{ text: good, position: 1, logTimeMs: at(1) }, new PayloadEntry(bad, { position: 2, logTimeMs: at(9) })],
  });
  expect(events).toHaveLength(1);
  expect(rejected).toMatchObject([{ place: "S:2", excerpt: "bad" }]);
  expect(rejected[0]?.reason).toMatch(/^the decoder failed: TypeError: password=\S+ is not iterable$/);
  expect(rejected[0]?.reason).not.toContain("hunter2");
  expect([position, logTimeMs]).toEqual([2, at(9)]);
  expect(books).toMatchObject({ entries: 2, decoded: 1, rejected: 1 });
  expect(books.balance()).toBe(true);
});

test("the books balance whatever payloads call themselves", () => {
  const books = new Books();
  const names = ["__proto__", "constructor", "__proto__"];
  const decodeText = (text: string) => ({ outcome: "unknown", shape: text }) as const;
  const decoder = new LogDecoder({ source: { place: String }, decoder: { decodeText }, books });
  decoder.decode({ entries: names.map((text, at) => ({ text, position: at + 1, logTimeMs: undefined })) });
  expect(Object.entries(books.unknown)).toEqual([
    ["__proto__", 2],
    ["constructor", 1],
  ]);
  expect(books.balance()).toBe(true);
});
