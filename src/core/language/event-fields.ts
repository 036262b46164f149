import type { PathSegment } from "../model/path.ts";
import { suggest } from "./nearest.ts";

/** What a path may lead through: fields by name, a list of such, any data, or nothing below. */
type Shape =
  | { readonly fields: Readonly<Record<string, Shape>>; readonly open?: boolean }
  | { readonly list: Shape }
  | "any"
  | "leaf";

const ENTITY: Readonly<Record<string, Shape>> = {
  kind: "leaf",
  name: "leaf",
  namespace: "leaf",
  uid: "leaf",
  node: "leaf",
  cluster: "leaf",
};

const EVENT: Readonly<Record<string, Shape>> = {
  id: "leaf",
  traceId: "leaf",
  traceOrigin: "leaf",
  time: "leaf",
  timeMs: "leaf",
  precisionMs: "leaf",
  lastMs: "leaf",
  source: "leaf",
  type: "leaf",
  severity: "leaf",
  reason: "leaf",
  message: "leaf",
  entity: { fields: ENTITY },
  related: { list: { fields: { role: "leaf", ...ENTITY } } },
  actor: { fields: { user: "leaf", ip: "leaf" }, open: true },
  count: "leaf",
  attributes: "any",
};

const STEP: Readonly<Record<string, Shape>> = {
  ...EVENT,
  distinct: "leaf",
  first: { fields: EVENT },
  last: { fields: EVENT },
  all: { list: { fields: EVENT } },
};

/** Fields that every event has; all others may be missing. */
const ALWAYS = new Set([
  "id",
  "traceId",
  "traceOrigin",
  "time",
  "timeMs",
  "precisionMs",
  "lastMs",
  "source",
  "type",
  "severity",
  "entity.kind",
  "entity.name",
  "count",
]);

/** A hop that leads nowhere, and what it could have been. */
export interface UnknownField {
  readonly name: string;
  readonly known: readonly string[];
}

/** Checks a path against the fields of events, or of bound steps; `undefined` where it can lead somewhere. */
export function unknownField(segments: readonly PathSegment[], of: "event" | "step"): UnknownField | undefined {
  let shape: Shape = { fields: of === "event" ? EVENT : STEP };
  for (const segment of segments) {
    if (shape === "any") return undefined;
    const next = below(shape, segment);
    if (typeof next === "object" && "known" in next) return next;
    shape = next;
  }
  return undefined;
}

/** What to write instead of a path that leads nowhere; fields of the entity are often written without it. */
export function fieldHint({ name, known }: UnknownField, path: string): string | undefined {
  const isBare = Object.hasOwn(ENTITY, name) && path.startsWith(name) && known.includes("entity");
  return isBare ? `did you mean \`entity.${path}\`?` : suggest(name, known);
}

function below(shape: Exclude<Shape, "any">, segment: PathSegment): Shape | UnknownField {
  const name = textOf(segment);
  if (shape === "leaf") return { name, known: [] };
  if ("list" in shape) {
    if (segment.kind === "key") return { name, known: ["[*]", "[0]"] };
    return segment.kind === "select" ? (unknownSelector(shape.list, segment.key) ?? shape.list) : shape.list;
  }
  if (segment.kind !== "key") return { name, known: [] };
  const next = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
  return next ?? (shape.open === true ? "any" : { name, known: Object.keys(shape.fields) });
}

function unknownSelector(element: Shape, key: string): UnknownField | undefined {
  const known = typeof element === "object" && "fields" in element ? Object.keys(element.fields) : [];
  return known.includes(key) ? undefined : { name: key, known };
}

function textOf(segment: PathSegment): string {
  switch (segment.kind) {
    case "key":
      return segment.name;
    case "each":
      return "[*]";
    case "index":
      return `[${segment.at}]`;
    case "select":
      return `[${segment.key}=${segment.value}]`;
  }
}

const ROLES_SHOWN = ["owner", "node", "service", "mounts", "target", "subject"] as const;

/** Paths that lead to a value of every shape of event or of bound step, for editors to offer; `attributes` are open. */
export function fieldPaths(of: "event" | "step"): readonly string[] {
  return pathsIn(of === "event" ? EVENT : STEP, "");
}

function pathsIn(fields: Readonly<Record<string, Shape>>, before: string): readonly string[] {
  return Object.entries(fields).flatMap(([name, shape]) => {
    const path = before + name;
    if (shape === "leaf") return [path];
    if (shape === "any") return [`${path}.`];
    if ("fields" in shape) return pathsIn(shape.fields, `${path}.`);
    if (name === "all") return [path];
    return ROLES_SHOWN.flatMap((role) =>
      ["kind", "name", "namespace"].map((field) => `${path}[role=${role}].${field}`),
    );
  });
}

/** Whether some events have no value at this path. */
export function mayBeMissing(path: string): boolean {
  return !ALWAYS.has(path);
}

const CLUSTER_SCOPED = new Set([
  "node",
  "namespace",
  "persistentvolume",
  "clusterrole",
  "clusterrolebinding",
  "storageclass",
  "customresourcedefinition",
  "priorityclass",
  "ingressclass",
  "csinode",
  "csidriver",
  "volumeattachment",
  "runtimeclass",
  "apiservice",
  "mutatingwebhookconfiguration",
  "validatingwebhookconfiguration",
  "validatingadmissionpolicy",
  "validatingadmissionpolicybinding",
  "mutatingadmissionpolicy",
  "mutatingadmissionpolicybinding",
  "certificatesigningrequest",
  "clustertrustbundle",
  "componentstatus",
  "deviceclass",
  "flowschema",
  "ipaddress",
  "prioritylevelconfiguration",
  "resourceslice",
  "servicecidr",
  "volumeattributesclass",
]);

/** Whether objects of a kind (in any case) have no namespace. */
export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind.toLowerCase());
}
