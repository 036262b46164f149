import type { Event } from "../../model/event.ts";
import { asObject, type JsonObject } from "../json.ts";
import { nameOf } from "../kubernetes-object.ts";
import { changeEvents } from "../objects/changes.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";

interface Write {
  readonly verb: string;
  readonly subresource: string | undefined;
  readonly code: number | undefined;
  readonly query: string;
  readonly about: ObjectName;
}

const WRITES = new Set(["create", "update", "patch", "apply"]);
const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet", "CronJob"]);

/** What a write changed in a workload: its answer holds the object as it is now, watched or not. */
export function changesBy(
  value: JsonObject,
  { verb, subresource, about, code, query }: Write,
  reading: Reading,
): Event[] {
  const object = asObject(value["responseObject"]);
  const written = code !== undefined && code < 300 && WRITES.has(verb) && !query.includes("dryRun=");
  if (!written || object === undefined || subresource !== undefined || !WORKLOADS.has(about.kind)) return [];
  const name = nameOf(object, asObject(object["metadata"]));
  if (name?.kind !== about.kind) return [];
  return changeEvents({ object, name, watch: verb === "create" ? "ADDED" : "MODIFIED" }, reading);
}
