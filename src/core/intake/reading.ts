import { BoundedMap } from "../model/bounded-map.ts";
import type { RelatedEntity } from "../model/event.ts";
import type { EpochMs } from "../model/time.ts";
import { type ObjectName, Ownership } from "./ownership.ts";

/** Objects remembered at once; some 200 bytes each. */
const MEMORY_MAX = 100_000;

/** Objects whose last version is remembered; some 3 KB each. */
const VERSIONS_MAX = 20_000;

/** What decoding one payload may lean on besides the payload itself. */
export interface Reading {
  /** Name of the cluster, for payloads that do not say it. */
  readonly cluster: string | undefined;
  /** W3C `traceparent` that came beside the payload. */
  readonly traceparent: string | undefined;
  readonly memory: Memory;
}

/** What is remembered of the last version of an object: a digest, never the object. */
export interface Version {
  readonly generation: number | undefined;
  /** The fields that break things, flattened to one text. */
  readonly fields: string;
  /** When its newest field manager wrote, where it has managers. */
  readonly writtenMs: EpochMs | undefined;
  /** The fields before the last change, and that change's id: to tell when it is undone. */
  readonly before: string | undefined;
  readonly changeId: string | undefined;
}

/** One address behind a Service. */
export interface Endpoint {
  readonly address: string;
  readonly pod: string | undefined;
  readonly node: string | undefined;
}

/** What earlier payloads taught: bounded, and never needed for an event to be an event. */
export class Memory {
  readonly ownership: Ownership;
  /** What a pod serves, calls and mounts, by `namespace/name`: its Events do not say. */
  readonly podLinks: BoundedMap<string, readonly RelatedEntity[]>;
  /** What of a pod its links were read from, by the same name: while that is the same, they are too. */
  readonly podsLinked: BoundedMap<string, string>;
  /** Pods by their UID: the kernel knows nothing else of them. */
  readonly podsByUid: BoundedMap<string, ObjectName>;
  readonly versions: BoundedMap<string, Version>;
  /** States already told of an object, by its UID. */
  readonly states: BoundedMap<string, string>;
  /** What of an endpoint slice was ready, by its UID. */
  readonly endpoints: BoundedMap<string, readonly Endpoint[]>;

  #latestMs: EpochMs | undefined;

  constructor(max: number = MEMORY_MAX) {
    const versionsMax = Math.min(max, VERSIONS_MAX);
    this.ownership = new Ownership(max);
    this.podLinks = new BoundedMap(max);
    this.podsLinked = new BoundedMap(max);
    this.podsByUid = new BoundedMap(max);
    this.versions = new BoundedMap(versionsMax);
    this.states = new BoundedMap(versionsMax);
    this.endpoints = new BoundedMap(versionsMax);
  }

  /** The latest time that any payload told of; the only clock there is. */
  get latestMs(): EpochMs | undefined {
    return this.#latestMs;
  }

  /** Notes a time that a payload told of. */
  see(ms: EpochMs): void {
    if (this.#latestMs === undefined || this.#latestMs < ms) this.#latestMs = ms;
  }
}
