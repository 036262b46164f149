import { BoundedMap } from "../model/bounded-map.ts";
import type { OwnersData } from "../model/owners.ts";
import { asText, type JsonObject, objectsOf } from "./json.ts";
import { readOwners, writeOwners } from "./owner-data.ts";

/** A Kubernetes object by kind, namespace and name. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The top of an owner chain, and whether a name had to be guessed on the way there. */
export interface TopOwner extends ObjectName {
  readonly guessed: boolean;
}

/** No owner chain of Kubernetes is longer; also ends a circle. */
const CHAIN_MAX = 8;

/** What was known of an object until the entry at `position` taught something else. */
interface Change {
  readonly position: number;
  readonly key: string;
  readonly before: ObjectName | undefined;
}

/** The alphabet of Kubernetes' generated suffixes (apimachinery, `rand.SafeEncodeString`). */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const REPLICA_SET = new RegExp(`^(.+)-(?=[a-z0-9]*\\d)[${SAFE}]{7,10}$`);
const DEPLOYMENT_POD = new RegExp(`^(.+-(?=[a-z0-9]*\\d)[${SAFE}]{7,10})-[${SAFE}]{5}$`);
/** CronJob names its Jobs after the scheduled minute since 1970: eight digits until 2160. */
const CRON_JOB = /^(.+)-\d{8}$/;
const CRON_JOB_POD = /^(.+-\d{8})-[a-z0-9]{5}$/;

/**
 * Who owns whom, learned from what passes by: owner references of objects, and the Events in which
 * controllers tell what they made. Where nothing was learned, the names that controllers generate
 * tell: such a guess gives the same answer as the edges it stands for.
 */
export class Ownership {
  /** Place in the log of what is being read. */
  position = 0;
  readonly #owners: BoundedMap<string, ObjectName>;
  readonly #max: number;
  /** In the order of the log, as far back as {@link before} may ask. */
  #changes: Change[] = [];
  /** What {@link before} answered last. */
  #written: OwnersData | undefined;

  constructor(max: number) {
    this.#owners = new BoundedMap(max);
    this.#max = max;
  }

  /**
   * What was known before the entry at `position` was read: reading on from there learns the rest again, just
   * as it was learned. Each time it is asked of a later place, or of the same.
   */
  before(position: number): OwnersData {
    const undone = new Map<string, ObjectName | undefined>();
    const kept = this.#changes.findIndex((change) => position <= change.position);
    const settled = this.#changes.splice(0, kept === -1 ? this.#changes.length : kept);
    for (const { key, before } of this.#changes.toReversed()) undone.set(key, before);
    if (this.#written === undefined || 0 < settled.length) this.#written = writeOwners(this.#edges(undone));
    return this.#written;
  }

  /** Knows again what was known before. */
  recall(data: OwnersData): void {
    for (const [key, owner] of readOwners(data)) this.#owners.set(key, owner);
    this.#written = undefined;
  }

  /** Notes the controller among an object's owner references. */
  learnReferences(object: ObjectName, metadata: JsonObject): void {
    const owners = objectsOf(metadata["ownerReferences"]);
    const owner = owners.find((reference) => reference["controller"] === true) ?? owners[0];
    const kind = asText(owner?.["kind"]);
    const name = asText(owner?.["name"]);
    // A mirror pod is owned by its node; that is where it runs, not what it belongs to.
    if (kind === undefined || name === undefined || kind === "Node") return;
    this.#learn(object, { kind, namespace: object.namespace, name });
  }

  /** Notes the owner that a collector names. */
  learnOwner(child: ObjectName, owner: ObjectName): void {
    if (keyOf(child) !== keyOf(owner)) this.#learn(child, owner);
  }

  /** Notes what a controller says that it made. */
  learnEvent(about: ObjectName, reason: string, message: string): void {
    const made = madeBy(about.kind, reason, message);
    if (made !== undefined) this.#learn({ ...made, namespace: about.namespace }, about);
  }

  /** The top of an object's owner chain: the object itself where it has no owner. */
  topOf(object: ObjectName): TopOwner {
    let top = object;
    let guessed = false;
    for (let hop = 0; hop < CHAIN_MAX; hop++) {
      const known = this.#owners.get(keyOf(top));
      const owner = known ?? guessOwner(top);
      if (owner === undefined) break;
      if (known === undefined) guessed = true;
      top = owner;
    }
    return { ...top, guessed };
  }

  #learn(child: ObjectName, { kind, namespace, name }: ObjectName): void {
    const key = keyOf(child);
    const before = this.#owners.get(key);
    if (before?.name === name && before.kind === kind && before.namespace === namespace) return;
    this.#owners.set(key, { kind, namespace, name });
    this.#changes.push({ position: this.position, key, before });
    if (2 * this.#max < this.#changes.length) this.#changes.splice(0, this.#max);
  }

  /** The one that was used last first; of what was learned since, what was known before. */
  *#edges(undone: ReadonlyMap<string, ObjectName | undefined>): Generator<readonly [string, ObjectName]> {
    for (const [key, known] of [...this.#owners].reverse()) {
      const owner = undone.has(key) ? undone.get(key) : known;
      if (owner !== undefined) yield [key, owner];
    }
  }
}

function keyOf({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

function madeBy(kind: string, reason: string, message: string): { kind: string; name: string } | undefined {
  if (reason === "ScalingReplicaSet") {
    const name = /replica set "?([a-z0-9][a-z0-9.-]*)/i.exec(message)?.[1];
    return name === undefined ? undefined : { kind: "ReplicaSet", name };
  }
  if (reason !== "SuccessfulCreate") return undefined;
  const job = /^Created job "?([a-z0-9][a-z0-9.-]*)/.exec(message)?.[1];
  if (kind === "CronJob") return job === undefined ? undefined : { kind: "Job", name: job };
  const pod = /^(?:Created pod:|create Pod) ([a-z0-9][a-z0-9.-]*)/.exec(message)?.[1];
  return pod === undefined ? undefined : { kind: "Pod", name: pod };
}

function guessOwner({ kind, namespace, name }: ObjectName): ObjectName | undefined {
  const owner = (owning: string, pattern: RegExp): ObjectName | undefined => {
    const found = pattern.exec(name)?.[1];
    return found === undefined ? undefined : { kind: owning, namespace, name: found };
  };
  if (kind === "Pod") return owner("Job", CRON_JOB_POD) ?? owner("ReplicaSet", DEPLOYMENT_POD);
  if (kind === "ReplicaSet") return owner("Deployment", REPLICA_SET);
  return kind === "Job" ? owner("CronJob", CRON_JOB) : undefined;
}
