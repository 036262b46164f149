import { asList, asNumber, asObject, asText, at, type JsonObject, objectsOf, present, textsOf } from "../json.ts";
import { roleOf, subjectsOf } from "../rbac.ts";
import { isSecretName } from "../secrets/secret-names.ts";

/** What somebody asked for: the parts of a request's object that rules ask about, and never a value of a Secret. */
export function requestAttributes(object: JsonObject | undefined, resource: string): Readonly<Record<string, unknown>> {
  if (object === undefined) return {};
  const spec = asObject(object["spec"]);
  const pod =
    resource === "pods"
      ? spec
      : asObject(at(spec, "template", "spec") ?? at(spec, "jobTemplate", "spec", "template", "spec"));
  return {
    ...(pod === undefined ? {} : podAttributes(pod)),
    ...bindingAttributes(object),
    ...(resource === "roles" || resource === "clusterroles" ? roleAttributes(object) : {}),
    ...(resource === "configmaps" || resource === "secrets" ? keyAttributes(object, resource) : {}),
    ...present({
      serviceType: resource === "services" ? asText(spec?.["type"]) : undefined,
      replicas: asNumber(spec?.["replicas"]),
      unschedulable: resource === "nodes" && spec?.["unschedulable"] === true ? true : undefined,
    }),
  };
}

function podAttributes(pod: JsonObject): Readonly<Record<string, unknown>> {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((field) => objectsOf(pod[field]));
  const contexts = [asObject(pod["securityContext"]), ...containers.map((one) => asObject(one["securityContext"]))];
  const some = (test: (context: JsonObject) => boolean): boolean | undefined =>
    contexts.some((context) => context !== undefined && test(context)) || undefined;
  const hostPath = objectsOf(pod["volumes"]).flatMap((volume) => asText(at(volume, "hostPath", "path")) ?? []);
  const capabilities = contexts.flatMap((context) => textsOf(at(context, "capabilities", "add")));
  const flags = {
    privileged: some((context) => context["privileged"] === true),
    hostPID: pod["hostPID"] === true || undefined,
    hostNetwork: pod["hostNetwork"] === true || undefined,
    hostIPC: pod["hostIPC"] === true || undefined,
    hostPath: hostPath.length === 0 ? undefined : hostPath,
    capabilities: capabilities.length === 0 ? undefined : capabilities,
    runAsRoot: some((context) => context["runAsUser"] === 0),
    allowPrivilegeEscalation: some((context) => context["allowPrivilegeEscalation"] === true),
  };
  const risky = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const images = containers.flatMap((one) => asText(one["image"]) ?? []);
  return present({ images, risky, ...flags });
}

function bindingAttributes(object: JsonObject): Readonly<Record<string, unknown>> {
  const role = roleOf(object);
  if (role === undefined) return {};
  const subjects = subjectsOf(object).map(({ kind, namespace, name }) =>
    namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
  );
  return present({ role: `${role.kind}/${role.name}`, roleName: role.name, subjects });
}

const GRANTS_MAX = 30;

function roleAttributes(object: JsonObject): Readonly<Record<string, unknown>> {
  const grants = objectsOf(object["rules"]).flatMap((rule) => {
    const resources = [...textsOf(rule["resources"]), ...textsOf(rule["nonResourceURLs"])];
    return textsOf(rule["verbs"]).flatMap((verb) => resources.map((resource) => `${verb} ${resource}`));
  });
  const wildcard = grants.some((grant) => grant.startsWith("* ") || grant.endsWith(" *")) || undefined;
  return present({ wildcard, grants: grants.slice(0, GRANTS_MAX) });
}

function keyAttributes(object: JsonObject, resource: string): Readonly<Record<string, unknown>> {
  const keys = ["data", "stringData", "binaryData"].flatMap((field) => Object.keys(asObject(object[field]) ?? {}));
  return present({ keys, sensitiveKeys: resource === "configmaps" ? keys.filter(isSecretName) : undefined });
}

const PATCHED_MAX = 30;
const DEPTH_MAX = 12;

/** The paths that a patch touches, in dots; never what it writes there. */
export function patchedPaths(patch: unknown): string[] {
  const paths: string[] = [];
  if (Array.isArray(patch)) {
    for (const step of asList(patch)) {
      const path = asText(asObject(step)?.["path"]);
      if (path !== undefined)
        paths.push(path.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~"));
    }
  } else collectPaths(asObject(patch), "", 0, paths);
  return paths.slice(0, PATCHED_MAX);
}

/** What an apply writes besides: it names the object, and changes nothing. */
const NAMING = /^(?:kind|apiVersion|metadata\.(?:name|namespace|uid|resourceVersion|creationTimestamp)|\$.*)$/;

function collectPaths(value: JsonObject | undefined, path: string, depth: number, paths: string[]): void {
  for (const key in value) {
    if (PATCHED_MAX <= paths.length) return;
    const here = path === "" ? key : `${path}.${key}`;
    if (NAMING.test(here) || key.startsWith("$")) continue;
    const inner = asObject(value[key]);
    if (inner === undefined || DEPTH_MAX <= depth || Object.keys(inner).length === 0) paths.push(here);
    else collectPaths(inner, here, depth + 1, paths);
  }
}
