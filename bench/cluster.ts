import { deploymentOf } from "./cluster-deployments.ts";
import { eventOf, type Said, watched } from "./cluster-objects.ts";
import { type Owner, type Pod, podOf, type Service } from "./cluster-workloads.ts";
import { seeded } from "./random.ts";
import { Timeline } from "./timeline.ts";

const [SERVICES, NAMESPACES, NODES] = [600, 40, 150];
/** Letters that Kubernetes ends its generated names with. */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const WORDS = [
  "cart",
  "search",
  "billing",
  "ledger",
  "media",
  "mail",
  "quote",
  "stock",
  "tax",
  "user",
  "route",
  "feed",
];
const ROLES = ["api", "worker", "gateway", "cache", "db", "web"];
/** How long an Event is on its way at most. */
const ON_THE_WAY_MS = 400;

/** A cluster that is made up: its workloads, its chance, and what it wrote into its log so far. */
export class Cluster {
  readonly log = new Timeline();
  readonly services: readonly Service[];
  readonly nodes: readonly string[] = Array.from({ length: NODES }, (_, at) => `node-${at}`);
  readonly #random: () => number;
  /** First time, count and id of each Event that repeats. */
  readonly #seen = new Map<string, { readonly uid: string; readonly firstMs: number; count: number }>();

  constructor(seed: number) {
    this.#random = seeded(seed);
    this.services = Array.from({ length: SERVICES }, (_, at) => this.#newService(at));
  }

  /** A whole number from `from` to `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  /** Whether something happens that happens so often. */
  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** One of them. */
  pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }

  /** A new UID. */
  uid(): string {
    const hex = Array.from({ length: 4 }, () => this.between(0, 0xffffffff).toString(16).padStart(8, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  /** The ending of a generated name. */
  ending(length: number): string {
    return Array.from({ length }, (_, at) => (at === 0 ? this.pick(["2", "4", "6"]) : this.pick([...SAFE]))).join("");
  }

  /** Has an Event told. One that says the same of the same object again counts on, as the API server keeps it. */
  event(atMs: number, said: Said): void {
    const key = `${said.about.kind}/${said.about.namespace}/${said.about.name}/${said.reason}/${said.message}`;
    let seen = this.#seen.get(key);
    // Events live for an hour; afterwards the same one is a new one.
    if (seen === undefined || seen.firstMs + 3_600_000 < atMs) seen = { uid: this.uid(), firstMs: atMs, count: 0 };
    seen.count++;
    if (20_000 < this.#seen.size) this.#seen.clear();
    this.#seen.set(key, seen);
    this.#put(atMs, eventOf(said, { ...seen, lastMs: atMs }));
  }

  /** Has a version of a pod seen. */
  see(atMs: number, pod: Pod, type: "ADDED" | "MODIFIED" | "DELETED" = "MODIFIED", deleting = false): void {
    this.#put(atMs, watched(type, podOf(pod, atMs, { deleting })));
  }

  /** Has a version of a Deployment seen. */
  seeDeployment(atMs: number, service: Service, reason: string, ready = service.pods.length): void {
    const progress = { ready, reason, replicas: service.pods.length };
    this.#put(atMs, watched("MODIFIED", deploymentOf(service, atMs, progress)));
  }

  /** Has a native event of an agent told. */
  native(atMs: number, source: string, type: string, more: object): void {
    const event = { id: this.uid(), time: new Date(atMs).toISOString(), source, type, ...more };
    this.#put(atMs, event);
  }

  /** Has anything else seen, as it is. */
  put(atMs: number, value: object): void {
    this.#put(atMs, value);
  }

  /** A pod that nobody has seen yet. */
  newPod(service: Service, atMs: number, owner?: Owner): Pod {
    const named = owner ?? { kind: "ReplicaSet", name: `${service.name}-${service.hash}`, uid: service.uid };
    return {
      service,
      owner: named,
      name: `${named.name}-${this.ending(5)}`,
      uid: this.uid(),
      ip: `10.${this.between(0, 255)}.${this.between(0, 255)}.${this.between(1, 254)}`,
      createdMs: atMs,
      node: undefined,
      phase: "Pending",
      readyMs: undefined,
      unreadyMs: undefined,
      restarts: 0,
      state: { waiting: { reason: "ContainerCreating" } },
      lastState: {},
      reason: undefined,
      message: undefined,
    };
  }

  /** An entity as native events name it. */
  static entityOf({ name, uid, node, service }: Pod): object {
    return { kind: "Pod", namespace: service.namespace, name, uid, ...(node === undefined ? {} : { node }) };
  }

  /** The trace of a service, as it is derived from its objects: an agent that knows it says so. */
  static traceOf({ namespace, name }: Service): string {
    return `derived:/${namespace}/Deployment/${name}`;
  }

  #put(atMs: number, value: object): void {
    this.log.put(atMs + this.between(0, ON_THE_WAY_MS), value);
  }

  #newService(at: number): Service {
    const name = `${WORDS[at % WORDS.length]}-${ROLES[(at * 7) % ROLES.length]}${at}`;
    const namespace = `team-${at % NAMESPACES}`;
    const upstream = at < NAMESPACES || at % 3 === 0 ? undefined : at - NAMESPACES;
    const calls =
      upstream === undefined
        ? undefined
        : `${WORDS[upstream % WORDS.length]}-${ROLES[(upstream * 7) % ROLES.length]}${upstream}.${namespace}.svc:8080`;
    const service: Service = {
      namespace,
      name,
      uid: this.uid(),
      port: 8080,
      calls,
      image: `registry.lab/${name}:1.${at % 9}.0`,
      hash: this.ending(9),
      generation: 3,
      pods: [],
    };
    service.pods = Array.from({ length: this.between(2, 8) }, () => {
      const pod = this.newPod(service, 0);
      const node = this.pick(this.nodes);
      return { ...pod, createdMs: Date.UTC(2026, 1, 20), readyMs: Date.UTC(2026, 1, 20), node, phase: "Running" };
    });
    return service;
  }
}
