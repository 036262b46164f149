import { ownOf } from "../../model/own-of.ts";
import { shortHash } from "../../model/short-hash.ts";
import { asList, asObject, asText, type JsonObject, nestsDeeper } from "../json.ts";
import { maskText } from "../secrets/mask.ts";
import { isSecretName } from "../secrets/secret-names.ts";

/** The fields of each kind that break things when they change; `spec` alone where nothing else is said. */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec"],
  StatefulSet: ["spec"],
  DaemonSet: ["spec"],
  ReplicaSet: ["spec"],
  CronJob: ["spec"],
  Job: ["spec"],
  ConfigMap: ["data", "binaryData"],
  Secret: ["type", "data", "stringData"],
  Service: ["spec"],
  NetworkPolicy: ["spec"],
  CiliumNetworkPolicy: ["spec"],
  CiliumClusterwideNetworkPolicy: ["spec"],
  Ingress: ["spec"],
  HorizontalPodAutoscaler: ["spec"],
  PersistentVolumeClaim: ["spec"],
  PodDisruptionBudget: ["spec"],
  ResourceQuota: ["spec"],
  LimitRange: ["spec"],
  Role: ["rules"],
  ClusterRole: ["rules", "aggregationRule"],
  RoleBinding: ["roleRef", "subjects"],
  ClusterRoleBinding: ["roleRef", "subjects"],
  CustomResourceDefinition: ["spec"],
  ValidatingWebhookConfiguration: ["webhooks"],
  MutatingWebhookConfiguration: ["webhooks"],
  ValidatingAdmissionPolicy: ["spec"],
  ServiceAccount: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
  Node: ["spec"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  PriorityClass: ["value", "globalDefault", "preemptionPolicy"],
  Namespace: [],
};

/** Whether the versions of objects of this kind are compared. */
export function isCompared(kind: string): boolean {
  return Object.hasOwn(ROOTS, kind);
}

/** What controllers fill in by themselves: no change that anybody made. */
const FILLED_IN: Readonly<Record<string, RegExp>> = {
  PersistentVolumeClaim: /^spec\.volumeName$/,
  Node: /^spec\.(?:podCIDR|podCIDRs|providerID)\b|^spec\.taints\[node\.(?:kubernetes|cloudprovider)\.(?:io|kubernetes\.io)\/|^spec\.taints\[.*timeAdded$/,
  Service: /^spec\.(?:clusterIPs?|ipFamilies|ipFamilyPolicy|healthCheckNodePort)\b/,
  Job: /^spec\.(?:selector|template\.metadata\.labels)\b/,
  ReplicaSet: /^spec\.(?!replicas$)/,
};

/** More fields than this are made up, or a schema; what comes after them is one field. */
const FIELDS_MAX = 600;
const DEPTH_MAX = 16;
const SCHEMA_DEPTH_MAX = 200;

const FIELD = "\u0001";
const VALUE = "\u0002";
/** What follows it in a value is its digest: compared, never shown. */
const DIGEST = "\u0003";

function withoutMarks(text: string): string {
  return text.replaceAll(FIELD, " ").replaceAll(VALUE, " ").replaceAll(DIGEST, " ");
}

/** Flattens the fields that matter into one text: equal for equal fields, without managed fields and status. */
export function flattenFields(kind: string, object: JsonObject): string {
  const walk = new Walk(ownOf(FILLED_IN, kind), kind === "Secret");
  for (const root of ownOf(ROOTS, kind) ?? []) walk.visit(root, object[root], 0);
  if (kind === "Namespace") walk.visit("metadata.labels", asObject(object["metadata"])?.["labels"], 0);
  return walk.lines.join(FIELD);
}

/** The fields of a flattened text, by their paths. */
export function readFields(flat: string): ReadonlyMap<string, string> {
  if (flat === "") return new Map();
  return new Map(
    flat.split(FIELD).map((line) => {
      const end = line.indexOf(VALUE);
      return [line.slice(0, end), line.slice(end + 1)] as const;
    }),
  );
}

/** What of a flattened value may be shown. */
export function shownValue(value: string): string {
  const end = value.indexOf(DIGEST);
  return end < 0 ? value : value.slice(0, end);
}

/** Maps whose keys are the user's own. */
const DATA = /^(?:data|binaryData|stringData)$/;

class Walk {
  readonly lines: string[] = [];
  readonly #skip: RegExp | undefined;
  readonly #hidden: boolean;

  constructor(skip: RegExp | undefined, hidden: boolean) {
    this.#skip = skip;
    this.#hidden = hidden;
  }

  visit(path: string, value: unknown, depth: number): void {
    if (value === undefined || value === null || FIELDS_MAX <= this.lines.length || DEPTH_MAX < depth) return;
    if (this.#skip?.test(path) === true) return;
    const object = asObject(value);
    if (Array.isArray(value)) this.#list(path, value, depth);
    else if (object === undefined) this.#leaf(path, String(value));
    else for (const key in object) this.#entry(path, key, object[key], depth);
  }

  #entry(path: string, key: string, value: unknown, depth: number): void {
    if (key === "openAPIV3Schema" || key === "caBundle") this.#digest(join(path, key), value);
    else this.visit(DATA.test(path) ? `${path}[${key}]` : join(path, key), value, depth + 1);
  }

  #list(path: string, list: readonly unknown[], depth: number): void {
    if (list.length === 0) return;
    if (!list.some((item) => typeof item === "object")) {
      this.#leaf(path, list.join(" "));
      return;
    }
    for (const [place, item] of list.entries()) {
      const object = asObject(item);
      const at = `${path}[${object === undefined ? place : (nameIn(object) ?? place)}]`;
      const compact = object === undefined ? undefined : compactOf(path, object);
      if (compact === undefined) this.visit(at, item, depth + 1);
      else if (this.#skip?.test(at) !== true) this.#leaf(at, compact);
    }
  }

  #leaf(path: string, text: string): void {
    const clean = withoutMarks(text);
    const hidden = (this.#hidden && path !== "type") || namesSecret(path, clean);
    const masked = hidden ? "(hidden)" : maskText(clean.slice(0, SHOWN_MAX));
    const digest = masked === clean ? "" : `${DIGEST}${digestOf(clean)}`;
    this.lines.push(`${withoutMarks(path)}${VALUE}${masked}${digest}`);
  }

  #digest(path: string, value: unknown): void {
    const text = nestsDeeper(value, SCHEMA_DEPTH_MAX) ? "" : (JSON.stringify(value) ?? "");
    this.lines.push(`${path}${VALUE}(long)${DIGEST}${digestOf(text)}`);
  }
}

/** A longer value is a file: its beginning is enough to compare lines, its digest tells the rest. */
const SHOWN_MAX = 600;

function join(path: string, key: string): string {
  return /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${key}]`;
}

/** Names that users choose: a variable, a key, an annotation, a parameter. */
const CHOSEN_NAME = /(?:(?:\.env|^data|annotations|parameters)\[([^\]]*)\]|(?:annotations|parameters)\.([\w-]+))$/;

/** Whether a value is a credential by its name, and not merely says where one is kept. */
function namesSecret(path: string, value: string): boolean {
  const [, bracketed, dotted] = CHOSEN_NAME.exec(path) ?? [];
  const name = bracketed ?? dotted;
  return name !== undefined && isSecretName(name) && !value.startsWith("from ");
}

/** The name by which people know an element of a list. */
function nameIn(object: JsonObject): string | undefined {
  for (const key of ["name", "key", "mountPath", "containerPort", "port", "host", "path", "topologyKey"]) {
    const value = object[key];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

/** One text for an element that is read as a whole: an environment variable, a role's rule, a subject. */
function compactOf(path: string, object: JsonObject): string | undefined {
  // An empty rule of a policy allows everything: it must not look like none.
  if (Object.keys(object).length === 0) return "{}";
  if (path.endsWith(".env")) {
    const from = Object.entries(asObject(object["valueFrom"]) ?? {})[0];
    if (from === undefined) return asText(object["value"]) ?? "";
    const source = asObject(from[1]);
    return `from ${from[0].replace("KeyRef", "")} ${[source?.["name"], source?.["key"] ?? source?.["fieldPath"]].join("/")}`;
  }
  if (path === "rules") {
    const words = (key: string): string => asList(object[key]).join(",");
    return `${words("verbs")} ${words("resources") || words("nonResourceURLs")} ${words("resourceNames")}`.trim();
  }
  if (path === "subjects")
    return `${object["kind"]} ${[object["namespace"], object["name"]].filter(Boolean).join("/")}`;
  if (path.endsWith(".taints")) return `${asText(object["value"]) ?? ""}:${asText(object["effect"]) ?? ""}`;
  return undefined;
}

/** A short hash with the length: tells two values apart, and gives neither away. */
function digestOf(text: string): string {
  return `${(shortHash(text) >>> 0).toString(36)}.${text.length}`;
}
