/** In front of the fields of a pod template, and of those of one of its containers. */
const PREFIX =
  /^(?:spec\.jobTemplate\.)?(?:spec\.template\.)?(?:metadata\.|spec\.)?(?:(?:init|ephemeral)?[cC]ontainers\[([^\]]*)\]\.)?/;

/** The short name of a field: `image` of `spec.template.spec.containers[app].image`. */
export function fieldName(path: string): string {
  const rest = path.replace(PREFIX, "");
  return /^[\w-]+/.exec(rest)?.[0] ?? rest;
}

/** A field as people say it: `image app`, `env[MODE] app`, `replicas`. */
export function fieldLabel(path: string): string {
  const container = PREFIX.exec(path)?.[1];
  const rest = path.replace(PREFIX, "");
  return container === undefined ? rest : `${rest} ${container}`;
}

/** The key of a ConfigMap or Secret that a path is of. */
export function dataKey(path: string): string | undefined {
  return /^(?:data|binaryData|stringData)\[(.*)\]$/.exec(path)?.[1];
}

/** Labels and annotations say least of what was changed: they are named last. */
export function isAside(path: string): boolean {
  return /(?:^|\.)(?:annotations|labels|matchLabels)\b/.test(path);
}
