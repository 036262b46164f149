import { expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Event } from "../../../src/core/model/event.ts";
import { opened, UnopenedEvent } from "../../../src/core/model/unopened-event.ts";
import { BufferBlock } from "../../../src/ports/payload-entry.ts";
import type { PlacedEvent } from "../../../src/service/log-decoder.ts";
import { EventUnpacker, memoryOfEvents, packEvents } from "../../../src/service/packed-events.ts";

const decoder = new Decoder();

const NATIVE = {
  id: "e-1",
  traceId: "t-1",
  time: "2026-03-01T10:00:00.5Z",
  source: "kernel",
  type: "kernel.oom_kill",
  entity: { kind: "Pod", name: "api-1", namespace: "shop" },
  attributes: { pages: 3, path: 'a"b\\c' },
};

/** Reads a native event as the whole decoder does. */
function event(more: Readonly<Record<string, unknown>> = {}): Event {
  const decoded = decoder.decodeValue({ ...NATIVE, ...more });
  if (decoded.outcome !== "events" || decoded.events[0] === undefined) throw new Error(JSON.stringify(decoded));
  return decoded.events[0];
}

/** The same event, skimmed. */
function skimmed(more: Readonly<Record<string, unknown>> = {}): UnopenedEvent {
  const found = decoder.skim(BufferBlock.whole(Buffer.from(JSON.stringify({ ...NATIVE, ...more }))));
  if (found === undefined) throw new Error("it can't be skimmed");
  return found;
}

function placed(held: Event | UnopenedEvent, more: Partial<PlacedEvent> = {}): PlacedEvent {
  return { event: held, logTimeMs: 1_772_359_200_000.25, position: 7, chars: undefined, ...more };
}

/** Through a thread's port and back, as far as one thread can show it. */
function sent(events: readonly PlacedEvent[]): PlacedEvent[] {
  const packed = packEvents(events);
  const arrived = structuredClone(packed, { transfer: memoryOfEvents(packed) });
  return new EventUnpacker((text) => decoder.readSkimmed(text)).unpack(arrived);
}

test.each([
  ["plain", {}],
  ["with everything", { reason: "OOM", message: "out", severity: "critical", actor: { user: "x", groups: ["a"] } }],
  ["with related entities", { related: [{ role: "owner", kind: "ReplicaSet", name: "api" }] }],
  ["of several occurrences", { count: 7, lastTime: "2026-03-01T10:05:00Z" }],
  ["of a guessed trace", { traceOrigin: "derived" }],
  ["with characters that are not ASCII", { message: "„größer“ 🚀 \u0001", attributes: { ключ: "значение" } }],
  ["with an ID that is written otherwise than it is", { id: 'a"b\\c\u0001' }],
  ["with an ID that is not ASCII", { id: "größe-🚀" }],
  ["with an ID that ends in a backslash", { id: "a\\" }],
])("an event %s comes out of its pack as it was", (_, more) => {
  const [back] = sent([placed(event(more))]);
  expect(back && opened(back.event)).toEqual(event(more));
  expect(back).toMatchObject({ logTimeMs: 1_772_359_200_000.25, position: 7, chars: undefined });
});

test("an event that was not opened stays so, and is read as it came", () => {
  const [back] = sent([placed(skimmed(), { chars: 321 })]);
  expect(back?.event).toBeInstanceOf(UnopenedEvent);
  expect(back?.event).toMatchObject({ id: "e-1", traceId: "t-1", timeMs: NATIVE.time && event().timeMs });
  expect(back && opened(back.event)).toEqual(event());
  expect(back?.chars).toBe(321);
});

test("what was asked for its ID is packed like an event that was opened", () => {
  const held = skimmed({ id: "e-2" });
  expect(held.id).toBe("e-2");
  const [back] = sent([placed(held)]);
  expect(back && opened(back.event)).toEqual(event({ id: "e-2" }));
});

test("a foreign event is opened only where somebody looks, unless it stands for several occurrences", () => {
  const [once, often] = sent([placed(event()), placed(event({ lastTime: "2026-03-01T10:05:00Z" }))]);
  expect(once?.event).toBeInstanceOf(UnopenedEvent);
  expect(often?.event).not.toBeInstanceOf(UnopenedEvent);
});

test("many events share their words", () => {
  const events = Array.from({ length: 50 }, (_, at) =>
    placed(at % 2 === 0 ? event({ id: `e-${at}` }) : skimmed({ id: `s-${at}`, traceId: `t-${at % 3}` }), {
      position: at + 0.5,
    }),
  );
  const { traceIds, names } = packEvents(events);
  expect(new Set(traceIds)).toEqual(new Set(["t-0", "t-1", "t-2"]));
  expect(traceIds).toHaveLength(3);
  expect(names).toEqual(["kernel", "kernel.oom_kill"]);
  const back = sent(events);
  expect(back.map(({ position }) => position)).toEqual(events.map(({ position }) => position));
  expect(back.map(({ event: held }) => opened(held))).toEqual(events.map(({ event: held }) => opened(held)));
});

test("no events make an empty pack", () => {
  expect(sent([])).toEqual([]);
});
