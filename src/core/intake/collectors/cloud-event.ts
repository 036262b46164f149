import type { Decoded } from "../../model/event.ts";
import { foreignEvent, slug } from "../foreign-event.ts";
import { asObject, asText, type JsonObject, present } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { WatchType } from "../objects/changes.ts";
import type { Reading } from "../reading.ts";
import { traceIdOf } from "../trace.ts";
import { isLogLine } from "./log-line.ts";
import { scalarsOf } from "./occurrence.ts";

/** Whether a payload is a CloudEvent in structured mode. */
export function isCloudEvent(value: JsonObject): boolean {
  return typeof value["specversion"] === "string" && typeof value["type"] === "string";
}

/** Decodes what a CloudEvent carries, by the shape of its data; an unknown shape stays an event of its own. */
export function decodeCloudEvent(
  value: JsonObject,
  reading: Reading,
  decodeData: (data: JsonObject, watch: WatchType, reading: Reading) => Decoded,
): Decoded {
  const traceparent = asText(value["traceparent"]) ?? reading.traceparent;
  const data = asObject(value["data"]);
  if (data !== undefined) {
    const decoded = decodeData(data, watchTypeOf(value), { ...reading, traceparent });
    // A message of its own makes data look like a line of a log; here it is an event's.
    if (decoded.outcome !== "unknown" && !(decoded.outcome === "filtered" && isLogLine(data))) return decoded;
  }
  const time = writtenTime(value["time"]);
  if (time === undefined) return { outcome: "filtered", reason: "a CloudEvent of unknown data without a time" };
  const source = asText(value["source"]) ?? "unknown";
  const subject = asText(value["subject"]) ?? source;
  const traceId = traceIdOf(traceparent);
  const words = source.split(/[/:#?]+/).filter((word) => word !== "");
  const event = foreignEvent(
    {
      id: `${source}/${asText(value["id"]) ?? time.text}`,
      at: time,
      source: slug(words.at(-1) ?? "cloudevent").replace(/^[^a-z]+/, "") || "cloudevent",
      type: (asText(value["type"]) ?? "unknown").split(".").map(slug).join("."),
      severity: "info",
      message: asText(data?.["message"]),
      about: { kind: "Subject", namespace: asText(value["namespace"]), name: subject },
      attributes: present({ ...scalarsOf(data), ceSource: source }),
      trace: traceId === undefined ? undefined : { traceId, traceOrigin: "traceparent" },
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

/** What the type says of the object inside: sources that watch the API server write it there. */
function watchTypeOf(value: JsonObject): WatchType {
  const type = asText(value["type"]) ?? "";
  if (type.endsWith(".delete")) return "DELETED";
  return type.endsWith(".add") ? "ADDED" : type.endsWith(".update") ? "MODIFIED" : undefined;
}
