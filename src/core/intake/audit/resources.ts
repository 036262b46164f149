/** Kinds whose resource is not simply their name in lower case with an `s`. */
const KINDS =
  "Pod Node Namespace Service Endpoints Event ConfigMap Secret ServiceAccount PersistentVolume PersistentVolumeClaim " +
  "ReplicationController ResourceQuota LimitRange PodTemplate Deployment ReplicaSet StatefulSet DaemonSet " +
  "ControllerRevision Job CronJob HorizontalPodAutoscaler PodDisruptionBudget Ingress IngressClass NetworkPolicy " +
  "EndpointSlice Role RoleBinding ClusterRole ClusterRoleBinding StorageClass VolumeAttachment CSIDriver CSINode " +
  "CSIStorageCapacity CustomResourceDefinition APIService PriorityClass RuntimeClass Lease " +
  "ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy " +
  "ValidatingAdmissionPolicyBinding CertificateSigningRequest TokenReview TokenRequest SubjectAccessReview " +
  "SelfSubjectAccessReview SelfSubjectRulesReview LocalSubjectAccessReview FlowSchema PriorityLevelConfiguration " +
  "ResourceClaim ResourceClaimTemplate DeviceClass ComponentStatus PodSecurityPolicy PeerAuthentication " +
  "AuthorizationPolicy VirtualService DestinationRule Gateway GatewayClass HTTPRoute GRPCRoute " +
  "CiliumNetworkPolicy CiliumClusterwideNetworkPolicy ClusterPolicy HelmRelease Kustomization GitRepository " +
  "Application ApplicationSet Certificate CertificateRequest ClusterIssuer Issuer ServiceMonitor PodMonitor";

const BY_RESOURCE: ReadonlyMap<string, string> = new Map(KINDS.split(" ").map((kind) => [pluralOf(kind), kind]));

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (/(?:s|x|ch)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The kind of a resource: `networkpolicies` → `NetworkPolicy`; of one nobody knows its name, singular, capitalised. */
export function kindOfResource(resource: string): string {
  const known = BY_RESOURCE.get(resource);
  if (known !== undefined) return known;
  const single = resource
    .replace(/ies$/, "y")
    .replace(/(s|x|ch)es$/, "$1")
    .replace(/([^s])s$/, "$1");
  return `${single.slice(0, 1).toUpperCase()}${single.slice(1)}`;
}
