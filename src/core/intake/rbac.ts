import type { RelatedEntity } from "../model/event.ts";
import { asObject, asText, type JsonObject, objectsOf } from "./json.ts";

/** The role and the subjects of a binding, as what it is about. */
export function bindingLinks(binding: JsonObject, namespace: string | undefined): readonly RelatedEntity[] {
  const role = roleOf(binding);
  const roles =
    role === undefined
      ? []
      : [{ role: "target", ...role, ...(role.kind === "Role" && namespace !== undefined ? { namespace } : {}) }];
  return [...roles, ...subjectsOf(binding).map((subject) => ({ role: "target", ...subject }))];
}

/** The role that a binding grants. */
export function roleOf(binding: JsonObject | undefined): { readonly kind: string; readonly name: string } | undefined {
  const reference = asObject(binding?.["roleRef"]);
  const kind = asText(reference?.["kind"]);
  const name = asText(reference?.["name"]);
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Whom a binding grants it to. */
export function subjectsOf(binding: JsonObject | undefined): readonly Subject[] {
  return objectsOf(binding?.["subjects"]).flatMap((subject): Subject[] => {
    const kind = asText(subject["kind"]);
    const name = asText(subject["name"]);
    const namespace = asText(subject["namespace"]);
    if (kind === undefined || name === undefined) return [];
    return [namespace === undefined ? { kind, name } : { kind, namespace, name }];
  });
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The user of a request as a related entity: a ServiceAccount where the name says so. */
export function subjectLink(user: string | undefined): readonly RelatedEntity[] {
  if (user === undefined) return [];
  const [, namespace, name] = SERVICE_ACCOUNT.exec(user) ?? [];
  if (namespace === undefined || name === undefined) return [{ role: "subject", kind: "User", name: user }];
  return [{ role: "subject", kind: "ServiceAccount", namespace, name }];
}
