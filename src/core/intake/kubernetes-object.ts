import type { Decoded, EntityRef, Event, RelatedEntity, Severity } from "../model/event.ts";
import { type EpochMs, formatTime, parseTime, type Stamp } from "../model/time.ts";
import { kubernetesType } from "./event-type.ts";
import { asList, asObject, asText, type JsonObject } from "./json.ts";
import type { ObjectName } from "./ownership.ts";
import type { Reading } from "./reading.ts";
import { derivedTrace, namedTrace, type Trace } from "./trace.ts";

/** A time as it was written, and what it means. */
export interface WrittenTime extends Stamp {
  readonly text: string;
}

/** Reads an RFC 3339 time; `undefined` for anything else, null and the empty text among it. */
export function writtenTime(value: unknown): WrittenTime | undefined {
  const text = asText(value);
  const stamp = text === undefined ? undefined : parseTime(text);
  return text === undefined || stamp === undefined ? undefined : { text, ms: stamp.ms, precisionMs: stamp.precisionMs };
}

/** Kind, namespace and name of an object or of a reference to one; `undefined` without kind or name. */
export function nameOf(
  object: JsonObject | undefined,
  holder: JsonObject | undefined = object,
): ObjectName | undefined {
  const kind = asText(object?.["kind"]);
  const name = asText(holder?.["name"]);
  return kind === undefined || name === undefined
    ? undefined
    : { kind, namespace: asText(holder?.["namespace"]), name };
}

/** Where an object belongs: its trace, what owns it, and how sure that is. */
export interface Belonging {
  readonly trace: Trace;
  /** The top of its owner chain as a related entity; none where it has no owner. */
  readonly owner: readonly RelatedEntity[];
  /** The owner was told by a name alone. */
  readonly guessed: boolean;
}

/** Finds the trace and the top owner of an object. */
export function belongingOf(name: ObjectName, metadata: JsonObject | undefined, reading: Reading): Belonging {
  const { guessed, ...top } = reading.memory.ownership.topOf(name);
  const owned = top.kind !== name.kind || top.name !== name.name;
  return {
    trace: namedTrace(metadata, reading.traceparent) ?? derivedTrace(top, reading.cluster),
    owner: owned ? [{ role: "owner", ...top }] : [],
    guessed,
  };
}

/** What is told of one object, before the parts that all its events share. */
export interface Told {
  /** Makes the id: `<uid>:<what>`, unique and the same each time the object shows it. */
  readonly what: string;
  readonly at: WrittenTime;
  readonly reason: string;
  readonly severity: Severity;
  readonly message?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly count?: number;
}

/** A Kubernetes object that tells what happened to it. */
export class Teller {
  readonly name: ObjectName;
  readonly #entity: EntityRef;
  readonly #related: readonly RelatedEntity[];
  readonly #belonging: Belonging;

  constructor(
    object: JsonObject,
    name: ObjectName,
    options: { readonly reading: Reading; readonly related: readonly RelatedEntity[] },
  ) {
    const { reading, related } = options;
    const metadata = asObject(object["metadata"]);
    this.name = name;
    this.#belonging = belongingOf(name, metadata, reading);
    this.#related = [...this.#belonging.owner, ...related];
    const node = related.find(({ role }) => role === "node")?.name;
    this.#entity = { ...name, uid: asText(metadata?.["uid"]), node, cluster: reading.cluster };
  }

  /** One event about the object. */
  tell({ what, at, reason, severity, message, attributes, count = 1 }: Told): Event {
    const { kind, namespace, name } = this.name;
    return {
      id: `${this.#entity.uid ?? `${kind}/${namespace ?? ""}/${name}`}:${what}`,
      traceId: this.#belonging.trace.traceId,
      traceOrigin: this.#belonging.trace.traceOrigin,
      time: at.text,
      timeMs: at.ms,
      precisionMs: at.precisionMs,
      lastMs: at.ms,
      source: "k8s",
      type: kubernetesType(kind, reason),
      severity,
      reason,
      message,
      entity: this.#entity,
      related: this.#related.length === 0 ? undefined : this.#related,
      actor: undefined,
      count,
      attributes: this.#belonging.guessed ? { ...attributes, traceBy: "name" } : attributes,
    };
  }
}

/** The latest moment that an object shows: when it was last changed, as far as it says. */
export function lastChange(metadata: JsonObject | undefined, more: readonly unknown[]): WrittenTime | undefined {
  const managed = asList(metadata?.["managedFields"]).map((entry) => asObject(entry)?.["time"]);
  let last: WrittenTime | undefined;
  for (const times of [managed, more, [metadata?.["creationTimestamp"]]]) {
    for (const text of times) {
      // Most that happens to an object happens at a few moments.
      const time = text === last?.text ? undefined : writtenTime(text);
      if (time !== undefined && (last === undefined || last.ms < time.ms)) last = time;
    }
  }
  return last;
}

/** What an object says of its last change, or the latest time that any payload told of: the later of the two. */
export function notBefore(own: WrittenTime | undefined, latestMs: EpochMs | undefined): WrittenTime | undefined {
  if (latestMs === undefined || (own !== undefined && latestMs <= own.ms)) return own;
  const ms = Math.floor(latestMs);
  return { text: formatTime(ms), ms, precisionMs: 1000 };
}

/** Rejects an object that lacks what every object has. */
export function nameless(): Decoded {
  return { outcome: "rejected", reason: "metadata.name must be a text: it is missing" };
}
