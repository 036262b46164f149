import { endOfAlert, endTypeOfAlert } from "../../model/alert-end.ts";
import type { Decoded, Event, RelatedEntity, Severity } from "../../model/event.ts";
import { ownOf } from "../../model/own-of.ts";
import { foreignEvent, idOfParts, slug } from "../foreign-event.ts";
import { asObject, asText, type JsonObject, objectsOf, present } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";

/** Whether a payload is a notification of Alertmanager's webhook. */
export function isAlertmanager(value: JsonObject): boolean {
  const alerts = value["alerts"];
  return Array.isArray(alerts) && alerts.some((alert) => asObject(asObject(alert)?.["labels"]) !== undefined);
}

/** Alerts that fire always, to show that alerting works. */
const ALWAYS_ON = new Set(["Watchdog", "InfoInhibitor", "DeadMansSwitch", "DeadMansSnitch"]);

/** Decodes each alert of a notification; one that comes again is the same event. */
export function decodeAlertmanager(value: JsonObject, reading: Reading): Decoded {
  const events: Event[] = [];
  const leftOut: { outcome: "filtered" | "rejected"; reason: string; item: number }[] = [];
  for (const [place, alert] of objectsOf(value["alerts"]).entries()) {
    const item = place + 1;
    const labels = asObject(alert["labels"]) ?? {};
    const name = asText(labels["alertname"]) ?? "unnamed";
    const resolved = alert["status"] === "resolved";
    const time = writtenTime(resolved ? alert["endsAt"] : alert["startsAt"]) ?? writtenTime(alert["startsAt"]);
    if (ALWAYS_ON.has(name)) leftOut.push({ outcome: "filtered", reason: "an alert that always fires", item });
    else if (time === undefined) leftOut.push({ outcome: "rejected", reason: "alert: startsAt is no time", item });
    else events.push(tell({ alert, labels, name, resolved, time }, reading));
  }
  if (events.length === 0 && leftOut.length === 1 && leftOut[0] !== undefined) {
    return { outcome: leftOut[0].outcome, reason: leftOut[0].reason };
  }
  return leftOut.length === 0 ? { outcome: "events", events } : { outcome: "events", events, leftOut };
}

interface Alert {
  readonly alert: JsonObject;
  readonly labels: JsonObject;
  readonly name: string;
  readonly resolved: boolean;
  readonly time: Parameters<typeof foreignEvent>[0]["at"];
}

function tell({ alert, labels, name, resolved, time }: Alert, reading: Reading): Event {
  const annotations = asObject(alert["annotations"]) ?? {};
  const summary = asText(annotations["summary"]);
  const said = asText(annotations["description"]) ?? asText(annotations["message"]) ?? summary;
  const fingerprint = asText(alert["fingerprint"]) ?? idOfParts(labels);
  const { about, node } = entityOf(labels, name);
  const id = `${fingerprint}:${asText(alert["startsAt"]) ?? ""}`;
  const type = `alert.${slug(name)}`;
  return foreignEvent(
    {
      id: resolved ? endOfAlert(id) : id,
      at: time,
      source: "alert",
      type: resolved ? endTypeOfAlert(type) : type,
      severity: resolved ? "info" : severityOf(asText(labels["severity"])),
      reason: name,
      message: said ?? name,
      about,
      node,
      related: linksOf(labels, about),
      attributes: present({
        alertname: name,
        status: resolved ? "resolved" : "firing",
        labels,
        container: asText(labels["container"]),
        job: asText(labels["job"]),
        instance: asText(labels["instance"]),
        service: asText(labels["service"]),
        namespace: asText(labels["namespace"]),
        summary,
        runbook: asText(annotations["runbook_url"]) ?? asText(annotations["runbook"]),
      }),
    },
    reading,
  );
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: "critical",
  page: "critical",
  emergency: "critical",
  error: "error",
  major: "error",
  high: "error",
  warning: "warning",
  warn: "warning",
  minor: "warning",
  ticket: "warning",
};

function severityOf(label: string | undefined): Severity {
  return label === undefined ? "info" : (ownOf(SEVERITIES, label.toLowerCase()) ?? "info");
}

/** Labels that name what an alert is about, the telling ones first. */
const SUBJECTS: readonly (readonly [string, string])[] = [
  ["pod", "Pod"],
  ["pod_name", "Pod"],
  ["job_name", "Job"],
  ["cronjob", "CronJob"],
  ["deployment", "Deployment"],
  ["statefulset", "StatefulSet"],
  ["daemonset", "DaemonSet"],
  ["replicaset", "ReplicaSet"],
  ["persistentvolumeclaim", "PersistentVolumeClaim"],
  ["horizontalpodautoscaler", "HorizontalPodAutoscaler"],
  ["hpa", "HorizontalPodAutoscaler"],
  ["poddisruptionbudget", "PodDisruptionBudget"],
  ["resourcequota", "ResourceQuota"],
  ["node", "Node"],
  ["service", "Service"],
  ["instance", "Instance"],
  ["namespace", "Namespace"],
];

/** Kinds that live in no namespace. */
const CLUSTER_WIDE = new Set(["Node", "Namespace", "Instance", "Alert"]);

function entityOf(
  labels: JsonObject,
  alert: string,
): { readonly about: ObjectName; readonly node: string | undefined } {
  const namespace = asText(labels["namespace"]) ?? asText(labels["exported_namespace"]);
  const node = asText(labels["node"]);
  for (const [label, kind] of SUBJECTS) {
    const name = asText(labels[`exported_${label}`]) ?? asText(labels[label]);
    if (name === undefined) continue;
    return { about: { kind, namespace: CLUSTER_WIDE.has(kind) ? undefined : namespace, name }, node };
  }
  return { about: { kind: "Alert", namespace: undefined, name: alert }, node };
}

/** Kinds as kube-prometheus writes them in a label. */
const WORKLOADS = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" };

function linksOf(labels: JsonObject, about: ObjectName): readonly RelatedEntity[] {
  const owner = asText(labels["deployment"]) ?? asText(labels["workload"]);
  if (owner === undefined || about.kind !== "Pod") return [];
  const kind =
    asText(labels["deployment"]) !== undefined ? "Deployment" : (asText(labels["workload_type"]) ?? "Deployment");
  const known = ownOf(WORKLOADS, kind) ?? kind;
  return [{ role: "owner", kind: known, namespace: about.namespace, name: owner }];
}
