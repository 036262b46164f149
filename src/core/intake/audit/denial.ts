/** Who or what refused a request, as far as its answer says. */
export interface Denial {
  readonly deniedBy: string;
  readonly webhook?: string;
  readonly policyName?: string;
  readonly quota?: string;
}

/** Fragments of the API server's answers, the telling ones first. */
const DENIALS: readonly (readonly [RegExp, string, keyof Denial | undefined])[] = [
  [/failed calling webhook "([^"]+)"/, "webhook-error", "webhook"],
  [/admission webhook "([^"]+)" denied/, "webhook", "webhook"],
  [/ValidatingAdmissionPolicy '([^']+)'/, "policy", "policyName"],
  [/violates PodSecurity "([^"]+)"/, "pod-security", "policyName"],
  [/exceeded quota: ([^,\s]+)/, "quota", "quota"],
  [/failed quota: ([^:\s]+)/, "quota", "quota"],
  [/(?:maximum|minimum) \S+ usage per|max limit to request ratio/, "limits", undefined],
  [/error looking up service account|serviceaccount "?[^"\s]*"? not found/i, "service-account", undefined],
  [/because it is being terminated|namespace is being terminated/, "namespace", undefined],
  [/violate the pod's disruption budget/, "disruption-budget", undefined],
  [
    /User "[^"]*" cannot |cannot \S+ (?:resource|path)|is not allowed to|attempting to grant RBAC permissions/,
    "rbac",
    undefined,
  ],
];

/** Tells who refused; `undefined` for an answer that refuses nothing. */
export function denialOf(
  code: number | undefined,
  message: string | undefined,
  decision: string | undefined,
): Denial | undefined {
  if (code === undefined || code < 400) return undefined;
  if (code === 401) return { deniedBy: "authentication" };
  if (code === 404 || code === 409) return undefined;
  for (const [pattern, deniedBy, named] of DENIALS) {
    const found = message === undefined ? null : pattern.exec(message);
    if (found === null) continue;
    return named === undefined || found[1] === undefined ? { deniedBy } : { deniedBy, [named]: found[1] };
  }
  if (decision === "forbid") return { deniedBy: "rbac" };
  return { deniedBy: code === 422 || code === 400 ? "invalid" : "other" };
}
