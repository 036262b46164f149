import { BoundedMap } from "./bounded-map.ts";
import { asText, type JsonObject, objectsOf } from "./json.ts";

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
  readonly #owners: BoundedMap<string, ObjectName>;

  constructor(max: number) {
    this.#owners = new BoundedMap(max);
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

  #learn(child: ObjectName, owner: ObjectName): void {
    this.#owners.set(keyOf(child), { kind: owner.kind, namespace: owner.namespace, name: owner.name });
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
