import type { Decoded, Event } from "../../model/event.ts";
import { MASK, maskText } from "./mask.ts";
import { isSecretName } from "./secret-names.ts";

/** What was decoded, without the secrets that its texts held. */
export function maskDecoded(decoded: Decoded): Decoded {
  if (decoded.outcome === "rejected") return { outcome: "rejected", reason: maskText(decoded.reason) };
  if (decoded.outcome !== "events") return decoded;
  const leftOut = decoded.leftOut?.map((one) =>
    one.outcome === "rejected" ? { ...one, reason: maskText(one.reason) } : one,
  );
  const events = maskEvents(decoded.events);
  if (events === decoded.events && leftOut === undefined) return decoded;
  return leftOut === undefined ? { outcome: "events", events } : { outcome: "events", events, leftOut };
}

function maskEvents(events: readonly Event[]): readonly Event[] {
  let masked: Event[] | undefined;
  for (let at = 0; at < events.length; at++) {
    const event = events[at] as Event;
    const clean = maskEvent(event);
    if (clean === event) continue;
    masked ??= [...events];
    masked[at] = clean;
  }
  return masked ?? events;
}

/** The event itself where it holds no secret, which is nearly always. */
function maskEvent(event: Event): Event {
  const message = event.message === undefined ? undefined : maskText(event.message);
  const attributes = event.attributes === undefined ? undefined : maskValue(event.attributes);
  const actor = event.actor === undefined ? undefined : maskValue(event.actor);
  if (message === event.message && attributes === event.attributes && actor === event.actor) return event;
  return {
    ...event,
    message,
    attributes: attributes as Event["attributes"],
    actor: actor as Event["actor"],
  };
}

/** A value whose texts are masked, and those under names of credentials hidden; the same one where nothing was. */
export function maskValue(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? maskList(value) : maskObject(value as Record<string, unknown>);
}

function maskList(list: readonly unknown[]): readonly unknown[] {
  let masked: unknown[] | undefined;
  for (let at = 0; at < list.length; at++) {
    const clean = maskValue(list[at]);
    if (clean === list[at]) continue;
    masked ??= [...list];
    masked[at] = clean;
  }
  return masked ?? list;
}

function maskObject(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let masked: Record<string, unknown> | undefined;
  for (const key in object) {
    const value = object[key];
    if (typeof value === "number") continue;
    const clean = typeof value === "string" && value !== "" && isSecretName(key) ? MASK : maskValue(value);
    if (clean === value) continue;
    masked ??= { ...object };
    masked[key] = clean;
  }
  return masked ?? object;
}
