import type { EntityRef, Event } from "../model/event.ts";

/** The event with the entity and the trace of another one, where they are the same: so they are held once. */
export function sharing(event: Event, other: Event): Event {
  const isSame = isSameEntity(event.entity, other.entity);
  if (!isSame && event.traceId !== other.traceId) return event;
  return {
    ...event,
    traceId: event.traceId === other.traceId ? other.traceId : event.traceId,
    entity: isSame ? other.entity : event.entity,
  };
}

/** Whether two entities agree in all their fields, those that the model does not name too. */
function isSameEntity(a: EntityRef, b: EntityRef): boolean {
  const names = Object.keys(a) as (keyof EntityRef)[];
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
