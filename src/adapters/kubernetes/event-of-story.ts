import type { Story } from "../../core/model/story.ts";
import { type EpochMs, formatTime, parseTime } from "../../core/model/time.ts";

/** Who reports: tapio reads no Event that carries this name, so that no story feeds on itself. */
const REPORTER = "tapio.dev/correlator";
/** What the API server allows. */
const MESSAGE_MAX = 1_024;
const REASON_MAX = 128;
/** Namespace of the Events of what has none itself. */
const CLUSTER_NAMESPACE = "default";

/** An Event of core/v1, as far as it is written. */
export interface KubernetesEvent {
  readonly apiVersion: "v1";
  readonly kind: "Event";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly involvedObject: Readonly<Record<string, string>>;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly action: string;
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly source: { readonly component: string };
  readonly eventTime: string;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  /** Absent in the first revision: a series has two occurrences at least. */
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

const STATUS_WORDS = { open: "Told", reopened: "Reopened", resolved: "Resolved", retracted: "Retracted" } as const;

/** The annotation that says which revision an Event shows. */
export const REVISION_ANNOTATION = "tapio.dev/revision";

/**
 * The Event of a story, on the entity of its root cause. Its name follows from the story's ID, so the
 * same story is the same Event, whoever writes it and however often.
 */
export function eventOfStory(story: Story, instance: string): KubernetesEvent {
  const { id, revision, status, rootCause, rule, window } = story;
  const { kind, namespace, name, uid } = rootCause.entity;
  const ended = status === "resolved" || status === "retracted";
  const last = latest(window.end, rootCause.time);
  // What the kubelet does for nodes, and what `kubectl describe node` looks for.
  const identity = uid ?? (kind === "Node" ? name : undefined);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: nameOfEvent(id),
      namespace: namespace ?? CLUSTER_NAMESPACE,
      annotations: {
        "tapio.dev/story": id,
        [REVISION_ANNOTATION]: String(revision),
        "tapio.dev/rule": `${rule.pack}/${rule.id}`,
        "tapio.dev/status": status,
      },
    },
    involvedObject: {
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(identity === undefined ? {} : { uid: identity }),
    },
    type: ended || story.severity === "info" ? "Normal" : "Warning",
    reason: `${camelCase(rule.id)}${ended ? STATUS_WORDS[status] : ""}`.slice(0, REASON_MAX),
    message: messageOf(story),
    action: STATUS_WORDS[status],
    reportingComponent: REPORTER,
    reportingInstance: instance,
    source: { component: REPORTER },
    eventTime: microTime(rootCause.time),
    firstTimestamp: wholeSeconds(rootCause.time),
    lastTimestamp: wholeSeconds(last),
    count: revision,
    ...(revision < 2 ? {} : { series: { count: revision, lastObservedTime: microTime(last) } }),
  };
}

/** Names of objects are lower-case letters, digits, `-` and `.`. */
function nameOfEvent(id: string): string {
  return `tapio.${id.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-")}`.slice(0, 253).replace(/[^a-z0-9]+$/, "");
}

function messageOf({ summary, statusReason, rootCause, impact, events, id }: Story): string {
  const ending = statusReason === undefined ? "" : ` (${statusReason})`;
  const hit = impact.length === 0 ? "" : ` Impact: ${impact.map(({ kind, name }) => `${kind} ${name}`).join(", ")}.`;
  const text = `${summary}${ending}. Root cause: ${rootCause.statement}.${hit}`;
  const stamp = ` [${events.total} events, story ${id}]`;
  const room = MESSAGE_MAX - stamp.length;
  return (text.length <= room ? text : `${text.slice(0, room - 1)}…`) + stamp;
}

/** `oom-hits-dependant` as Kubernetes writes reasons: `OomHitsDependant`. */
function camelCase(id: string): string {
  return id.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]|$)/g, (_whole, letter: string) => letter.toUpperCase());
}

function latest(one: string, other: string): string {
  return msOf(one) < msOf(other) ? other : one;
}

function microTime(time: string): string {
  return formatTime(msOf(time)).replace(/\.(\d{3})Z$/, ".$1000Z");
}

function wholeSeconds(time: string): string {
  return formatTime(msOf(time)).replace(/\.\d{3}Z$/, "Z");
}

/** Events say times in more ways than `Date` reads: with a comma, or in a leap second. */
function msOf(time: string): EpochMs {
  return parseTime(time)?.ms ?? 0;
}
