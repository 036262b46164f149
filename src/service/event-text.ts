import type { Event } from "../core/model/event.ts";
import type { EventHead } from "../core/model/unopened-event.ts";

/** What of an event is not in its head, in the order in which its text has it. */
type Rest = readonly [
  id: string,
  traceOrigin: Event["traceOrigin"],
  time: string,
  precisionMs: number,
  lastAfterMs: number,
  severity: Event["severity"],
  reason: string | null,
  message: string | null,
  entity: Event["entity"],
  related: NonNullable<Event["related"]> | null,
  actor: NonNullable<Event["actor"]> | null,
  count: number,
  attributes: NonNullable<Event["attributes"]> | null,
];

/** Where the text of an event has its ID, where that stands there as it is. */
const ID_AT = '["'.length;

/**
 * An event as one line of ASCII that only {@link readEventText} reads. Without its head; `idChars` is 0 where
 * its ID is written otherwise than it is.
 */
export function writeEventText(event: Event): {
  readonly text: string;
  readonly idAt: number;
  readonly idChars: number;
} {
  const { id, traceOrigin, time, precisionMs, lastMs, timeMs, severity } = event;
  const { reason = null, message = null, entity, related = null, actor = null, count, attributes = null } = event;
  const text = asciiOf(
    JSON.stringify([
      id,
      traceOrigin,
      time,
      precisionMs,
      lastMs - timeMs,
      severity,
      reason,
      message,
      entity,
      related,
      actor,
      count,
      attributes,
    ] satisfies Rest),
  );
  const isPlain = text.startsWith(id, ID_AT) && text.charAt(ID_AT + id.length) === '"';
  return { text, idAt: ID_AT, idChars: isPlain ? id.length : 0 };
}

/** The event again. */
export function readEventText(text: string, { traceId, timeMs, source, type }: Omit<EventHead, "id">): Event {
  const [id, traceOrigin, time, precisionMs, lastAfterMs, severity, reason, message, entity, ...more] = JSON.parse(
    text,
  ) as Rest;
  const [related, actor, count, attributes] = more;
  return {
    id,
    traceId,
    traceOrigin,
    time,
    timeMs,
    precisionMs,
    lastMs: timeMs + lastAfterMs,
    source,
    type,
    severity,
    reason: reason ?? undefined,
    message: message ?? undefined,
    entity,
    related: related ?? undefined,
    actor: actor ?? undefined,
    count,
    attributes: attributes ?? undefined,
  };
}

/** JSON of the same meaning without a character that is not ASCII. */
function asciiOf(json: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  return /[^\u0000-\u007f]/.test(json)
    ? json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : json;
}
