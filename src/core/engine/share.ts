import type { EntityRef, Event } from "../model/event.ts";

/** Gives an event, that nobody else has yet, the entity and the trace of another one where they are the same. */
export function share(event: Event, other: Event): void {
  const own: { -readonly [Field in "entity" | "traceId"]: Event[Field] } = event;
  if (own.traceId === other.traceId) own.traceId = other.traceId;
  if (isSameEntity(own.entity, other.entity)) own.entity = other.entity;
}

/** Whether two entities agree in all their fields, those that the model does not name too. */
function isSameEntity(a: EntityRef, b: EntityRef): boolean {
  const names = Object.keys(a) as (keyof EntityRef)[];
  return names.every((name) => a[name] === b[name]) && names.length === Object.keys(b).length;
}
