import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Payload } from "../../../src/core/model/payload.ts";
import { BufferBlock } from "../../../src/ports/payload-entry.ts";

const decoder = new Decoder();

/** The event between two neighbours in one buffer, as transports hold it. */
function payloadOf(text: string): Payload {
  const [before, own, after] = ['{"id":"', text, '"}\n{"x":1}'].map((part) => Buffer.from(part));
  const buffer = Buffer.concat([before, own, after].map((part) => part ?? Buffer.alloc(0)));
  const from = before?.length ?? 0;
  return { block: new BufferBlock(buffer), from, to: from + (own?.length ?? 0) };
}

/** Whatever can be skimmed is what is decoded; answers whether it could be. */
function skimsAsDecoded(text: string): boolean {
  const skimmed = decoder.skim(payloadOf(text));
  if (skimmed === undefined) return false;
  const decoded = decoder.decodeText(text);
  expect(decoded.outcome).toBe("events");
  const event = decoded.outcome === "events" ? decoded.events[0] : undefined;
  const { id, traceId, timeMs, lastMs, source, type } = skimmed;
  expect(event).toMatchObject({ id, traceId, timeMs, lastMs, source, type });
  expect(skimmed.open()).toEqual(event);
  skimmed.detach();
  expect(skimmed.open()).toEqual(event);
  return true;
}

const EVENT = {
  id: "e-1",
  traceId: "t-1",
  time: "2026-03-01T10:00:00.250Z",
  source: "k8s",
  type: "k8s.pod.oomkilled",
  entity: { kind: "Pod", name: "api", namespace: "shop" },
};

const word = fc.constantFrom("a", "shop", "api-7f9", "k8s.pod.backoff", "", "x y", 'say "no"', "näh", "\\", "\t");
const anything = fc.oneof(
  word,
  fc.string(),
  fc.constantFrom(null, true, false, 0, -0.5, 1e21, 42, [], {}),
  fc.object({ maxDepth: 3 }),
  fc.array(fc.object({ maxDepth: 1 }), { maxLength: 3 }),
);
const entity = fc.record(
  { kind: word, name: word, namespace: word, uid: anything },
  { requiredKeys: ["kind", "name"] },
);
const time = fc.constantFrom(
  "2026-03-01T10:00:00.250Z",
  "2026-03-01T10:00:00Z",
  "2026-03-01T10:00:00.250+02:00",
  "2026-13-01T10:00:00.250Z",
  "2026-03-01T25:00:00.250Z",
  "yesterday",
);
const changes = {
  id: word,
  traceId: word,
  time,
  source: fc.constantFrom("k8s", "kernel", "K8s", ""),
  type: fc.constantFrom("k8s.pod.oomkilled", "x", "No.Type", ""),
  entity: fc.oneof({ weight: 4, arbitrary: entity }, { weight: 1, arbitrary: anything }),
  traceOrigin: fc.oneof(fc.constantFrom("explicit", "derived"), anything),
  lastTime: fc.oneof(time, anything),
  severity: fc.oneof(fc.constantFrom("info", "critical"), anything),
  reason: anything,
  message: anything,
  related: fc.oneof(fc.array(fc.record({ role: word, kind: word, name: word }), { maxLength: 2 }), anything),
  actor: anything,
  count: fc.oneof(fc.nat(20), anything),
  attributes: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), anything),
  extra: anything,
};
/** A few fields of an event changed: with more of them changed hardly any would be an event. */
const fields = fc
  .subarray(Object.keys(changes) as (keyof typeof changes)[], { maxLength: 3 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, changes[name]]))));

describe("a payload that can be skimmed is the event that would be decoded", () => {
  // The two readers share nothing but their purpose: what one takes, the other has to take for the same.
  test("whatever stands in the fields, in whichever order and layout", () => {
    let skimmed = 0;
    fc.assert(
      fc.property(fields, fc.nat(), fc.constantFrom(undefined, 1, "\t"), (some, turn, indent) => {
        const entries = Object.entries({ ...EVENT, ...some });
        const at = turn % entries.length;
        const text = JSON.stringify(Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)]), null, indent);
        if (skimsAsDecoded(text)) skimmed++;
      }),
      { numRuns: 4_000 },
    );
    expect(skimmed).toBeGreaterThan(500);
  });

  test("wherever a byte of it is lost, doubled, or another one", () => {
    const whole = JSON.stringify({
      ...EVENT,
      traceOrigin: "derived",
      severity: "error",
      reason: "OOM",
      message: 'a "b" \\ é'.replace("é", "e"),
      count: 12,
      related: [{ role: "owner", kind: "Job", name: "j" }],
      actor: { user: "u" },
      attributes: { "a.b": [1, -2.5e3, true, null, { c: "d" }] },
    });
    expect(skimsAsDecoded(whole)).toBe(true);
    let skimmed = 0;
    for (let at = 0; at <= whole.length; at++) {
      for (const put of ["", '"', "\\", "{", "}", "[", "]", ",", ":", " ", "0", "e", "u", "\n", "\u0000", "é"]) {
        for (const text of [
          whole.slice(0, at) + put + whole.slice(at),
          whole.slice(0, at) + put + whole.slice(at + 1),
        ]) {
          if (skimsAsDecoded(text)) skimmed++;
        }
      }
    }
    expect(skimmed).toBeGreaterThan(1_000);
  });
});

describe("what is not skimmed", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) });
  const text = (more: object): string => JSON.stringify({ ...EVENT, ...more });

  test.for([
    ["no trace: it is derived from what was learned", text({ traceId: undefined })],
    ["an empty trace", text({ traceId: "" })],
    ["a time of the last of several occurrences", text({ lastTime: "2026-03-01T10:04:00Z" })],
    ["a field that it does not know", text({ object: {} })],
    ["a field twice", `${text({}).slice(0, -1)},"type":"x"}`],
    ["a kind twice", text({}).replace('"kind"', '"kind":"Pod","kind"')],
    ["characters that are not ASCII", text({ message: "größer" })],
    ["an escape in the head", text({}).replace("e-1", "\\u0065-1")],
    ["a count with a fraction", text({ count: 1.5 })],
    ["nesting beyond the limit", text({ attributes: deep(32) })],
    ["related nesting beyond the limit", text({ related: [{ role: "owner", kind: "A", name: "b", more: deep(30) }] })],
    ["a list", `[${text({})}]`],
    ["text behind it", `${text({})} {}`],
    ["a text cut short", text({}).slice(0, -1)],
    ["one event of more than 256 KiB", text({ message: "m".repeat(256 * 1024) })],
  ])("%s", ([, payload]) => {
    expect(decoder.skim(payloadOf(payload as string))).toBeUndefined();
  });

  test("what is just within the limits is skimmed, and is what is decoded", () => {
    expect(skimsAsDecoded(text({ attributes: deep(31) }))).toBe(true);
    expect(skimsAsDecoded(text({ related: [{ role: "owner", kind: "A", name: "b", more: deep(29) }] }))).toBe(true);
    expect(skimsAsDecoded(text({ count: 999_999_999_999_999 }))).toBe(true);
  });
});
