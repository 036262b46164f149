import type { Decoded, Event, RelatedEntity } from "../model/event.ts";
import { canonicalJson, sha256Hex } from "../model/hash.ts";
import { kubernetesType } from "./event-type.ts";
import { asNumber, asObject, asText, type JsonObject, nestsDeeper } from "./json.ts";
import { belongingOf, nameOf, type WrittenTime, writtenTime } from "./kubernetes-object.ts";
import { DEPTH_MAX } from "./native-event.ts";
import type { Reading } from "./reading.ts";

/** Whether a payload is an Event of core/v1 or events.k8s.io/v1, with or without its `kind`. */
export function isKubernetesEvent(value: JsonObject): boolean {
  return asObject(value["involvedObject"] ?? value["regarding"]) !== undefined;
}

/** Who reports the Events that tapio keeps for its stories: those must not become stories again. */
const OWN_REPORTER = "tapio.dev/correlator";

function reportersOf(value: JsonObject): unknown[] {
  const source = asObject(value["source"] ?? value["deprecatedSource"]);
  return [value["reportingComponent"], value["reportingController"], source?.["component"]];
}

/**
 * An Event that counts its occurrences over a longer time than this tells of now, not of its first
 * occurrence: a probe that has failed for four days is placed where it failed last.
 */
const SPAN_MAX_MS = 1_800_000;

/** Decodes a Kubernetes Event. Its uid is the event's id, so that a growing count stays one event. */
export function decodeKubernetesEvent(value: JsonObject, reading: Reading): Decoded {
  if (reportersOf(value).includes(OWN_REPORTER)) return { outcome: "filtered", reason: "a story told by tapio itself" };
  const regarding = asObject(value["involvedObject"] ?? value["regarding"]);
  const about = nameOf(regarding);
  if (about === undefined) return wrong("involvedObject must have kind and name");
  const reason = asText(value["reason"]);
  if (reason === undefined) return wrong("reason must be a text");
  const times = timesOf(value);
  if (times === undefined) {
    return wrong("no time: lastTimestamp, eventTime and metadata.creationTimestamp are missing or are no times");
  }
  const message = asText(value["message"]) ?? asText(value["note"]);
  reading.memory.ownership.learnEvent(about, reason, message ?? "");
  const metadata = asObject(value["metadata"]);
  const id = asText(metadata?.["uid"]) ?? idOf(value, metadata);
  if (id === undefined) return wrong(`nested deeper than ${DEPTH_MAX} levels`);
  const belonging = belongingOf(about, metadata, reading);
  const node = nodeOf(value);
  const { first, last } = times;
  reading.memory.see(last.ms);
  const at = SPAN_MAX_MS < last.ms - first.ms ? last : first;
  const event: Event = {
    id,
    traceId: belonging.trace.traceId,
    traceOrigin: belonging.trace.traceOrigin,
    time: at.text,
    timeMs: at.ms,
    precisionMs: at.precisionMs,
    lastMs: last.ms,
    source: "k8s",
    type: kubernetesType(about.kind, reason),
    severity: value["type"] === "Warning" ? "warning" : "info",
    reason,
    message,
    entity: { ...about, uid: asText(regarding?.["uid"]), node, cluster: reading.cluster },
    related: relatedOf(
      about.kind === "Pod" ? `${about.namespace}/${about.name}` : undefined,
      [...belonging.owner, ...(node === undefined ? [] : [{ role: "node", kind: "Node", name: node }])],
      reading,
    ),
    actor: undefined,
    count: countOf(value),
    attributes: attributesOf(value, regarding, belonging.guessed),
  };
  return { outcome: "events", events: [event] };
}

/** First and last occurrence: versions and collectors fill different fields. */
function timesOf(value: JsonObject): { first: WrittenTime; last: WrittenTime } | undefined {
  const metadata = asObject(value["metadata"]);
  const series = asObject(value["series"]);
  const firsts = [value["firstTimestamp"], value["deprecatedFirstTimestamp"], value["eventTime"]];
  const lasts = [series?.["lastObservedTime"], value["lastTimestamp"], value["deprecatedLastTimestamp"]];
  const others = [metadata?.["creationTimestamp"], value["date"]];
  const first = firstTime([...firsts, ...lasts, ...others]);
  const last = firstTime([...lasts, ...firsts, ...others]);
  if (first === undefined || last === undefined) return undefined;
  return last.ms < first.ms ? { first: last, last: first } : { first, last };
}

function firstTime(candidates: readonly unknown[]): WrittenTime | undefined {
  for (const candidate of candidates) {
    const time = writtenTime(candidate);
    if (time !== undefined) return time;
  }
  return undefined;
}

function countOf(value: JsonObject): number {
  const series = asObject(value["series"]);
  const count = asNumber(series?.["count"]) ?? asNumber(value["count"]) ?? asNumber(value["deprecatedCount"]) ?? 1;
  return Math.max(1, Math.floor(count));
}

/** The node that a kubelet or another agent of a node speaks for. */
function nodeOf(value: JsonObject): string | undefined {
  const source = asObject(value["source"] ?? value["deprecatedSource"]);
  const host = asText(source?.["host"]);
  if (host !== undefined) return host;
  const component = asText(value["reportingComponent"]) ?? asText(value["reportingController"]);
  return component === "kubelet" ? asText(value["reportingInstance"]) : undefined;
}

function relatedOf(
  pod: string | undefined,
  own: readonly RelatedEntity[],
  reading: Reading,
): RelatedEntity[] | undefined {
  const links = pod === undefined ? [] : (reading.memory.podLinks.get(pod) ?? []);
  const known = own.some(({ role }) => role === "node") ? links.filter(({ role }) => role !== "node") : links;
  return own.length + known.length === 0 ? undefined : [...own, ...known];
}

function attributesOf(value: JsonObject, regarding: JsonObject | undefined, guessed: boolean): Event["attributes"] {
  const source = asObject(value["source"] ?? value["deprecatedSource"]);
  const component =
    asText(value["reportingComponent"]) ?? asText(value["reportingController"]) ?? asText(source?.["component"]);
  const container = /\{(.+)\}$/.exec(asText(regarding?.["fieldPath"]) ?? "")?.[1];
  const found = { component, container, action: asText(value["action"]), traceBy: guessed ? "name" : undefined };
  const present = Object.entries(found).filter(([, one]) => one !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

/** By its name, or by all that it says; `undefined` where that is too deep to be walked. */
function idOf(value: JsonObject, metadata: JsonObject | undefined): string | undefined {
  const name = asText(metadata?.["name"]);
  if (name !== undefined) return `${asText(metadata?.["namespace"]) ?? ""}/${name}`;
  return nestsDeeper(value, DEPTH_MAX) ? undefined : sha256Hex(canonicalJson(value)).slice(0, 16);
}

function wrong(reason: string): Decoded {
  return { outcome: "rejected", reason: `Kubernetes Event: ${reason}` };
}
