import type { Decoded, Event, RelatedEntity } from "../model/event.ts";
import { asList, asObject, asText, type JsonObject, objectsOf } from "./json.ts";
import { lastChange, nameless, nameOf, Teller, type WrittenTime, writtenTime } from "./kubernetes-object.ts";
import type { ObjectName } from "./ownership.ts";
import { containerEvents } from "./pod-containers.ts";
import { podLinks } from "./pod-links.ts";
import type { Reading } from "./reading.ts";

/** Whether a payload is a Pod object. */
export function isPod(value: JsonObject): boolean {
  return value["kind"] === "Pod" && asObject(value["metadata"]) !== undefined;
}

/**
 * Tells what a Pod object shows: how its containers ended and what they wait for, that it cannot be
 * scheduled, was evicted, lost its readiness, is gone. A real OOM kill shows only here. Each state
 * has an id of its own, so that seeing it in every later version of the pod counts once.
 */
export function decodePod(value: JsonObject, reading: Reading, deleted: boolean): Decoded {
  const metadata = asObject(value["metadata"]);
  const name = nameOf(value, metadata);
  if (name === undefined) return nameless();
  reading.memory.ownership.learnReferences(name, metadata ?? {});
  const uid = asText(metadata?.["uid"]);
  if (uid !== undefined) reading.memory.podsByUid.set(uid, name);
  const related = linksOf(name, value, reading);
  const teller = new Teller(value, name, { reading, related });
  const status = asObject(value["status"]);
  const seen = lastChange(metadata, timesIn(status));
  const deleting = deleted || asText(metadata?.["deletionTimestamp"]) !== undefined;
  const events = [
    ...containerEvents(value, teller, seen),
    ...statusEvents(status, teller, seen),
    ...conditionEvents(status, teller, deleting),
    ...(deleted && seen !== undefined
      ? [teller.tell({ what: "deleted", at: seen, reason: "Deleted", severity: "info" })]
      : []),
  ];
  if (seen !== undefined) reading.memory.see(seen.ms);
  return events.length === 0
    ? { outcome: "filtered", reason: "a Pod that shows nothing new" }
    : { outcome: "events", events };
}

/** Remembers what a pod is linked with: a later version may show less, such as no address. */
function linksOf(name: ObjectName, value: JsonObject, { memory }: Reading): readonly RelatedEntity[] {
  const key = `${name.namespace}/${name.name}`;
  const known = memory.podLinks.get(key);
  const from = linkedBy(value);
  if (known !== undefined && from !== undefined && memory.podsLinked.get(key) === from) return known;
  const shown = podLinks(name.namespace, value);
  if (from !== undefined) memory.podsLinked.set(key, from);
  if (known !== undefined && shown.length < known.length) return known;
  memory.podLinks.set(key, shown);
  return shown;
}

/**
 * What tells whether a pod's links may have changed. Of what they are read from, the API server lets
 * nobody change more than these after the pod was made. A pod without a UID may be another one each time.
 */
function linkedBy(value: JsonObject): string | undefined {
  const uid = asText(asObject(value["metadata"])?.["uid"]);
  const spec = asObject(value["spec"]);
  if (uid === undefined || spec === undefined) return undefined;
  const counts = ["volumes", "initContainers", "containers"].map((list) => asList(spec[list]).length);
  return [uid, spec["nodeName"], asObject(value["status"])?.["podIP"], ...counts].join(" ");
}

function timesIn(status: JsonObject | undefined): unknown[] {
  const times = [status?.["startTime"]];
  for (const condition of objectsOf(status?.["conditions"])) times.push(condition["lastTransitionTime"]);
  for (const container of objectsOf(status?.["containerStatuses"])) {
    for (const states of [asObject(container["state"]), asObject(container["lastState"])]) {
      for (const name in states) {
        const state = asObject(states[name]);
        times.push(state?.["startedAt"], state?.["finishedAt"]);
      }
    }
  }
  return times;
}

/** Why the whole pod ended: `Evicted`, `NodeLost`, `OutOfcpu`, `UnexpectedAdmissionError`, … */
function statusEvents(status: JsonObject | undefined, teller: Teller, seen: WrittenTime | undefined): Event[] {
  const reason = asText(status?.["reason"]);
  if (reason === undefined || seen === undefined) return [];
  const at =
    writtenTime(
      objectsOf(status?.["conditions"]).find(({ type }) => type === "DisruptionTarget")?.["lastTransitionTime"],
    ) ?? seen;
  return [teller.tell({ what: reason, at, reason, severity: "error", message: asText(status?.["message"]) })];
}

function conditionEvents(status: JsonObject | undefined, teller: Teller, deleting: boolean): Event[] {
  const started = writtenTime(status?.["startTime"]);
  return objectsOf(status?.["conditions"]).flatMap((condition) => {
    const at = writtenTime(condition["lastTransitionTime"]);
    const told = at === undefined ? undefined : toldByCondition(condition, { at, started });
    if (at === undefined || told === undefined) return [];
    const attributes = { ...(deleting ? { deleting } : {}), ...conditionReason(condition) };
    const what = `${told.reason}:${at.text}`.toLowerCase();
    return [teller.tell({ ...told, what, at, message: asText(condition["message"]), attributes })];
  });
}

function conditionReason(condition: JsonObject): Readonly<Record<string, unknown>> {
  const reason = asText(condition["reason"]);
  return reason === undefined ? {} : { because: reason };
}

interface Times {
  readonly at: WrittenTime;
  readonly started: WrittenTime | undefined;
}

function toldByCondition(
  { type, status, reason }: JsonObject,
  { at, started }: Times,
): (Pick<Event, "severity"> & { reason: string }) | undefined {
  if (type === "Ready" && status === "True") return { reason: "Ready", severity: "info" };
  // A pod begins unready, within a second of its start; only what comes later is a loss.
  const begun = started !== undefined && at.ms <= started.ms + 1000;
  if (type === "Ready" && status !== "True" && reason !== "PodCompleted" && started !== undefined && !begun)
    return { reason: "NotReady", severity: "warning" };
  if (type === "PodScheduled" && status === "False" && reason === "Unschedulable")
    return { reason: "Unschedulable", severity: "warning" };
  if (type === "DisruptionTarget" && status === "True") return { reason: "DisruptionTarget", severity: "warning" };
  return undefined;
}
