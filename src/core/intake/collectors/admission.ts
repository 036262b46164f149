import type { Decoded, Event } from "../../model/event.ts";
import { denialOf } from "../audit/denial.ts";
import { requestAttributes } from "../audit/request-object.ts";
import { kindOfResource } from "../audit/resources.ts";
import { isSystemUser } from "../audit/routine.ts";
import { foreignEvent, slug } from "../foreign-event.ts";
import { asNumber, asObject, asText, at, type JsonObject, present, textsOf } from "../json.ts";
import { lastChange, type WrittenTime, writtenTime } from "../kubernetes-object.ts";
import { bindingLinks, subjectLink } from "../rbac.ts";
import type { Reading } from "../reading.ts";

/** Whether a payload is what the API server asks an admission webhook. */
export function isAdmissionReview(value: JsonObject): boolean {
  return value["kind"] === "AdmissionReview";
}

/** Decodes what was asked of an admission webhook, and its answer where it is there. */
export function decodeAdmission(value: JsonObject, receivedAt: unknown, reading: Reading): Decoded {
  const request = asObject(value["request"]);
  if (request === undefined) return { outcome: "filtered", reason: "an admission answer without its request" };
  if (request["dryRun"] === true) return { outcome: "filtered", reason: "an admission request that was only tried" };
  const object = asObject(request["object"]) ?? asObject(request["oldObject"]);
  const metadata = asObject(object?.["metadata"]);
  const time = writtenTime(receivedAt) ?? lastChange(metadata, []);
  if (time === undefined) return { outcome: "filtered", reason: "an admission request without a time" };
  const review = { request, object, metadata, answer: answerOf(asObject(value["response"])) };
  return { outcome: "events", events: [tell(review, time, reading)] };
}

interface Answer {
  readonly allowed: boolean | undefined;
  readonly code: number | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

function answerOf(response: JsonObject | undefined): Answer {
  const allowed = typeof response?.["allowed"] === "boolean" ? response["allowed"] : undefined;
  const denied = allowed === false;
  return {
    allowed,
    code: asNumber(at(response, "status", "code")) ?? (denied ? 403 : undefined),
    reason: denied ? (asText(at(response, "status", "reason")) ?? "Denied") : undefined,
    message: asText(at(response, "status", "message")),
  };
}

interface Review {
  readonly request: JsonObject;
  readonly object: JsonObject | undefined;
  readonly metadata: JsonObject | undefined;
  readonly answer: Answer;
}

function tell({ request, object, metadata, answer }: Review, time: WrittenTime, reading: Reading): Event {
  const resource = asText(at(request, "resource", "resource")) ?? "unknown";
  const subresource = asText(request["subResource"]);
  const operation = (asText(request["operation"]) ?? "unknown").toLowerCase();
  const kind = asText(at(request, "kind", "kind")) ?? kindOfResource(resource);
  const name = asText(request["name"]) ?? asText(metadata?.["name"]) ?? `${asText(metadata?.["generateName"]) ?? ""}*`;
  const about = { kind, namespace: asText(request["namespace"]), name };
  if (metadata !== undefined) reading.memory.ownership.learnReferences(about, metadata);
  const user = asText(at(request, "userInfo", "username")) ?? "(nobody)";
  const bound = kind.endsWith("RoleBinding") && object !== undefined ? bindingLinks(object, about.namespace) : [];
  const words = ["admission", resource, ...(subresource === undefined ? [] : [subresource]), operation];
  const { allowed, code } = answer;
  return foreignEvent(
    {
      id: asText(request["uid"]) ?? `${kind}/${about.namespace ?? ""}/${name}:${operation}:${time.text}`,
      at: time,
      source: "audit",
      type: words.map(slug).join("."),
      severity: allowed === false ? "warning" : "info",
      reason: answer.reason,
      message: answer.message ?? `${user} asked to ${operation} ${resource} ${about.namespace ?? ""}/${name}`,
      about,
      uid: asText(metadata?.["uid"]),
      related: [...subjectLink(user), ...bound],
      actor: { user, ...present({ groups: textsOf(at(request, "userInfo", "groups")) }) },
      attributes: {
        verb: operation,
        resource,
        system: isSystemUser(user),
        ...present({ subresource, code, allowed }),
        ...denialOf(code, answer.message, undefined),
        ...requestAttributes(object, resource),
      },
      metadata,
    },
    reading,
  );
}
