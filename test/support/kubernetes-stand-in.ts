import type { KubernetesEvent } from "../../src/adapters/kubernetes/event-of-story.ts";
import { type Answer, type Received, startReceiver } from "./http-receiver.ts";

export const ACCOUNT_TOKEN = "eyJ.stand-in";

/** Speaks so much of the Kubernetes API as Events of core/v1 need, and checks them as the API server does. */
export interface KubernetesStandIn extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The token that is let in. */
  token: string;
  /** What to answer instead, before a request is carried out. */
  interfere: (request: Received) => Answer | undefined;
  /** Carries out the next request of this method, and never answers. */
  loseAnswerOf(method: string): void;
  /** In the order in which they were created. */
  events(): KubernetesEvent[];
  /** As when an Event's hour has passed. */
  expire(name: string): void;
}

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/events(?:\/([^/]+))?$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Starts one on the loopback. */
export async function startKubernetes(tls?: { key: string; cert: string }): Promise<KubernetesStandIn> {
  const events = new Map<string, KubernetesEvent>();
  let lost: string | undefined;
  const carryOut = ({ method, path, headers, body }: Received): Answer => {
    const [, namespace, name] = PATH.exec(path) ?? [];
    if (namespace === undefined) return failure(404, "the server could not find the requested resource");
    if (method === "POST") {
      const event = JSON.parse(body) as KubernetesEvent;
      const wrong = wrongWith(event, namespace);
      if (wrong !== undefined) return failure(422, wrong);
      const key = `${namespace}/${event.metadata.name}`;
      if (events.has(key)) return failure(409, `events "${event.metadata.name}" already exists`);
      events.set(key, event);
      return { status: 201, body };
    }
    const key = `${namespace}/${name}`;
    const event = events.get(key);
    if (event === undefined) return failure(404, `events "${name}" not found`);
    if (method === "GET") return { status: 200, body: JSON.stringify(event) };
    if (headers["content-type"] !== "application/merge-patch+json") return failure(415, "not a patch that is known");
    const merged = merge(event, JSON.parse(body)) as KubernetesEvent;
    const wrong = wrongWith(merged, namespace);
    if (wrong !== undefined) return failure(422, wrong);
    events.set(key, merged);
    return { status: 200, body: JSON.stringify(merged) };
  };
  const receiver = await startReceiver((request) => {
    if (request.headers["authorization"] !== `Bearer ${standIn.token}`) return failure(401, "Unauthorized");
    const interference = standIn.interfere(request);
    if (interference !== undefined) return interference;
    const answer = carryOut(request);
    if (lost !== request.method) return answer;
    lost = undefined;
    return { ...answer, hang: true };
  }, tls);
  const standIn: KubernetesStandIn = {
    url: receiver.url,
    received: receiver.received,
    token: ACCOUNT_TOKEN,
    interfere: () => undefined,
    loseAnswerOf(method) {
      lost = method;
    },
    events: () => [...events.values()],
    expire: (name) => void events.delete(name),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
  return standIn;
}

/** What the API server's own validation says of an Event. */
function wrongWith(event: KubernetesEvent, namespace: string): string | undefined {
  const { metadata, involvedObject, message, reason, type, action, series } = event;
  const about = involvedObject["namespace"];
  const checks: Record<string, boolean> = {
    "metadata.namespace: does not match the path": metadata.namespace === namespace,
    "metadata.name: not a DNS-1123 subdomain": NAME.test(metadata.name) && metadata.name.length <= 253,
    "involvedObject.namespace: does not match event.namespace":
      about === undefined ? namespace === "default" : about === namespace,
    "message: can have at most 1024 characters": message.length <= 1_024,
    "reason: required, at most 128": 0 < reason.length && reason.length <= 128,
    "type: has invalid value": type === "Normal" || type === "Warning",
    "action: required, at most 128": 0 < action.length && action.length <= 128,
    "reportingComponent: must be a qualified name": /^[a-z.]+\/[a-z]+$/.test(event.reportingComponent),
    "reportingInstance: required, at most 128": 0 < event.reportingInstance.length,
    "eventTime: no MicroTime": MICRO_TIME.test(event.eventTime),
    "lastTimestamp: no Time": TIME.test(event.firstTimestamp) && TIME.test(event.lastTimestamp),
    "series: must have two at least":
      series === undefined || (2 <= series.count && MICRO_TIME.test(series.lastObservedTime)),
  };
  return Object.entries(checks).find(([, holds]) => !holds)?.[0];
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key] ?? {}, value);
  }
  return result;
}

function failure(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ kind: "Status", status: "Failure", message, code: status }) };
}
