/**
 * The type of a Kubernetes event, derived from its object's kind and its reason (contract.md §2):
 * `k8s.<kind>.<reason>`, lower case, the kind's name cut from the front of the reason.
 * `Pod` + `OOMKilled` → `k8s.pod.oomkilled`, `Node` + `NodeNotReady` → `k8s.node.notready`.
 */
export function kubernetesType(kind: string, reason: string): string {
  const cut = reason.startsWith(kind) && kind.length < reason.length ? reason.slice(kind.length) : reason;
  return `k8s.${word(kind)}.${word(cut)}`;
}

function word(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "unknown"
  );
}
