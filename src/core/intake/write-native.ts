import type { Event } from "../model/event.ts";
import { formatTime, parseTime } from "../model/time.ts";

/** The event as a native payload (contract.md §2): what reads it makes the same event of it again. */
export function nativeOf(event: Event): Readonly<Record<string, unknown>> {
  const { id, traceId, traceOrigin, time, timeMs, lastMs, source, type, severity, reason, message } = event;
  const { entity, related, actor, count, attributes } = event;
  const written = parseTime(time)?.ms === timeMs ? time : formatTime(timeMs);
  return {
    id,
    traceId,
    ...(traceOrigin === "explicit" ? {} : { traceOrigin }),
    time: written,
    ...(lastMs === timeMs ? {} : { lastTime: formatTime(lastMs) }),
    source,
    type,
    severity,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    entity,
    ...(related === undefined ? {} : { related }),
    ...(actor === undefined ? {} : { actor }),
    ...(count === 1 ? {} : { count }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}
