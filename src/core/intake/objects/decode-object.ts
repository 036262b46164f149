import type { Decoded } from "../../model/event.ts";
import { asObject, type JsonObject } from "../json.ts";
import { nameless, nameOf, Teller } from "../kubernetes-object.ts";
import type { Reading } from "../reading.ts";
import { shapeOf } from "../shape.ts";
import { changeEvents, type WatchType } from "./changes.ts";
import { decodeEndpoints, isEndpoints } from "./endpoints.ts";
import { isCompared } from "./fields.ts";
import { hasConditions, stateEvents } from "./states.ts";

/** Whether a payload is a Kubernetes object, of whatever kind. */
export function isKubernetesObject(value: JsonObject): boolean {
  return typeof value["kind"] === "string" && asObject(value["metadata"]) !== undefined;
}

/** Tells what a version of an object shows: its state, and what changed since the version before. */
export function decodeObjectVersion(object: JsonObject, watch: WatchType, reading: Reading): Decoded {
  const metadata = asObject(object["metadata"]);
  const name = nameOf(object, metadata);
  if (name === undefined) return nameless();
  reading.memory.ownership.learnReferences(name, metadata ?? {});
  if (isEndpoints(name.kind)) return decodeEndpoints(object, name, watch === "DELETED", reading);
  const known = isCompared(name.kind) || name.kind === "PersistentVolume";
  if (!known && !hasConditions(object)) return { outcome: "unknown", shape: shapeOf(object) };
  const teller = new Teller(object, name, { reading, related: [] });
  const states = watch === "DELETED" ? [] : stateEvents(object, teller, reading);
  for (const { timeMs } of states) reading.memory.see(timeMs);
  const events = [...states, ...changeEvents({ object, name, watch }, reading)];
  return events.length === 0
    ? { outcome: "filtered", reason: "a Kubernetes object that shows nothing new" }
    : { outcome: "events", events };
}
