import { Decoder } from "../../../src/core/intake/decoder.ts";
import type { Event } from "../../../src/core/model/event.ts";

/** The events of one payload; none where it was filtered. Fails on what is rejected or unknown. */
export function decode(value: unknown, decoder = new Decoder()): readonly Event[] {
  const decoded = decoder.decodeValue(value);
  if (decoded.outcome === "filtered") return [];
  if (decoded.outcome !== "events") throw new Error(JSON.stringify(decoded));
  return decoded.events;
}

/** The only event of a payload. */
export function decodeSingle(value: unknown, decoder = new Decoder()): Event {
  const [event, ...more] = decode(value, decoder);
  if (event === undefined || more.length !== 0)
    throw new Error(`${more.length + (event === undefined ? 0 : 1)} events`);
  return event;
}

/** The related entities of an event, as `role Kind name`. */
export function linksOf(event: Event | undefined): string[] {
  return (event?.related ?? []).map(({ role, kind, name }) => `${role} ${kind} ${name}`);
}
