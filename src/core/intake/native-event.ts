import {
  type Decoded,
  type EntityRef,
  type Event,
  type RelatedEntity,
  SEVERITIES,
  type Severity,
  TRACE_ORIGINS,
  type TraceOrigin,
} from "../model/event.ts";
import { type EpochMs, parseTime } from "../model/time.ts";
import { asObject, type JsonObject } from "./json.ts";
import type { Reading } from "./reading.ts";
import { maskValue } from "./secrets/mask-event.ts";
import { derivedTrace, type Trace, traceIdOf } from "./trace.ts";

/** Whether a payload is an event of this project's own shape (contract.md §2). */
export function isNativeEvent(value: JsonObject): boolean {
  const { type, entity, source } = value;
  if (typeof type !== "string" || (typeof entity !== "object" && typeof source !== "string")) return false;
  return !("involvedObject" in value || "regarding" in value || "object" in value || "specversion" in value);
}

/** A native event is never longer; lists, and objects inside of other payloads, are. */
export const EVENT_CHARS_MAX = 256 * 1024;

/** No real payload nests deeper; what reads events may recurse this far. */
export const DEPTH_MAX = 32;

/** Sources and types seen before need no second look; bounded, for a flood of made-up ones. */
const KNOWN_MAX = 10_000;

interface Wording {
  readonly pattern: RegExp;
  /** Each to itself: whoever asks with an equal text gets the one that is held already. */
  readonly known: Map<string, string>;
}

const SOURCE: Wording = { pattern: /^[a-z][a-z0-9_-]*$/, known: new Map() };
const TYPE: Wording = { pattern: /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/, known: new Map() };

/**
 * Checks an event by hand, without a schema walk, and keeps its parts as they are: this is the hot
 * path. Says which field is wrong, and how.
 */
export function decodeNative(value: JsonObject, reading: Reading): Decoded {
  const { id, time, source, type, entity, severity, reason, message, related, actor, attributes } = value;
  if (typeof id !== "string" || id === "") return wrong("id", "a text that is not empty", id);
  if (typeof time !== "string") return wrong("time", "an RFC 3339 time", time);
  const stamp = parseTime(time);
  if (stamp === undefined) return wrong("time", "an RFC 3339 time", time);
  if (typeof source !== "string" || !isSource(source)) return wrong("source", "a lower-case word", source);
  if (typeof type !== "string" || !isType(type)) return wrong("type", "lower-case and dotted", type);
  const named = asObject(entity);
  if (named === undefined) return wrong("entity", "an object", entity);
  if (typeof named["kind"] !== "string" || named["kind"] === "") return wrong("entity.kind", "a text", named["kind"]);
  if (typeof named["name"] !== "string" || named["name"] === "") return wrong("entity.name", "a text", named["name"]);
  const problem = checkOptional(value);
  if (problem !== undefined) return problem;
  const { traceId, traceOrigin } = traceOf(value, reading);
  const event: Event = {
    id,
    traceId,
    traceOrigin,
    time,
    timeMs: stamp.ms,
    precisionMs: stamp.precisionMs,
    lastMs: Math.max(stamp.ms, lastTimeOf(value) ?? stamp.ms),
    source: SOURCE.known.get(source) ?? source,
    type: TYPE.known.get(type) ?? type,
    severity: (severity as Severity | undefined) ?? "info",
    reason: reason as string | undefined,
    message: message as string | undefined,
    entity: named as unknown as EntityRef,
    related: related as readonly RelatedEntity[] | undefined,
    actor: actor as Event["actor"],
    count: (value["count"] as number | undefined) ?? 1,
    attributes: attributes as Event["attributes"],
  };
  return { outcome: "events", events: [event] };
}

/** Whether a text may be the source of an event. */
export function isSource(text: string): boolean {
  return isWorded(text, SOURCE);
}

/** Whether a text may be the type of an event. */
export function isType(text: string): boolean {
  return isWorded(text, TYPE);
}

function isWorded(text: string, { pattern, known }: Wording): boolean {
  if (known.has(text)) return true;
  if (!pattern.test(text)) return false;
  if (known.size < KNOWN_MAX) known.set(text, text);
  return true;
}

function checkOptional(value: JsonObject): Decoded | undefined {
  const { traceId, traceOrigin, lastTime, severity, reason, message, related, actor, count, attributes } = value;
  if (traceId !== undefined && typeof traceId !== "string") return wrong("traceId", "a text", traceId);
  if (traceOrigin !== undefined && !TRACE_ORIGINS.includes(traceOrigin as TraceOrigin))
    return wrong("traceOrigin", `one of ${TRACE_ORIGINS.join(", ")}`, traceOrigin);
  if (lastTime !== undefined && lastTimeOf(value) === undefined) return wrong("lastTime", "an RFC 3339 time", lastTime);
  if (severity !== undefined && !SEVERITIES.includes(severity as Severity))
    return wrong("severity", `one of ${SEVERITIES.join(", ")}`, severity);
  if (reason !== undefined && typeof reason !== "string") return wrong("reason", "a text", reason);
  if (message !== undefined && typeof message !== "string") return wrong("message", "a text", message);
  if (count !== undefined && !(Number.isSafeInteger(count) && 1 <= (count as number)))
    return wrong("count", "a whole number from 1", count);
  if (attributes !== undefined && asObject(attributes) === undefined)
    return wrong("attributes", "an object", attributes);
  if (actor !== undefined && asObject(actor) === undefined) return wrong("actor", "an object", actor);
  return related === undefined ? undefined : checkRelated(related);
}

function checkRelated(related: unknown): Decoded | undefined {
  if (!Array.isArray(related)) return wrong("related", "a list", related);
  for (const [at, other] of related.entries()) {
    const entity = asObject(other);
    for (const field of ["role", "kind", "name"]) {
      if (typeof entity?.[field] !== "string") return wrong(`related[${at}].${field}`, "a text", entity?.[field]);
    }
  }
  return undefined;
}

function lastTimeOf({ lastTime }: JsonObject): EpochMs | undefined {
  return typeof lastTime === "string" ? parseTime(lastTime)?.ms : undefined;
}

/** The trace that was checked to be one, or the one that it belongs to. */
function traceOf(value: JsonObject, reading: Reading): Trace {
  const { traceId, traceOrigin } = value;
  if (typeof traceId !== "string" || traceId === "") return findTrace(value, reading);
  return { traceId, traceOrigin: (traceOrigin as TraceOrigin | undefined) ?? "explicit" };
}

function findTrace(value: JsonObject, { memory, cluster, traceparent }: Reading): Trace {
  const traceId = traceIdOf(traceparent) ?? traceIdOf(value["traceparent"] as string | undefined);
  if (traceId !== undefined) return { traceId, traceOrigin: "traceparent" };
  const entity = value["entity"] as Event["entity"];
  const owner = (value["related"] as readonly RelatedEntity[] | undefined)?.find(({ role }) => role === "owner");
  const from = owner ?? entity;
  const top = memory.ownership.topOf({
    kind: from.kind,
    namespace: from.namespace ?? entity.namespace,
    name: from.name,
  });
  return derivedTrace(top, entity.cluster ?? cluster);
}

function wrong(field: string, wanted: string, got: unknown): Decoded {
  const shown = got === undefined ? "it is missing" : `it is ${JSON.stringify(maskValue(got))?.slice(0, 60)}`;
  return { outcome: "rejected", reason: `${field} must be ${wanted}: ${shown}` };
}
