import type { Actor, Decoded, Event, RelatedEntity } from "../../model/event.ts";
import { ownOf } from "../../model/own-of.ts";
import { foreignEvent, idOfParts, slug } from "../foreign-event.ts";
import { asNumber, asObject, asText, at, type JsonObject, present, textsOf } from "../json.ts";
import { nameOf, type WrittenTime, writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import { bindingLinks, subjectLink } from "../rbac.ts";
import type { Reading } from "../reading.ts";
import { denialOf } from "./denial.ts";
import { patchedPaths, requestAttributes } from "./request-object.ts";
import { kindOfResource } from "./resources.ts";
import { isSystemUser, routineReason } from "./routine.ts";
import { changesBy } from "./written-object.ts";

/** Whether a payload is an event of audit.k8s.io, with or without its version. */
export function isAudit(value: JsonObject): boolean {
  return (
    typeof value["auditID"] === "string" && typeof value["stage"] === "string" && typeof value["verb"] === "string"
  );
}

/** Nobody: a request whose credentials were none, or no good. */
const NOBODY = "(nobody)";

/** Decodes one request to the API server: who asked for what, and whether he got it. */
export function decodeAudit(value: JsonObject, reading: Reading): Decoded {
  const code = asNumber(at(value, "responseStatus", "code"));
  const stage = value["stage"];
  // After an upgraded connection or an error at the door no other stage may follow.
  const final = stage === "ResponseComplete" || stage === "Panic";
  if (!final && !(stage === "ResponseStarted" && (code === 101 || (code ?? 0) >= 400))) {
    return { outcome: "filtered", reason: "an audit event of a stage that others complete" };
  }
  const time = timeOf(value);
  if (time === undefined) return { outcome: "rejected", reason: "audit event: no time that can be read" };
  const request = requestOf(value, code);
  for (const object of [value["requestObject"], value["responseObject"]])
    learnOwner(asObject(object), request, reading);
  const routine = routineReason({ ...request, user: request.impersonator ?? request.user });
  if (routine !== undefined) {
    reading.memory.see(time.ms);
    return { outcome: "filtered", reason: routine };
  }
  return {
    outcome: "events",
    events: [tell(value, { request, time, reading }), ...changesBy(value, request, reading)],
  };
}

interface Asked {
  /** As whom it was asked: the impersonated user where there is one. */
  readonly user: string;
  /** Who asked, where it was not as himself. */
  readonly impersonator: string | undefined;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly code: number | undefined;
  readonly path: string | undefined;
  readonly query: string;
  readonly about: ObjectName;
}

function timeOf(value: JsonObject): WrittenTime | undefined {
  return (
    writtenTime(value["requestReceivedTimestamp"]) ??
    writtenTime(value["stageTimestamp"]) ??
    writtenTime(value["timestamp"]) ??
    writtenTime(at(value, "metadata", "creationTimestamp"))
  );
}

function requestOf(value: JsonObject, code: number | undefined): Asked {
  const reference = asObject(value["objectRef"]);
  const resource = asText(reference?.["resource"]) ?? "url";
  const asked = asText(at(value, "user", "username")) ?? NOBODY;
  const impersonated = asText(at(value, "impersonatedUser", "username"));
  const uri = asText(value["requestURI"]) ?? "";
  const [path = "", query = ""] = uri.split("?", 2);
  return {
    user: impersonated ?? asked,
    impersonator: impersonated === undefined ? undefined : asked,
    verb: (asText(value["verb"]) ?? "unknown").toLowerCase(),
    resource,
    subresource: asText(reference?.["subresource"]),
    code,
    path: resource === "url" ? path : undefined,
    query,
    about:
      resource === "url"
        ? { kind: "URL", namespace: undefined, name: path || "/" }
        : objectOf(value, resource, reference),
  };
}

function objectOf(value: JsonObject, resource: string, reference: JsonObject | undefined): ObjectName {
  const kind = kindOfResource(resource);
  const asked = asObject(at(value, "requestObject", "metadata"));
  const answered = asObject(at(value, "responseObject", "metadata"));
  const generated = asText(asked?.["generateName"]);
  const name =
    asText(reference?.["name"]) ??
    asText(answered?.["name"]) ??
    asText(asked?.["name"]) ??
    (generated === undefined ? "*" : `${generated}*`);
  return { kind, namespace: kind === "Namespace" ? undefined : asText(reference?.["namespace"]), name };
}

function learnOwner(object: JsonObject | undefined, { about, subresource }: Asked, { memory }: Reading): void {
  const metadata = asObject(object?.["metadata"]);
  if (object === undefined || metadata === undefined || metadata["ownerReferences"] === undefined) return;
  const named = nameOf(object, metadata);
  if (named !== undefined)
    memory.ownership.learnReferences({ ...named, namespace: named.namespace ?? about.namespace }, metadata);
  if (subresource === undefined && (named === undefined || named.name !== about.name)) {
    memory.ownership.learnReferences(about, metadata);
  }
}

const PAST: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  patch: "patched",
  apply: "applied",
  delete: "deleted",
  deletecollection: "deleted all",
  get: "read",
  list: "listed",
  watch: "watched",
};

interface Telling {
  readonly request: Asked;
  readonly time: WrittenTime;
  readonly reading: Reading;
}

function tell(value: JsonObject, { request, time, reading }: Telling): Event {
  const { user, verb, resource, subresource, about, code } = request;
  const asked = asObject(value["requestObject"]);
  const status = asObject(value["responseStatus"]);
  const said = asText(status?.["message"]);
  const denied = code === 401 || code === 403;
  const type = ["audit", resource, ...(subresource === undefined ? [] : [subresource]), verb].map(slug).join(".");
  const object = `${about.namespace === undefined ? "" : `${about.namespace}/`}${about.name}`;
  const what = `${resource}${subresource === undefined ? "" : `/${subresource}`}`;
  return foreignEvent(
    {
      id: asText(value["auditID"]) ?? idOfParts(value),
      at: time,
      source: "audit",
      type,
      severity: denied || (code ?? 0) >= 500 ? "warning" : "info",
      reason: asText(status?.["reason"]),
      message: said ?? `${user} ${ownOf(PAST, verb) ?? verb} ${what} ${object}`,
      about,
      uid: asText(at(value, "objectRef", "uid")) ?? asText(at(value, "responseObject", "metadata", "uid")),
      node: resource === "pods" ? asText(at(asked, "spec", "nodeName")) : undefined,
      related: linksOf(request, asked),
      actor: actorOf(value, request),
      attributes: attributesOf(value, request),
      metadata: asked === undefined || subresource !== undefined ? undefined : asObject(asked["metadata"]),
    },
    reading,
  );
}

function linksOf({ user, impersonator, about }: Asked, asked: JsonObject | undefined): readonly RelatedEntity[] {
  const bound = asked !== undefined && about.kind.endsWith("RoleBinding") ? bindingLinks(asked, about.namespace) : [];
  return [...subjectLink(user === NOBODY ? undefined : user), ...subjectLink(impersonator), ...bound];
}

function actorOf(value: JsonObject, { user, impersonator }: Asked): Actor {
  const groups = textsOf(at(value, impersonator === undefined ? "user" : "impersonatedUser", "groups"));
  const [ip] = textsOf(value["sourceIPs"]);
  return { user, ...present({ groups, ip, userAgent: asText(value["userAgent"]), impersonator }) };
}

function attributesOf(value: JsonObject, request: Asked): Readonly<Record<string, unknown>> {
  const { user, impersonator, verb, resource, subresource, code, path, query, about } = request;
  const annotations = asObject(value["annotations"]) ?? {};
  const decision = asText(annotations["authorization.k8s.io/decision"]);
  const denial = denialOf(code, asText(at(value, "responseStatus", "message")), decision);
  const isPatch = verb === "patch" || verb === "apply";
  const asked = isPatch ? undefined : asObject(value["requestObject"]);
  const result = isPatch ? asObject(value["responseObject"]) : undefined;
  return {
    verb,
    resource,
    allowed: code !== 401 && code !== 403,
    succeeded: code === undefined || code < 400,
    system: isSystemUser(user),
    collection: about.name === "*",
    ...present({
      subresource,
      code,
      decision,
      path,
      apiGroup: asText(at(value, "objectRef", "apiGroup")),
      ...queryAttributes(query),
      impersonator,
      podSecurity: asText(annotations["pod-security.kubernetes.io/enforce-policy"]),
      violations: asText(annotations["pod-security.kubernetes.io/audit-violations"]),
      failedOpen: failedOpenOf(annotations),
      patched: isPatch ? patchedPaths(value["requestObject"]) : undefined,
    }),
    ...denial,
    ...(subresource === undefined || subresource === "scale" || subresource === "ephemeralcontainers"
      ? requestAttributes(asked ?? (about.kind === "Secret" ? undefined : result), resource)
      : {}),
  };
}

/** What the query of a URL says: the command of an exec, who manages the fields, whether it was only tried. */
function queryAttributes(query: string): Readonly<Record<string, unknown>> {
  if (query === "") return {};
  const command: string[] = [];
  const found: Record<string, unknown> = {};
  for (const part of query.split("&")) {
    const [name, value = ""] = part.split("=", 2);
    if (name === "command") command.push(unescaped(value));
    if (name === "container") found["container"] = unescaped(value);
    if (name === "fieldManager") found["manager"] = unescaped(value);
    if (name === "dryRun") found["dryRun"] = true;
  }
  return { ...found, command: command.length === 0 ? undefined : command.join(" ") };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** The webhook that could not be called and was passed over, which is written into the key of an annotation. */
function failedOpenOf(annotations: JsonObject): string | undefined {
  for (const key in annotations) if (key.startsWith("failed-open.")) return asText(annotations[key]);
  return undefined;
}
