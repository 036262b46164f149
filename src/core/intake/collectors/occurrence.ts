import type { Decoded, Severity } from "../../model/event.ts";
import { SEVERITIES } from "../../model/event.ts";
import { foreignEvent, slug } from "../foreign-event.ts";
import { asObject, asText, at, type JsonObject, objectsOf, present } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";
import { traceIdOf } from "../trace.ts";

/** Whether a payload is an occurrence of the Tapio agents: an event with `timestamp`, and no entity. */
export function isOccurrence(value: JsonObject): boolean {
  return (
    typeof value["timestamp"] === "string" &&
    typeof value["type"] === "string" &&
    typeof value["source"] === "string" &&
    asObject(value["entity"]) === undefined &&
    (typeof value["protocol_version"] === "string" || asObject(value["data"]) !== undefined)
  );
}

/** Decodes an occurrence: its own type is kept. */
export function decodeOccurrence(value: JsonObject, reading: Reading): Decoded {
  const time = writtenTime(value["timestamp"]);
  const id = asText(value["id"]);
  if (time === undefined || id === undefined)
    return { outcome: "rejected", reason: "occurrence: id or timestamp is missing" };
  const type = (asText(value["type"]) ?? "unknown").split(".").map(slug).join(".");
  const context = asObject(value["context"]);
  const severity = SEVERITIES.find((one) => one === value["severity"]) ?? ("info" satisfies Severity);
  const traceId = asText(context?.["trace_id"]) ?? traceIdOf(asText(value["traceparent"]));
  const event = foreignEvent(
    {
      id,
      at: time,
      source: /^[a-z][a-z0-9_-]*/.exec(type)?.[0] ?? "tapio",
      type,
      severity,
      reason: asText(at(value, "error", "code")),
      message: asText(at(value, "error", "message")) ?? asText(value["message"]),
      about: entityOf(context, asObject(value["data"])),
      node: asText(context?.["node"]),
      attributes: present({ outcome: asText(value["outcome"]), ...scalarsOf(asObject(value["data"])) }),
      trace: traceId === undefined ? undefined : { traceId, traceOrigin: "explicit" },
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

function entityOf(context: JsonObject | undefined, data: JsonObject | undefined): ObjectName {
  const named = objectsOf(context?.["entities"])[0];
  const kind = asText(named?.["kind"]) ?? asText(named?.["type"]);
  const name = asText(named?.["name"]);
  const namespace = asText(named?.["namespace"]) ?? asText(context?.["namespace"]) ?? asText(data?.["namespace"]);
  if (kind !== undefined && name !== undefined)
    return { kind: kind === kind.toLowerCase() ? capital(kind) : kind, namespace, name };
  const pod = asText(data?.["pod"]) ?? asText(data?.["pod_name"]);
  if (pod !== undefined) return { kind: "Pod", namespace, name: pod };
  const container = asText(data?.["container_id"]) ?? asText(data?.["container"]);
  return { kind: "Container", namespace, name: container ?? `cgroup-${String(data?.["cgroup_id"] ?? "unknown")}` };
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

const SCALARS_MAX = 40;

/** The texts, numbers and truths of an object, by their own names. */
export function scalarsOf(data: JsonObject | undefined): Readonly<Record<string, unknown>> {
  const scalars = Object.entries(data ?? {}).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return Object.fromEntries(scalars.slice(0, SCALARS_MAX));
}
