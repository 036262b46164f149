import type { Actor, Event, RelatedEntity, Severity } from "../model/event.ts";
import { canonicalJson, sha256Hex } from "../model/hash.ts";
import type { JsonObject } from "./json.ts";
import { belongingOf, type WrittenTime } from "./kubernetes-object.ts";
import type { ObjectName } from "./ownership.ts";
import type { Reading } from "./reading.ts";
import type { Trace } from "./trace.ts";

/** The parts of an event that one format knows; the rest is the same for all. */
export interface Parts {
  readonly id: string;
  readonly at: WrittenTime;
  readonly source: string;
  readonly type: string;
  readonly severity: Severity;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly about: ObjectName;
  readonly uid?: string | undefined;
  readonly node?: string | undefined;
  readonly related?: readonly RelatedEntity[];
  readonly actor?: Actor | undefined;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The trace that the format itself names; without it the owner chain's. */
  readonly trace?: Trace | undefined;
  /** Metadata whose annotations may name a trace. */
  readonly metadata?: JsonObject | undefined;
}

/** Makes the event of one payload: its trace and owner are found, its node is among its links. */
export function foreignEvent(parts: Parts, reading: Reading): Event {
  const { at, about, node, attributes } = parts;
  const belonging = belongingOf(about, parts.metadata, reading);
  const nodes = node === undefined || about.kind === "Node" ? [] : [{ role: "node", kind: "Node", name: node }];
  const related = unique([...belonging.owner, ...nodes, ...(parts.related ?? [])]);
  const trace = parts.trace ?? belonging.trace;
  reading.memory.see(at.ms);
  return {
    id: parts.id,
    traceId: trace.traceId,
    traceOrigin: trace.traceOrigin,
    time: at.text,
    timeMs: at.ms,
    precisionMs: at.precisionMs,
    lastMs: at.ms,
    source: parts.source,
    type: parts.type,
    severity: parts.severity,
    reason: parts.reason,
    message: parts.message,
    entity: { ...about, uid: parts.uid, node, cluster: reading.cluster },
    related: related.length === 0 ? undefined : related,
    actor: parts.actor,
    count: 1,
    attributes: belonging.guessed && parts.trace === undefined ? { ...attributes, traceBy: "name" } : attributes,
  };
}

function unique(related: readonly RelatedEntity[]): readonly RelatedEntity[] {
  if (related.length < 2) return related;
  const found = new Map(related.map((one) => [`${one.role}/${one.kind}/${one.namespace ?? ""}/${one.name}`, one]));
  return found.size === related.length ? related : [...found.values()];
}

/** An id for a payload that has none: the same for the same parts, and hardly ever for others. */
export function idOfParts(...parts: readonly unknown[]): string {
  return sha256Hex(canonicalJson(parts.map((part) => part ?? null))).slice(0, 16);
}

/** A word of a type: lower case, what is no letter, digit, `_` or `-` as `-`. */
export function slug(text: string): string {
  return (
    text
      .slice(0, 120)
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "unknown"
  );
}
