import type { Decoded, Event, RelatedEntity } from "../../model/event.ts";
import { foreignEvent } from "../foreign-event.ts";
import { asObject, asText, at, type JsonObject, objectsOf, present, textsOf } from "../json.ts";
import { lastChange, notBefore, type WrittenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import type { Endpoint, Reading } from "../reading.ts";

/** Whether a payload lists the endpoints of a Service. */
export function isEndpoints(kind: string): boolean {
  return kind === "EndpointSlice" || kind === "Endpoints";
}

interface ShownEndpoint extends Endpoint {
  readonly ready: boolean;
}

/** Tells which addresses a Service gained and lost since the last version of its endpoints. */
export function decodeEndpoints(object: JsonObject, name: ObjectName, deleted: boolean, reading: Reading): Decoded {
  const endpoints = endpointsOf(object);
  const ready = deleted ? [] : endpoints.filter((one) => one.ready);
  const key = asText(at(object, "metadata", "uid")) ?? `${name.kind}/${name.namespace ?? ""}/${name.name}`;
  const was = reading.memory.endpoints.get(key);
  if (deleted) reading.memory.endpoints.delete(key);
  else reading.memory.endpoints.set(key, ready);
  const time = changedAt(object, deleted, reading);
  if (time === undefined) return { outcome: "rejected", reason: `${name.kind}: no time in its metadata` };
  const slice: Slice = { object, name, endpoints, ready, was, time, key, reading };
  const events = was === undefined ? firstSight(slice) : difference(slice, was);
  return events.length === 0
    ? { outcome: "filtered", reason: "endpoints of a Service that did not change" }
    : { outcome: "events", events };
}

interface Slice {
  readonly object: JsonObject;
  readonly name: ObjectName;
  readonly endpoints: readonly ShownEndpoint[];
  readonly ready: readonly Endpoint[];
  readonly was: readonly Endpoint[] | undefined;
  readonly time: WrittenTime;
  readonly key: string;
  readonly reading: Reading;
}

function firstSight(slice: Slice): Event[] {
  const { endpoints, ready } = slice;
  return endpoints.length === 0 || ready.length !== 0 ? [] : [tell(slice, "notready", endpoints)];
}

function difference(slice: Slice, was: readonly Endpoint[]): Event[] {
  const gone = without(was, slice.ready);
  const come = without(slice.ready, was);
  return [
    ...(gone.length === 0 ? [] : [tell(slice, "removed", gone)]),
    ...(come.length === 0 ? [] : [tell(slice, "added", come)]),
  ];
}

function without(some: readonly Endpoint[], others: readonly Endpoint[]): readonly Endpoint[] {
  const known = new Set(others.map(({ address }) => address));
  return some.filter(({ address }) => !known.has(address));
}

function tell(slice: Slice, what: "added" | "removed" | "notready", concerned: readonly Endpoint[]): Event {
  const { object, name, ready, was, time, key, reading } = slice;
  const addresses = concerned.map(({ address }) => address);
  const pods = [...new Set(concerned.flatMap(({ pod }) => pod ?? []))];
  const service = asText(at(object, "metadata", "labels", "kubernetes.io/service-name")) ?? name.name;
  const words = { added: "gained", removed: "lost", notready: "has only unready" }[what];
  const left = `${ready.length} ready now`;
  return foreignEvent(
    {
      id: `${key}:${what}:${time.text}:${addresses.join(",")}`.slice(0, 300),
      at: time,
      source: "network",
      type: `network.endpoint.${what}`,
      severity: what === "added" ? "info" : "warning",
      message: `Service ${service} ${words} ${addresses.length} endpoint(s): ${addresses.slice(0, 5).join(", ")}; ${left}`,
      about: { kind: "Service", namespace: name.namespace, name: service },
      related: linksOf(pods, concerned, name.namespace, reading),
      attributes: present({
        addresses,
        ready: ready.length,
        was: was?.length ?? 0,
        empty: what !== "added" && ready.length === 0 ? true : undefined,
        pods,
      }),
      metadata: asObject(object["metadata"]),
    },
    reading,
  );
}

const LINKS_MAX = 50;

function linksOf(
  pods: readonly string[],
  endpoints: readonly Endpoint[],
  namespace: string | undefined,
  { memory }: Reading,
): readonly RelatedEntity[] {
  const links = pods.flatMap((pod): RelatedEntity[] => {
    const name = { kind: "Pod", namespace, name: pod };
    const { guessed: _guessed, ...top } = memory.ownership.topOf(name);
    return top.kind === "Pod"
      ? [{ role: "target", ...name }]
      : [
          { role: "target", ...name },
          { role: "target", ...top },
        ];
  });
  const nodes = endpoints.flatMap(({ node }) =>
    node === undefined ? [] : [{ role: "node", kind: "Node", name: node }],
  );
  return [...links, ...nodes].slice(0, LINKS_MAX);
}

function endpointsOf(object: JsonObject): readonly ShownEndpoint[] {
  if (object["kind"] === "Endpoints") {
    return objectsOf(object["subsets"]).flatMap((subset) => [
      ...objectsOf(subset["addresses"]).flatMap((one) => endpoint(asText(one["ip"]), true, one)),
      ...objectsOf(subset["notReadyAddresses"]).flatMap((one) => endpoint(asText(one["ip"]), false, one)),
    ]);
  }
  return objectsOf(object["endpoints"]).flatMap((one) => {
    // Without a word on it an endpoint is to be taken for ready.
    const ready = at(one, "conditions", "ready") !== false;
    return textsOf(one["addresses"]).flatMap((address) => endpoint(address, ready, one));
  });
}

function endpoint(address: string | undefined, ready: boolean, of: JsonObject): ShownEndpoint[] {
  if (address === undefined) return [];
  const target = asObject(of["targetRef"]);
  const pod = target?.["kind"] === "Pod" ? asText(target["name"]) : undefined;
  return [{ address, ready, pod, node: asText(of["nodeName"]) }];
}

const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

function changedAt(object: JsonObject, deleted: boolean, { memory }: Reading): WrittenTime | undefined {
  const metadata = asObject(object["metadata"]);
  const own = lastChange(metadata, [at(metadata, "annotations", TRIGGER), metadata?.["deletionTimestamp"]]);
  return deleted ? notBefore(own, memory.latestMs) : own;
}
