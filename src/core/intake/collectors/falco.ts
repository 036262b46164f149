import type { Decoded, RelatedEntity, Severity } from "../../model/event.ts";
import { ownOf } from "../../model/own-of.ts";
import { kindOfResource } from "../audit/resources.ts";
import { foreignEvent, idOfParts, slug } from "../foreign-event.ts";
import { asObject, asText, type JsonObject, present, textsOf } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import { subjectLink } from "../rbac.ts";
import type { Reading } from "../reading.ts";

/** Whether a payload is an alert of Falco. */
export function isFalco(value: JsonObject): boolean {
  return (
    typeof value["rule"] === "string" && typeof value["priority"] === "string" && typeof value["output"] === "string"
  );
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  emergency: "critical",
  alert: "critical",
  critical: "critical",
  error: "error",
  warning: "warning",
  notice: "warning",
};

/** Decodes one alert: the rule, and what its output fields say of process, file and user. */
export function decodeFalco(value: JsonObject, reading: Reading): Decoded {
  const fields = asObject(value["output_fields"]) ?? {};
  const rule = asText(value["rule"]) ?? "unnamed";
  const priority = asText(value["priority"]) ?? "";
  const output = asText(value["output"]);
  const time = writtenTime(value["time"]);
  if (time === undefined) return { outcome: "rejected", reason: "Falco alert: time is no time" };
  const host = asText(value["hostname"]);
  const user = asText(fields["ka.user.name"]);
  const event = foreignEvent(
    {
      id: asText(value["uuid"]) ?? idOfParts(rule, time.text, output),
      at: time,
      source: "security",
      type: `security.falco.${slug(rule)}`,
      severity: ownOf(SEVERITIES, priority.toLowerCase()) ?? "info",
      reason: rule,
      message: output,
      about: entityOf(fields, host),
      node: value["source"] === "k8s_audit" ? undefined : (asText(fields["k8s.node.name"]) ?? host),
      related: linksOf(fields, user),
      actor: user === undefined ? undefined : { user },
      attributes: {
        tool: "falco",
        rule,
        priority,
        ...processAttributes(fields),
        ...requestAttributes(fields),
        ...present({ tags: textsOf(value["tags"]) }),
      },
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

function entityOf(fields: JsonObject, host: string | undefined): ObjectName {
  const namespace = asText(fields["k8s.ns.name"]) ?? asText(fields["ka.target.namespace"]);
  const pod = asText(fields["k8s.pod.name"]);
  if (pod !== undefined && pod !== "<NA>") return { kind: "Pod", namespace, name: pod };
  const target = asText(fields["ka.target.name"]);
  const resource = asText(fields["ka.target.resource"]);
  if (resource !== undefined) return { kind: kindOfResource(resource), namespace, name: target ?? "*" };
  const container = asText(fields["container.name"]) ?? asText(fields["container.id"]);
  if (container !== undefined && container !== "host") return { kind: "Container", namespace, name: container };
  return { kind: "Node", namespace: undefined, name: host ?? "unknown" };
}

function linksOf(fields: JsonObject, user: string | undefined): readonly RelatedEntity[] {
  const role = asText(fields["ka.req.binding.role"]);
  return [...subjectLink(user), ...(role === undefined ? [] : [{ role: "target", kind: "ClusterRole", name: role }])];
}

function processAttributes(fields: JsonObject): Readonly<Record<string, unknown>> {
  const text = (name: string): string | undefined => {
    const value = asText(fields[name]);
    return value === "<NA>" ? undefined : value;
  };
  const descriptor = text("fd.name");
  const repository = text("container.image.repository") ?? text("container.image");
  const tag = text("container.image.tag");
  return present({
    process: text("proc.name"),
    command: text("proc.cmdline"),
    parent: text("proc.pname"),
    user: text("user.name"),
    container: text("container.name") ?? text("container.id"),
    image: repository === undefined || tag === undefined ? repository : `${repository}:${tag}`,
    file: descriptor?.startsWith("/") === true ? descriptor : text("fs.path.name"),
    connection: descriptor?.includes("->") === true ? descriptor : undefined,
  });
}

function requestAttributes(fields: JsonObject): Readonly<Record<string, unknown>> {
  const code = Number(fields["ka.response.code"]);
  const known = 0 < code;
  return present({
    verb: asText(fields["ka.verb"]),
    resource: asText(fields["ka.target.resource"]),
    subresource: asText(fields["ka.target.subresource"]),
    code: known ? code : undefined,
    allowed: known ? code !== 401 && code !== 403 : undefined,
    uri: asText(fields["ka.uri"])?.split("?")[0],
    execCommand: asText(fields["ka.uri.param[command]"]),
  });
}
