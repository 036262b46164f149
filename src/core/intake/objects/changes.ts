import type { Event, RelatedEntity } from "../../model/event.ts";
import type { EpochMs } from "../../model/time.ts";
import { foreignEvent } from "../foreign-event.ts";
import { asNumber, asObject, asText, at, type JsonObject, objectsOf, present } from "../json.ts";
import { lastChange, notBefore, type WrittenTime, writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import { podLinks } from "../pod-links.ts";
import { bindingLinks } from "../rbac.ts";
import type { Reading, Version } from "../reading.ts";
import { dataKey, fieldLabel, fieldName, isAside } from "./field-names.ts";
import { flattenFields, isCompared, readFields, shownValue } from "./fields.ts";

/** How a version came: in which kind of watch envelope, or in none. */
export type WatchType = "ADDED" | "MODIFIED" | "DELETED" | undefined;

interface Seen {
  readonly object: JsonObject;
  readonly name: ObjectName;
  readonly watch: WatchType;
}

/** An object that was created within this of the latest time is new, and not one of an initial list. */
const NEW_MS = 60_000;

/** Compares a version of an object with the last one, and remembers it: a digest of it, never the object. */
export function changeEvents(seen: Seen, reading: Reading): Event[] {
  const { object, name, watch } = seen;
  if (!isCompared(name.kind)) return [];
  const { versions } = reading.memory;
  const metadata = asObject(object["metadata"]);
  const key = asText(metadata?.["uid"]) ?? `${name.kind}/${name.namespace ?? ""}/${name.name}`;
  const known = versions.get(key);
  if (watch === "DELETED") {
    versions.delete(key);
    return [tell(seen, { what: "deleted", at: goneAt(seen, reading), reading })];
  }
  const generation = asNumber(metadata?.["generation"]);
  if (known?.generation !== undefined && generation !== undefined && generation <= known.generation) return [];
  const fields = flattenFields(name.kind, object);
  if (known === undefined) {
    versions.set(key, {
      generation,
      fields,
      writtenMs: newestManager(metadata)?.at.ms,
      before: undefined,
      changeId: undefined,
    });
    return isNew(seen, reading)
      ? [tell(seen, { what: "created", at: writtenTime(metadata?.["creationTimestamp"]), reading })]
      : [];
  }
  if (known.fields === fields) {
    versions.set(key, { ...known, generation });
    return [];
  }
  const version = generation ?? asText(metadata?.["resourceVersion"]) ?? "";
  const event = changed(seen, { known, fields, version, reading });
  const writtenMs = newestManager(metadata)?.at.ms;
  versions.set(key, { generation, fields, writtenMs, before: known.fields, changeId: event.id });
  return [event];
}

function isNew({ object, watch }: Seen, { memory }: Reading): boolean {
  const created = writtenTime(at(object, "metadata", "creationTimestamp"));
  return (
    watch === "ADDED" &&
    created !== undefined &&
    memory.latestMs !== undefined &&
    memory.latestMs - NEW_MS <= created.ms
  );
}

/** No object says when it was deleted; the latest time known comes closest. */
function goneAt({ object }: Seen, { memory }: Reading): WrittenTime | undefined {
  const metadata = asObject(object["metadata"]);
  return writtenTime(metadata?.["deletionTimestamp"]) ?? notBefore(lastChange(metadata, []), memory.latestMs);
}

interface Writing {
  readonly at: WrittenTime | undefined;
  readonly manager: string | undefined;
}

/**
 * When a version was written, and by whom: the newest field manager that wrote more than the status.
 * A manager whose fields were taken away is gone from the list: then no entry is newer than those of
 * the version before, and the latest time known comes closest.
 */
function writingOf({ object }: Seen, beforeMs: EpochMs | undefined, { memory }: Reading): Writing {
  const metadata = asObject(object["metadata"]);
  const newest = newestManager(metadata);
  if (newest !== undefined && (beforeMs === undefined || beforeMs < newest.at.ms)) return newest;
  const times = objectsOf(at(object, "status", "conditions")).flatMap((one) => [
    one["lastUpdateTime"],
    one["lastTransitionTime"],
  ]);
  return { at: notBefore(lastChange(metadata, times), memory.latestMs), manager: undefined };
}

function newestManager(metadata: JsonObject | undefined): { at: WrittenTime; manager: string | undefined } | undefined {
  let newest: { at: WrittenTime; manager: string | undefined } | undefined;
  for (const entry of objectsOf(metadata?.["managedFields"])) {
    const time = writtenTime(entry["time"]);
    if (time === undefined || entry["subresource"] === "status") continue;
    if (newest === undefined || newest.at.ms <= time.ms) newest = { at: time, manager: asText(entry["manager"]) };
  }
  return newest;
}

interface Told {
  readonly what: "created" | "changed" | "deleted";
  readonly at: WrittenTime | undefined;
  readonly reading: Reading;
  readonly version?: string | number;
  readonly message?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const UNKNOWN_TIME: WrittenTime = { text: "1970-01-01T00:00:00Z", ms: 0, precisionMs: 1000 };

function tell({ object, name }: Seen, { what, at: time, reading, version, message, attributes }: Told): Event {
  const metadata = asObject(object["metadata"]);
  const uid = asText(metadata?.["uid"]);
  const replicas = asNumber(at(object, "spec", "replicas"));
  return foreignEvent(
    {
      id: `${uid ?? `${name.kind}/${name.namespace ?? ""}/${name.name}`}:${what}${version === undefined ? "" : `:${version}`}`,
      at: time ?? UNKNOWN_TIME,
      source: "config",
      type: `config.${name.kind.toLowerCase()}.${what}`,
      severity: what === "deleted" ? "warning" : "info",
      message: message ?? `${name.kind} ${name.name} was ${what}`,
      about: name,
      uid,
      related: linksOf(object, name),
      attributes: present({ ...attributes, replicas, generation: asNumber(metadata?.["generation"]) }),
      metadata,
    },
    reading,
  );
}

function linksOf(object: JsonObject, { kind, namespace }: ObjectName): readonly RelatedEntity[] {
  const spec = asObject(object["spec"]);
  const template = asObject(spec?.["template"]) ?? asObject(at(spec, "jobTemplate", "spec", "template"));
  if (template !== undefined) return podLinks(namespace, template).filter(({ role }) => role !== "node");
  return kind.endsWith("RoleBinding") ? bindingLinks(object, namespace) : [];
}

interface Change {
  readonly path: string;
  readonly old: string | undefined;
  readonly new: string | undefined;
}

interface Versions {
  readonly known: Version;
  readonly fields: string;
  readonly version: string | number;
  readonly reading: Reading;
}

function changed(seen: Seen, { known, fields, version, reading }: Versions): Event {
  const changes = differences(known.fields, fields);
  const what = sayAll(changes);
  const paths = changes.map(({ path }) => path);
  const [first] = changes;
  const writing = writingOf(seen, known.writtenMs, reading);
  const replicas = changes.find(({ path }) => path === "spec.replicas");
  const attributes = {
    what,
    fields: [...new Set(paths.map(fieldName))],
    changed: paths,
    changes: changes.slice(0, CHANGES_MAX).map((one) => present({ ...one })),
    keys: paths.flatMap((path) => dataKey(path) ?? []),
    removed: changes.some((one) => one.new === undefined) ? true : undefined,
    old: first?.old,
    new: first?.new,
    manager: writing.manager,
    restart: paths.every((path) => path.endsWith("[kubectl.kubernetes.io/restartedAt]")) ? true : undefined,
    revertOf: known.before === fields ? known.changeId : undefined,
    scaledToZero: replicas?.new === "0" ? true : undefined,
  };
  const message = `${seen.name.kind} ${seen.name.name} was changed: ${what}`;
  return tell(seen, { what: "changed", at: writing.at, reading, version, message, attributes });
}

const CHANGES_MAX = 20;
const SAID_MAX = 3;
const TEXT_MAX = 160;

/** What differs between two flattened versions: labels and annotations last. */
function differences(before: string, after: string): Change[] {
  const [old, now] = [readFields(before), readFields(after)];
  const paths = [...new Set([...now.keys(), ...old.keys()])].filter((path) => old.get(path) !== now.get(path));
  return [...paths.filter((path) => !isAside(path)), ...paths.filter(isAside)].map((path) => {
    const [was, is] = apart(old.get(path), now.get(path));
    return { path, old: was, new: is };
  });
}

/** Of two files the first line that differs; of two other values both, cut. */
function apart(old: string | undefined, now: string | undefined): [string | undefined, string | undefined] {
  const [was, is] = [old, now].map((value) => (value === undefined ? undefined : shownValue(value)));
  if (was === undefined || is === undefined) return [cut(was), cut(is)];
  const [wasLines, isLines] = [was.split("\n"), is.split("\n")];
  const line = wasLines.findIndex((text, place) => text !== isLines[place]);
  if (Math.max(wasLines.length, isLines.length) < 2 || line < 0) return [cut(was), cut(is)];
  return [cut((wasLines[line] ?? "").trim()), cut((isLines[line] ?? "").trim())];
}

function cut(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return TEXT_MAX < text.length ? `${text.slice(0, TEXT_MAX)}…` : text;
}

function sayAll(changes: readonly Change[]): string {
  const said = changes.slice(0, SAID_MAX).map(({ path, old, new: now }) => {
    return `${fieldLabel(path)}: ${old ?? "(none)"} -> ${now ?? "(removed)"}`;
  });
  const more = changes.length - said.length;
  return `${said.join("; ")}${0 < more ? `; and ${more} more` : ""}`;
}
