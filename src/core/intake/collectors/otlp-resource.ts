import type { RelatedEntity } from "../../model/event.ts";
import { asText } from "../json.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";
import type { Fields } from "./otlp-values.ts";

/** What sends telemetry: a pod or workload where the resource says so, else the service or the host. */
export interface Emitter {
  readonly about: ObjectName;
  readonly uid: string | undefined;
  readonly node: string | undefined;
  readonly service: string | undefined;
  readonly related: readonly RelatedEntity[];
  /** What a record says that it called. */
  peersIn(fields: Fields): readonly RelatedEntity[];
}

const WORKLOADS: readonly (readonly [string, string])[] = [
  ["k8s.deployment.name", "Deployment"],
  ["k8s.statefulset.name", "StatefulSet"],
  ["k8s.daemonset.name", "DaemonSet"],
  ["k8s.cronjob.name", "CronJob"],
  ["k8s.job.name", "Job"],
];

/** Reads an OTLP resource, and learns from it whom a pod belongs to. */
export function emitterOf(fields: Fields, { memory }: Reading): Emitter {
  const namespace = asText(fields["k8s.namespace.name"]) ?? asText(fields["service.namespace"]);
  const service = asText(fields["service.name"]);
  const pod = asText(fields["k8s.pod.name"]);
  const workload = WORKLOADS.flatMap(([field, kind]) => {
    const name = asText(fields[field]);
    return name === undefined ? [] : [{ kind, namespace, name }];
  })[0];
  const inPod = pod === undefined ? undefined : { kind: "Pod", namespace, name: pod };
  if (inPod !== undefined && workload !== undefined) memory.ownership.learnOwner(inPod, workload);
  const bare = service === undefined ? hostOf(fields) : { kind: "Service", namespace, name: service };
  const about = inPod ?? workload ?? bare;
  return {
    about,
    uid: inPod === undefined ? undefined : asText(fields["k8s.pod.uid"]),
    node: asText(fields["k8s.node.name"]),
    service,
    related:
      service === undefined || about === bare ? [] : [{ role: "service", kind: "Service", namespace, name: service }],
    peersIn: (record) => peers(record, namespace),
  };
}

function hostOf(fields: Fields): ObjectName {
  return { kind: "Node", namespace: undefined, name: asText(fields["host.name"]) ?? "unknown" };
}

function peers(fields: Fields, namespace: string | undefined): readonly RelatedEntity[] {
  const named = fields["peer.service"] ?? fields["server.address"] ?? fields["net.peer.name"];
  if (typeof named !== "string" || named === "") return [];
  const [name = named, space, svc] = named.split(".");
  if (/^\d+(?:\.\d+){3}$/.test(named)) return [{ role: "target", kind: "Address", name: named }];
  if (space !== undefined && svc !== "svc") return [{ role: "target", kind: "Address", name: named }];
  return [{ role: "target", kind: "Service", namespace: space ?? namespace, name }];
}
