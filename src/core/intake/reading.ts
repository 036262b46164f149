import type { RelatedEntity } from "../model/event.ts";
import { BoundedMap } from "./bounded-map.ts";
import { Interner } from "./interner.ts";
import { Ownership } from "./ownership.ts";

/** Objects remembered at once; some 200 bytes each. */
const MEMORY_MAX = 100_000;

/** What decoding one payload may lean on besides the payload itself. */
export interface Reading {
  /** Name of the cluster, for payloads that do not say it. */
  readonly cluster: string | undefined;
  /** W3C `traceparent` that came beside the payload. */
  readonly traceparent: string | undefined;
  readonly memory: Memory;
}

/** What earlier payloads taught: bounded, and never needed for an event to be an event. */
export class Memory {
  readonly ownership: Ownership;
  /** What a pod serves, calls and mounts, by `namespace/name`: its Events do not say. */
  readonly podLinks: BoundedMap<string, readonly RelatedEntity[]>;

  readonly interner = new Interner();

  constructor(max: number = MEMORY_MAX) {
    this.ownership = new Ownership(max);
    this.podLinks = new BoundedMap(max);
  }
}
