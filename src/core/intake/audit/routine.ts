/** A request, as far as it must be known to call it routine. */
export interface Request {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly code: number | undefined;
  /** Path of the URL, where the request names no resource. */
  readonly path: string | undefined;
}

const SYSTEM_USER = /^system:(?:node:|kube-|apiserver|serviceaccount:kube-system:|cloud-controller-manager|aggregator)/;

/** Whether a user is a part of Kubernetes itself. */
export function isSystemUser(user: string): boolean {
  return SYSTEM_USER.test(user);
}

const READS = new Set(["get", "list", "watch"]);
const OWN_SUBRESOURCES = new Set(["status", "binding", "finalize", "approval"]);
const OWN_RESOURCES = new Set([
  "leases",
  "events",
  "endpoints",
  "endpointslices",
  "tokenreviews",
  "subjectaccessreviews",
  "selfsubjectaccessreviews",
  "csinodes",
  "controllerrevisions",
]);
const PUBLIC_PAGES = /^\/(?:healthz|livez|readyz|version|openapi|metrics|api|apis|swagger[^/]*|\.well-known)(?:\/|$)/;

/** Why a request is no news; `undefined` where it is. A denial always is. */
export function routineReason({ user, verb, resource, subresource, code, path }: Request): string | undefined {
  const answered = code === undefined || code < 400 || code === 409 || code === 404;
  if (!answered) return undefined;
  const read = READS.has(verb) || verb === "head";
  if (path !== undefined) {
    return read && PUBLIC_PAGES.test(path) ? "a read of the API's own pages that succeeded" : undefined;
  }
  if (!isSystemUser(user)) return undefined;
  if (read && subresource !== "exec" && subresource !== "attach")
    return "a read of a system account that was not denied";
  if (subresource !== undefined && OWN_SUBRESOURCES.has(subresource)) return "a status write of a system account";
  if (OWN_RESOURCES.has(resource) || (resource === "serviceaccounts" && subresource === "token")) {
    return "a write of a system account to what it keeps for itself";
  }
  return undefined;
}
