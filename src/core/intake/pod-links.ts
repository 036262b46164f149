import type { RelatedEntity } from "../model/event.ts";
import { asList, asNumber, asObject, asText, type JsonObject, objectsOf } from "./json.ts";

/** What a pod's spec says of others: the node it runs on, what it mounts, serves and calls. */
export function podLinks(namespace: string | undefined, object: JsonObject): readonly RelatedEntity[] {
  const spec = asObject(object["spec"]);
  if (spec === undefined) return [];
  const containers = [...objectsOf(spec["initContainers"]), ...objectsOf(spec["containers"])];
  const node = asText(spec["nodeName"]);
  const links = [
    ...(node === undefined ? [] : [{ role: "node", kind: "Node", name: node }]),
    ...mounts(namespace, spec, containers),
    ...addresses(namespace, object, containers),
  ];
  return links.slice(0, LINKS_MAX);
}

/** A pod names a handful of others; one that names more is made up. */
const LINKS_MAX = 100;

function mounts(namespace: string | undefined, spec: JsonObject, containers: readonly JsonObject[]): RelatedEntity[] {
  const found = new Map<string, RelatedEntity>();
  const add = (kind: string, name: unknown): void => {
    const text = asText(name);
    if (text !== undefined) found.set(`${kind}/${text}`, { role: "mounts", kind, namespace, name: text });
  };
  const volumes = objectsOf(spec["volumes"]);
  for (const source of [...volumes, ...volumes.flatMap((one) => objectsOf(asObject(one["projected"])?.["sources"]))]) {
    add("ConfigMap", asObject(source["configMap"])?.["name"]);
    const secret = asObject(source["secret"]);
    add("Secret", secret?.["secretName"] ?? secret?.["name"]);
    add("PersistentVolumeClaim", asObject(source["persistentVolumeClaim"])?.["claimName"]);
  }
  for (const container of containers) {
    for (const from of objectsOf(container["envFrom"])) {
      add("ConfigMap", asObject(from["configMapRef"])?.["name"]);
      add("Secret", asObject(from["secretRef"])?.["name"]);
    }
    for (const variable of objectsOf(container["env"])) {
      const from = asObject(variable["valueFrom"]);
      add("ConfigMap", asObject(from?.["configMapKeyRef"])?.["name"]);
      add("Secret", asObject(from?.["secretKeyRef"])?.["name"]);
    }
  }
  for (const pull of objectsOf(spec["imagePullSecrets"])) add("Secret", pull["name"]);
  return [...found.values()];
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+)$/;
const ANY_HOST = new Set(["0.0.0.0", "[::]", ""]);

/**
 * `host:port` in a command or an environment value, after a scheme and credentials or alone. The
 * credentials are passed over, never kept.
 */
const ADDRESS =
  /(?:([a-z][a-z0-9+.-]*):\/\/(?:[^\s/@]*@)?)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(\d{2,5})(?![\w.:])/g;

interface Surroundings {
  readonly namespace: string | undefined;
  /** Prefix that makes a loopback address one of its node's; `undefined` where it is the pod's own. */
  readonly loopbackOf: string | undefined;
  readonly podIp: string | undefined;
  readonly ownPorts: ReadonlySet<number>;
}

/** The addresses a pod serves (role `service`) and those that it calls (role `target`). */
function addresses(
  namespace: string | undefined,
  object: JsonObject,
  containers: readonly JsonObject[],
): RelatedEntity[] {
  const spec = asObject(object["spec"]);
  const podIp = asText(asObject(object["status"])?.["podIP"]);
  const onHost = spec?.["hostNetwork"] === true;
  const node = asText(spec?.["nodeName"]);
  const loopbackOf = onHost && node !== undefined ? `${node}/` : undefined;
  const around = { namespace, loopbackOf, podIp, ownPorts: new Set(containers.flatMap(portsOf)) };
  const found = new Map<string, RelatedEntity>();
  const add = (link: RelatedEntity | undefined): void => {
    const key = `${link?.kind}/${link?.namespace ?? ""}/${link?.name}`;
    // What a pod serves it may also name in its own settings; that makes it no caller of itself.
    if (link !== undefined && (link.role === "service" || !found.has(key))) found.set(key, link);
  };
  for (const port of around.ownPorts) {
    if (podIp !== undefined) add(address("service", `${podIp}:${port}`));
    if (loopbackOf !== undefined) add(address("service", `${loopbackOf}127.0.0.1:${port}`));
  }
  for (const text of containers.flatMap(textsOf)) {
    for (const [, scheme, host = "", port = ""] of text.slice(0, TEXT_MAX).matchAll(ADDRESS)) {
      add(linkOf({ scheme, host: host.toLowerCase(), port: Number(port) }, around));
    }
  }
  return [...found.values()];
}

/** Longer values are files, not addresses. */
const TEXT_MAX = 4_096;

function textsOf(container: JsonObject): string[] {
  const values = objectsOf(container["env"]).map((variable) => variable["value"]);
  return [...asList(container["command"]), ...asList(container["args"]), ...values].flatMap(
    (text) => asText(text) ?? [],
  );
}

function portsOf(container: JsonObject): number[] {
  const declared = objectsOf(container["ports"]).map((port) => port["containerPort"]);
  const probed = ["readinessProbe", "livenessProbe", "startupProbe"].flatMap((name) => {
    const probe = asObject(container[name]);
    return ["httpGet", "tcpSocket", "grpc"].map((by) => asObject(probe?.[by])?.["port"]);
  });
  return [...declared, ...probed].flatMap((port) => asNumber(port) ?? []);
}

interface Address {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly port: number;
}

function linkOf({ scheme, host, port }: Address, around: Surroundings): RelatedEntity | undefined {
  const own = around.ownPorts.has(port);
  if (LOOPBACK.test(host) || ANY_HOST.has(host)) {
    if (around.loopbackOf === undefined) return undefined;
    return address(own ? "service" : "target", `${around.loopbackOf}127.0.0.1:${port}`);
  }
  if (host === around.podIp && own) return undefined;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return address("target", `${host}:${port}`);
  const [name = "", namespace, svc] = host.split(".");
  if (namespace !== undefined && svc !== "svc") return address("target", `${host}:${port}`);
  // A bare word with a port is a Service, unless it is a word such as an image's tag.
  if (namespace === undefined && scheme === undefined && !/^[a-z]/.test(name)) return undefined;
  return { role: "target", kind: "Service", namespace: namespace ?? around.namespace, name };
}

function address(role: string, name: string): RelatedEntity {
  return { role, kind: "Address", name };
}
