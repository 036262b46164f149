import type { Decoded, Event, LeftOut, Severity } from "../../model/event.ts";
import { foreignEvent, idOfParts } from "../foreign-event.ts";
import { asNumber, asObject, asText, type JsonObject, objectsOf, present } from "../json.ts";
import type { Reading } from "../reading.ts";
import type { Trace } from "../trace.ts";
import { type Emitter, emitterOf } from "./otlp-resource.ts";
import { bodyOf, type Fields, fieldsOf, nanoTime } from "./otlp-values.ts";

/** Whether a payload is OTLP in JSON. */
export function isOtlp(value: JsonObject): boolean {
  return ["resourceLogs", "resourceSpans", "resourceMetrics", "resource_logs", "resource_spans"].some((key) =>
    Array.isArray(value[key]),
  );
}

type One = Event | LeftOut;

/** Decodes the log records and spans that tell of something wrong; the others are left out, each counted. */
export function decodeOtlp(value: JsonObject, reading: Reading): Decoded {
  if (Array.isArray(value["resourceMetrics"])) return { outcome: "filtered", reason: "metrics are no events" };
  const all = [
    ...each(
      value["resourceLogs"] ?? value["resource_logs"],
      ["scopeLogs", "scope_logs"],
      ["logRecords", "log_records"],
      reading,
      logRecord,
    ),
    ...each(value["resourceSpans"] ?? value["resource_spans"], ["scopeSpans", "scope_spans"], ["spans"], reading, span),
  ];
  const events: Event[] = [];
  const leftOut: (LeftOut & { item: number })[] = [];
  for (const [place, one] of all.entries()) {
    if ("outcome" in one) leftOut.push({ ...one, item: place + 1 });
    else events.push(one);
  }
  const [only] = leftOut;
  if (all.length === 0) return { outcome: "filtered", reason: "telemetry without a record" };
  if (events.length === 0 && all.length === 1 && only?.outcome === "filtered")
    return { outcome: "filtered", reason: only.reason };
  return leftOut.length === 0 ? { outcome: "events", events } : { outcome: "events", events, leftOut };
}

type Tell = (record: JsonObject, emitter: Emitter, scope: string | undefined, reading: Reading) => One;

function each(
  list: unknown,
  scopes: readonly string[],
  records: readonly string[],
  reading: Reading,
  tell: Tell,
): One[] {
  const first = (holder: JsonObject, names: readonly string[]): readonly JsonObject[] =>
    names.flatMap((name) => objectsOf(holder[name]));
  return objectsOf(list).flatMap((holder) => {
    const emitter = emitterOf(fieldsOf(asObject(holder["resource"])?.["attributes"]), reading);
    return first(holder, scopes).flatMap((scope) => {
      const name = asText(asObject(scope["scope"])?.["name"]);
      return first(scope, records).map((record) => tell(record, emitter, name, reading));
    });
  });
}

/** Severity numbers of OTLP: WARN from 13, ERROR from 17, FATAL from 21. */
const WARN = 13;

function levelOf(record: JsonObject, fields: Fields): Severity | undefined {
  const number = asNumber(record["severityNumber"]) ?? asNumber(record["severity_number"]) ?? 0;
  const text = (asText(record["severityText"]) ?? asText(record["severity_text"]) ?? "").toLowerCase();
  if (number >= 21 || (number === 0 && /^(?:fatal|crit|emerg|alert|panic)/.test(text))) return "critical";
  if (number >= 17 || (number === 0 && /^err/.test(text)) || fields["exception.type"] !== undefined) return "error";
  return number >= WARN || (number === 0 && /^warn/.test(text)) ? "warning" : undefined;
}

function logRecord(record: JsonObject, emitter: Emitter, scope: string | undefined, reading: Reading): One {
  const fields = fieldsOf(record["attributes"]);
  const level = levelOf(record, fields);
  if (level === undefined) return { outcome: "filtered", reason: "a log record below WARN" };
  const time = nanoTime(record["timeUnixNano"], record["observedTimeUnixNano"], record["time_unix_nano"]);
  if (time === undefined) return { outcome: "rejected", reason: "log record: timeUnixNano is no time" };
  const said = bodyOf(record["body"]) ?? asText(fields["exception.message"]);
  return foreignEvent(
    {
      id: idOfParts("log", emitter.about, record["traceId"], record["spanId"], time.text, said),
      at: time,
      source: "log",
      type: `log.${level}`,
      severity: level,
      reason: asText(record["eventName"]) ?? asText(fields["exception.type"]),
      message: said,
      about: emitter.about,
      uid: emitter.uid,
      node: emitter.node,
      related: [...emitter.related, ...emitter.peersIn(fields)],
      attributes: { ...common(emitter, record, fields), ...present({ logger: scope }) },
      trace: traceOf(record),
    },
    reading,
  );
}

function span(record: JsonObject, emitter: Emitter, scope: string | undefined, reading: Reading): One {
  const status = asObject(record["status"]);
  const code = status?.["code"];
  if (code !== 2 && code !== "STATUS_CODE_ERROR") return { outcome: "filtered", reason: "a span without an error" };
  const start = nanoTime(record["startTimeUnixNano"], record["start_time_unix_nano"]);
  const end = nanoTime(record["endTimeUnixNano"], record["end_time_unix_nano"]);
  const time = start ?? end;
  if (time === undefined) return { outcome: "rejected", reason: "span: startTimeUnixNano is no time" };
  const fields = { ...exceptionOf(record), ...fieldsOf(record["attributes"]) };
  const name = asText(record["name"]) ?? "unnamed";
  const said = asText(status?.["message"]) ?? asText(fields["exception.message"]);
  return foreignEvent(
    {
      id: asText(record["spanId"]) ?? idOfParts("span", emitter.about, name, time.text),
      at: time,
      source: "trace",
      type: "trace.span.error",
      severity: "error",
      reason: asText(fields["exception.type"]),
      message: said === undefined ? `${name} failed` : `${name}: ${said}`,
      about: emitter.about,
      uid: emitter.uid,
      node: emitter.node,
      related: [...emitter.related, ...emitter.peersIn(fields)],
      attributes: {
        ...common(emitter, record, fields),
        ...present({
          span: name,
          logger: scope,
          durationMs: start !== undefined && end !== undefined ? end.ms - start.ms : undefined,
        }),
      },
      trace: traceOf(record),
    },
    reading,
  );
}

/** The exception among a span's events. */
function exceptionOf(record: JsonObject): Fields {
  const event = objectsOf(record["events"]).find(({ name }) => name === "exception");
  return event === undefined ? {} : fieldsOf(event["attributes"]);
}

const NAMED = /^(?:exception\.(?:type|message|stacktrace)|peer\.service|server\.address|net\.peer\.name|k8s\..*)$/;

function common(emitter: Emitter, record: JsonObject, fields: Fields): Readonly<Record<string, unknown>> {
  const others = Object.fromEntries(Object.entries(fields).filter(([name]) => !NAMED.test(name)));
  const url = fields["url.path"] ?? fields["http.target"] ?? fields["http.url"] ?? fields["url.full"];
  return present({
    service: emitter.service,
    spanId: asText(record["spanId"]),
    parentSpanId: asText(record["parentSpanId"]),
    exception: fields["exception.type"],
    exceptionMessage: fields["exception.message"],
    status: fields["http.response.status_code"] ?? fields["http.status_code"] ?? fields["rpc.grpc.status_code"],
    method: fields["http.request.method"] ?? fields["http.method"] ?? fields["rpc.method"],
    url: typeof url === "string" ? url.split("?")[0] : undefined,
    peer: fields["peer.service"] ?? fields["server.address"] ?? fields["net.peer.name"],
    fields: Object.keys(others).length === 0 ? undefined : others,
  });
}

function traceOf(record: JsonObject): Trace | undefined {
  const id = asText(record["traceId"]) ?? asText(record["trace_id"]);
  return id === undefined || /^0*$/.test(id) ? undefined : { traceId: id.toLowerCase(), traceOrigin: "explicit" };
}
