import type { Decoded, RelatedEntity, Severity } from "../../model/event.ts";
import { foreignEvent, idOfParts } from "../foreign-event.ts";
import { asNumber, asObject, asText, at, type JsonObject, objectsOf, present, textsOf } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";
import { asAsked } from "./hubble-reply.ts";

/** Whether a payload is a line of Hubble. */
export function isHubble(value: JsonObject): boolean {
  return asObject(value["flow"]) !== undefined || asObject(value["lost_events"]) !== undefined;
}

/** Drops that come from the link itself, whoever talks. */
const LINK_NOISE = new Set([
  "INVALID_SOURCE_IP",
  "STALE_OR_UNROUTABLE_IP",
  "UNSUPPORTED_L2_PROTOCOL",
  "UNSUPPORTED_L3_PROTOCOL",
  "UNKNOWN_L3_TARGET_ADDRESS",
]);

/** Reasons by number, for lines without their names. */
const DROP_REASONS: Readonly<Record<number, string>> = {
  132: "INVALID_SOURCE_IP",
  133: "POLICY_DENIED",
  151: "STALE_OR_UNROUTABLE_IP",
  181: "POLICY_DENY",
};

/** Decodes one network flow: what talked to what, and whether it was let through. */
export function decodeHubble(value: JsonObject, reading: Reading): Decoded {
  const seen = asObject(value["flow"]);
  if (seen === undefined) return { outcome: "filtered", reason: "a notice of flows that were lost" };
  const isReply = seen["is_reply"] === true || seen["reply"] === true;
  const flow = isReply ? asAsked(seen) : seen;
  const time = writtenTime(flow["time"]) ?? writtenTime(value["time"]);
  if (time === undefined) return { outcome: "rejected", reason: "flow: time is no time" };
  const told = asObject(flow["l7"]) === undefined ? plainOf(flow) : layer7Of(flow);
  if (typeof told === "string") return { outcome: "filtered", reason: told };
  const source = endOf(flow, "source", reading);
  const target = endOf(flow, "destination", reading);
  const node = (asText(flow["node_name"]) ?? asText(value["node_name"]))?.split("/").at(-1);
  const verdict = asText(flow["verdict"]) ?? "FORWARDED";
  const { protocol, port, sourcePort, flags } = layer4Of(flow);
  const denied = policiesOf(flow);
  const from = sayEnd(source);
  const to = `${sayEnd(target)}${port === undefined ? "" : `:${port}`}`;
  const attributes = {
    ...present({
      verdict,
      dropReason: dropReasonOf(flow),
      protocol,
      port,
      direction: asText(flow["traffic_direction"])?.toLowerCase(),
      flags,
      reply: isReply || undefined,
      from,
      to: sayEnd(target),
      toWorkload: workloadOf(flow, "destination")?.name,
      toName: textsOf(flow["destination_names"]),
      sourceAddress: asText(at(flow, "IP", "source")),
      destinationAddress: asText(at(flow, "IP", "destination")),
      deniedBy: denied.map((one) => `${one.kind} ${one.namespace === undefined ? "" : `${one.namespace}/`}${one.name}`),
    }),
    ...told.attributes,
  };
  const event = foreignEvent(
    {
      id:
        asText(flow["uuid"]) ??
        idOfParts(time.text, flow["IP"], flow["l4"], told.type, sourcePort, attributes["query"]),
      at: time,
      source: "network",
      type: told.type,
      severity: told.severity,
      reason: dropReasonOf(flow) ?? asText(attributes["rcode"]),
      message: `${from} -> ${to} ${told.says ?? verdict}${told.says === undefined ? sayReason(flow) : ""}`,
      about: source,
      node,
      related: [...targetsOf(flow, target, reading), ...denied],
      attributes,
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

interface FlowTold {
  readonly type: string;
  readonly severity: Severity;
  readonly says?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

function plainOf(flow: JsonObject): FlowTold | string {
  const verdict = (asText(flow["verdict"]) ?? "FORWARDED").toLowerCase();
  const reason = dropReasonOf(flow);
  if (verdict === "dropped" && reason !== undefined && LINK_NOISE.has(reason))
    return "a drop that is noise of the link";
  const { flags } = layer4Of(flow);
  if (verdict === "forwarded" && flags.includes("RST"))
    return { type: "network.flow.reset", severity: "info", says: "reset" };
  const bad = verdict === "dropped" || verdict === "error";
  return { type: `network.flow.${verdict.replaceAll(/[^a-z0-9_-]/g, "-")}`, severity: bad ? "warning" : "info" };
}

const RCODES: Readonly<Record<number, string>> = { 0: "noerror", 2: "servfail", 3: "nxdomain", 5: "refused" };

function layer7Of(flow: JsonObject): FlowTold | string {
  const layer7 = asObject(flow["l7"]) ?? {};
  const dropped = asText(flow["verdict"]) === "DROPPED" || asText(flow["verdict"]) === "ERROR";
  if (layer7["type"] === "REQUEST" && !dropped) return "a request whose answer is told";
  const dns = asObject(layer7["dns"]);
  const http = asObject(layer7["http"]);
  if (dns !== undefined && !dropped) return dnsOf(dns);
  const code = asNumber(http?.["code"]);
  if (http === undefined || code === undefined)
    return { ...(plainOf(flow) as FlowTold), attributes: http === undefined ? {} : httpOf(http) };
  const family = `${Math.floor(code / 100)}xx`;
  const severity = code >= 500 ? "error" : code >= 400 ? "warning" : "info";
  const latency = asNumber(Number(layer7["latency_ns"]));
  const attributes = present({
    ...httpOf(http),
    status: code,
    latencyMs: latency === undefined || latency === 0 ? undefined : Math.round(latency / 1e6),
  });
  return { type: `network.http.${family}`, severity, says: `HTTP ${code}`, attributes };
}

function dnsOf(dns: JsonObject): FlowTold {
  const number = asNumber(dns["rcode"]) ?? 0;
  const rcode = RCODES[number] ?? `rcode-${number}`;
  const query = asText(dns["query"])?.replace(/\.$/, "");
  return {
    type: `network.dns.${rcode}`,
    severity: number === 0 ? "info" : "warning",
    says: `DNS ${query ?? ""} ${rcode.toUpperCase()}`,
    attributes: present({ query, rcode: rcode.toUpperCase(), ips: textsOf(dns["ips"]) }),
  };
}

function httpOf(http: JsonObject): Readonly<Record<string, unknown>> {
  return present({ method: asText(http["method"]), url: asText(http["url"])?.split("?")[0] });
}

function dropReasonOf(flow: JsonObject): string | undefined {
  const named = asText(flow["drop_reason_desc"]);
  if (named !== undefined && named !== "DROP_REASON_UNKNOWN") return named;
  const number = asNumber(flow["drop_reason"]);
  return number === undefined || number === 0 ? undefined : (DROP_REASONS[number] ?? `REASON_${number}`);
}

function sayReason(flow: JsonObject): string {
  const reason = dropReasonOf(flow);
  return reason === undefined ? "" : ` (${reason})`;
}

interface Layer4 {
  readonly protocol: string | undefined;
  readonly port: number | undefined;
  readonly sourcePort: number | undefined;
  readonly flags: readonly string[];
}

function layer4Of(flow: JsonObject): Layer4 {
  const [protocol, body] = Object.entries(asObject(flow["l4"]) ?? {})[0] ?? [];
  const layer4 = asObject(body);
  const flags = Object.entries(asObject(layer4?.["flags"]) ?? {}).flatMap(([flag, set]) =>
    set === true ? [flag] : [],
  );
  return {
    protocol,
    port: asNumber(layer4?.["destination_port"]),
    sourcePort: asNumber(layer4?.["source_port"]),
    flags,
  };
}

type Side = "source" | "destination";

/** What stands at one end: a pod, a reserved identity such as the world, or an address. */
function endOf(flow: JsonObject, side: Side, reading: Reading): ObjectName {
  const end = asObject(flow[side]);
  const pod = asText(end?.["pod_name"]);
  const namespace = asText(end?.["namespace"]);
  if (pod !== undefined) {
    const about = { kind: "Pod", namespace, name: pod };
    const workload = workloadOf(flow, side);
    if (workload !== undefined) reading.memory.ownership.learnOwner(about, { ...workload, namespace });
    return about;
  }
  const reserved = textsOf(end?.["labels"])
    .find((label) => label.startsWith("reserved:"))
    ?.slice("reserved:".length);
  const address = asText(at(flow, "IP", side)) ?? "unknown";
  if (reserved === undefined || reserved === "unmanaged")
    return { kind: "Address", namespace: undefined, name: address };
  const kind = `${reserved.slice(0, 1).toUpperCase()}${reserved.slice(1)}`;
  return { kind, namespace: undefined, name: reserved === "world" ? address : reserved };
}

function workloadOf(flow: JsonObject, side: Side): { readonly kind: string; readonly name: string } | undefined {
  const workload = objectsOf(at(flow, side, "workloads"))[0];
  const kind = asText(workload?.["kind"]);
  const name = asText(workload?.["name"]);
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

function sayEnd({ namespace, name }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function targetsOf(flow: JsonObject, target: ObjectName, { memory }: Reading): readonly RelatedEntity[] {
  const { guessed: _guessed, ...top } = memory.ownership.topOf(target);
  const service = asText(at(flow, "destination_service", "name"));
  const namespace = asText(at(flow, "destination_service", "namespace"));
  return [
    { role: "target", ...target },
    ...(top.name === target.name && top.kind === target.kind ? [] : [{ role: "target", ...top }]),
    ...(service === undefined ? [] : [{ role: "target", kind: "Service", namespace, name: service }]),
  ];
}

/** The policies that refused a flow. */
function policiesOf(flow: JsonObject): readonly RelatedEntity[] {
  return [...objectsOf(flow["egress_denied_by"]), ...objectsOf(flow["ingress_denied_by"])].flatMap((policy) => {
    const name = asText(policy["name"]);
    const kind = asText(policy["kind"]) ?? "CiliumNetworkPolicy";
    return name === undefined ? [] : [{ role: "target", kind, namespace: asText(policy["namespace"]), name }];
  });
}
