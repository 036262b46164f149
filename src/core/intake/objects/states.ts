import type { Event, Severity } from "../../model/event.ts";
import { ownOf } from "../../model/own-of.ts";
import { asObject, asText, at, type JsonObject, objectsOf, present } from "../json.ts";
import { lastChange, type Teller, type WrittenTime, writtenTime } from "../kubernetes-object.ts";
import type { Reading } from "../reading.ts";

/** What one condition tells, before the parts that all have in common. */
interface State {
  readonly reason: string;
  readonly severity: Severity;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly because: string | undefined;
  /** Whether it came to this after the object was made, and was not so from the beginning. */
  readonly later: boolean;
}

type Judge = (condition: Condition) => State | undefined;

const SHOULD_BE_TRUE = new Set(
  (
    "Ready Available Established NamesAccepted Accepted ResolvedRefs Programmed Progressing Synced Healthy " +
    "Reconciled Released ScalingActive AbleToScale"
  ).split(" "),
);
const SHOULD_BE_FALSE =
  /Fail(?:ure|ed)|Pressure|Unavailable|Degraded|Stalled|Remaining|Deadlock|Problem|Terminating|Unhealthy/;

/** Kinds whose conditions mean something of their own; the others are judged by their conditions' names. */
const JUDGES: Readonly<Record<string, Judge>> = {
  Deployment: ({ type, status, because, later }) => {
    if (type === "Progressing" && status === "False") return { reason: because ?? "NotProgressing", severity: "error" };
    if (type === "Progressing" && because === "NewReplicaSetAvailable") return { reason: because, severity: "info" };
    if (type === "ReplicaFailure" && status === "True") return { reason: "ReplicaFailure", severity: "error" };
    if (type !== "Available") return undefined;
    if (status === "True") return { reason: "Available", severity: "info" };
    return later ? { reason: "Unavailable", severity: "warning" } : undefined;
  },
  ReplicaSet: ({ type, status }) =>
    type === "ReplicaFailure" && status === "True" ? { reason: "ReplicaFailure", severity: "error" } : undefined,
  Job: ({ type, status, because }) => {
    if (status !== "True") return undefined;
    if (type === "Failed") return { reason: because ?? "Failed", severity: "error" };
    return type === "Complete" || type === "Suspended" ? { reason: type, severity: "info" } : undefined;
  },
  Node: ({ type, status, later }) => {
    if (type === "Ready") {
      return status === "True" ? { reason: "Ready", severity: "info" } : { reason: "NotReady", severity: "error" };
    }
    if (status === "True") return { reason: type, severity: "warning" };
    return status === "False" && later ? { reason: `${type}Ended`, severity: "info" } : undefined;
  },
  HorizontalPodAutoscaler: ({ type, status, because }) => {
    if (type === "ScalingLimited") {
      return status === "True" && because === "TooManyReplicas" ? { reason: because, severity: "warning" } : undefined;
    }
    return status === "False" && because !== "ScalingDisabled"
      ? { reason: because ?? type, severity: "warning" }
      : undefined;
  },
  PersistentVolumeClaim: ({ type, status }) => (status === "True" ? { reason: type, severity: "info" } : undefined),
  Namespace: ({ type, status }) =>
    status === "True" ? { reason: type, severity: /Failure|Remaining/.test(type) ? "warning" : "info" } : undefined,
};

const byName: Judge = ({ type, status, because }) => {
  if (status === "False" && SHOULD_BE_TRUE.has(type)) return { reason: because ?? `Not${type}`, severity: "warning" };
  if (status === "True" && SHOULD_BE_FALSE.test(type)) return { reason: type, severity: "warning" };
  return undefined;
};

/** Whether an object has conditions, which tell of its state whatever its kind is. */
export function hasConditions(object: JsonObject): boolean {
  return conditionsOf(object).length !== 0;
}

function conditionsOf(object: JsonObject): readonly JsonObject[] {
  const status = asObject(object["status"]);
  const own = objectsOf(status?.["conditions"]);
  return own.length === 0 ? objectsOf(status?.["parents"]).flatMap((one) => objectsOf(one["conditions"])) : own;
}

/** What an object's conditions and phase tell, each transition once. */
export function stateEvents(object: JsonObject, teller: Teller, reading: Reading): Event[] {
  const metadata = asObject(object["metadata"]);
  const conditions = conditionsOf(object);
  const phase = asText(at(object, "status", "phase"));
  const key = asText(metadata?.["uid"]) ?? `${teller.name.kind}/${teller.name.namespace ?? ""}/${teller.name.name}`;
  const shown = stamp(conditions, phase, metadata);
  const told = reading.memory.states.get(key);
  if (shown === "" || told === shown) return [];
  reading.memory.states.set(key, shown);
  const created = writtenTime(metadata?.["creationTimestamp"]);
  const known = new Set(told?.split("\n"));
  const events = conditions.flatMap((condition) =>
    known.has(stampOf(condition)) ? [] : conditionEvents(condition, { teller, metadata, created }),
  );
  return [...events, ...phaseEvents(phase, known, { teller, metadata })];
}

function stamp(conditions: readonly JsonObject[], phase: string | undefined, metadata: JsonObject | undefined): string {
  const lines = conditions.map(stampOf);
  if (phase !== undefined) lines.push(`phase ${phase}`);
  if (metadata?.["deletionTimestamp"] !== undefined) lines.push("deleting");
  return lines.join("\n");
}

function stampOf({ type, status, reason, lastTransitionTime }: JsonObject): string {
  return `${type} ${status} ${reason} ${lastTransitionTime}`;
}

interface About {
  readonly teller: Teller;
  readonly metadata: JsonObject | undefined;
  readonly created?: WrittenTime | undefined;
}

/** A condition that came within this of the object's creation was so from the beginning. */
const BEGINNING_MS = 1000;

function conditionEvents(condition: JsonObject, { teller, metadata, created }: About): Event[] {
  const type = asText(condition["type"]);
  const status = asText(condition["status"]);
  const time = writtenTime(condition["lastTransitionTime"]) ?? lastChange(metadata, []);
  if (type === undefined || status === undefined || time === undefined) return [];
  // A roll-out's progress changes its reason without a transition: its update is when it came.
  const updated = writtenTime(condition["lastUpdateTime"]) ?? time;
  const because = asText(condition["reason"]);
  const later = created !== undefined && created.ms + BEGINNING_MS < time.ms;
  const state = (ownOf(JUDGES, teller.name.kind) ?? byName)({ type, status, because, later });
  if (state === undefined) return [];
  const moment = type === "Progressing" ? updated : time;
  const what = `${type}:${state.reason}:${moment.text}`;
  const message = asText(condition["message"]);
  return [
    teller.tell({ ...state, what, at: moment, message, attributes: present({ condition: type, status, because }) }),
  ];
}

const PHASES: Readonly<Record<string, Readonly<Record<string, Severity>>>> = {
  PersistentVolumeClaim: { Pending: "info", Bound: "info", Lost: "error" },
  PersistentVolume: { Failed: "error", Released: "info" },
  Namespace: { Terminating: "info" },
};

function phaseEvents(phase: string | undefined, known: ReadonlySet<string>, { teller, metadata }: About): Event[] {
  const severity = phase === undefined ? undefined : ownOf(ownOf(PHASES, teller.name.kind) ?? {}, phase);
  const time = writtenTime(metadata?.["deletionTimestamp"]) ?? lastChange(metadata, []);
  if (phase === undefined || severity === undefined || time === undefined || known.has(`phase ${phase}`)) return [];
  const attributes = { condition: "phase", status: phase };
  return [teller.tell({ what: `phase:${phase}`, at: time, reason: phase, severity, attributes })];
}
