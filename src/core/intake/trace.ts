import type { TraceOrigin } from "../model/event.ts";
import { asObject, asText, type JsonObject } from "./json.ts";
import type { ObjectName, TopOwner } from "./ownership.ts";

/** The trace that an event belongs to, and where that is known from. */
export interface Trace {
  readonly traceId: string;
  readonly traceOrigin: TraceOrigin;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = "0".repeat(32);

/** The trace ID of a W3C `traceparent`; `undefined` where it is none, or all zeros. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const id = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
  return id === NO_TRACE ? undefined : id;
}

/** A trace that the payload names: a header, or an annotation of the object. */
export function namedTrace(metadata: JsonObject | undefined, traceparent: string | undefined): Trace | undefined {
  const annotations = asObject(metadata?.["annotations"]);
  const explicit = asText(annotations?.["tapio.dev/trace-id"]);
  if (explicit !== undefined) return { traceId: explicit, traceOrigin: "explicit" };
  const traceId = traceIdOf(traceparent) ?? traceIdOf(asText(annotations?.["traceparent"]));
  return traceId === undefined ? undefined : { traceId, traceOrigin: "traceparent" };
}

/** The trace of everything that one workload owns: `derived:<cluster>/<namespace>/<kind>/<name>`. */
export function derivedTrace({ kind, namespace, name }: TopOwner | ObjectName, cluster: string | undefined): Trace {
  return { traceId: `derived:${cluster ?? ""}/${namespace ?? ""}/${kind}/${name}`, traceOrigin: "derived" };
}
