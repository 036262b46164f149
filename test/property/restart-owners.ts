import fc from "fast-check";
import { expect } from "vitest";
import { Engine } from "../../src/core/engine/engine.ts";
import type { LogPlace } from "../../src/core/engine/log-place.ts";
import { Decoder } from "../../src/core/intake/decoder.ts";
import type { StoryChange } from "../../src/core/model/story.ts";
import type { HeldEvent } from "../../src/core/model/unopened-event.ts";
import type { Checkpoint } from "../../src/ports/checkpoint-store.ts";
import type { Source } from "../../src/ports/source.ts";
import { runPipeline } from "../../src/service/pipeline.ts";
import { rule, ruleSet, START_MS, step } from "../support/engine-kit.ts";
import { MemoryCheckpoints } from "../support/memory-checkpoints.ts";
import { batchSource } from "../support/memory-source.ts";
import type { Features } from "./features.ts";

const WINDOW_MS = 60_000;
const RULES = ruleSet(
  rule("pair", [step("a", "k8s.pod.backoff"), step("b", "k8s.pod.unhealthy")]),
  rule("alone", [step("a", "k8s.pod.failed")]),
  rule("made", [step("a", "k8s.pod.failed"), step("b", "x.seen")]),
);

/** Names that say who owns them, and names that do not: a DaemonSet's pods, a ReplicaSet by another name. */
const PODS = ["agent-x2x4z", "agent-b5c6d", "db-0", "web-blue-7xk2p", "web-7d9c8b6f54-q8v2c"];
const OWNERS: readonly (readonly [kind: string, name: string])[] = [
  ["DaemonSet", "agent"],
  ["StatefulSet", "db"],
  ["ReplicaSet", "web-blue"],
  ["ReplicaSet", "web-7d9c8b6f54"],
  ["Job", "odd"],
];

/** One entry of the log: `what` happens to pods and owners by number, so many seconds after the one before. */
export interface OwnerStep {
  readonly what: "learn" | "learn deployment" | "reference" | "backoff" | "unhealthy" | "failed" | "native";
  readonly pod: number;
  readonly owner: number;
  readonly afterS: number;
}

/** Logs in which owners are told, forgotten about, told otherwise, and things happen to what they own. */
export const ownerLogs: fc.Arbitrary<readonly OwnerStep[]> = fc.array(
  fc.record({
    what: fc.constantFrom<OwnerStep["what"]>(
      ...(["learn", "learn deployment", "reference", "backoff", "unhealthy", "failed", "native"] as const),
    ),
    pod: fc.nat(PODS.length - 1),
    owner: fc.nat(OWNERS.length - 1),
    afterS: fc.constantFrom(0, 1, 7, 40, 90),
  }),
  { minLength: 4, maxLength: 40 },
);

/**
 * An engine that goes on from any of its checkpoints puts every event into the trace that an undisturbed
 * one puts it into, and tells the same, though the owners were told long before what is read again.
 */
export async function ownersAreKept(log: readonly OwnerStep[], pick: number, features: Features): Promise<void> {
  const undisturbed = await read(sourceOf(log));
  const save = pick % Math.max(1, undisturbed.told.length);
  const checkpoint = await undisturbed.checkpoints.at(save);
  if (checkpoint === undefined) return;
  const resumed = await read(sourceOf(log), checkpoint);
  const again = undisturbed.events.slice(undisturbed.events.length - resumed.events.length);
  expect(resumed.events).toEqual(again);
  const changes = undisturbed.changes.slice(undisturbed.told[save]);
  expect(JSON.parse(JSON.stringify(resumed.changes))).toEqual(JSON.parse(JSON.stringify(changes)));
  const forgetful = await read(sourceOf(log), { ...checkpoint, owners: [] });
  if (JSON.stringify(forgetful.events) !== JSON.stringify(again)) features.note("owner not told again");
  if (0 < checkpoint.engine.stories.length) features.note("stories known before");
  if (Math.floor(checkpoint.engine.since) <= checkpoint.position) features.note("part of the log read again");
}

interface Reading {
  /** Place and trace of each event. */
  readonly events: string[];
  readonly changes: StoryChange[];
  readonly checkpoints: MemoryCheckpoints;
  /** How much had been told at each checkpoint. */
  readonly told: number[];
}

async function read(source: Source, from?: Checkpoint): Promise<Reading> {
  const checkpoints = new MemoryCheckpoints(from);
  const [events, changes, told]: [string[], StoryChange[], number[]] = [[], [], []];
  let nowMs = 0;
  await runPipeline({
    sources: [source],
    decoder: new Decoder(),
    engine: new WatchedEngine(events),
    sinks: [{ name: "memory", deliver: async (more) => void changes.push(...more), async [Symbol.asyncDispose]() {} }],
    clock: { now: () => nowMs, sleep: async () => undefined },
    // A checkpoint is due after each batch.
    betweenEvents: () => {
      nowMs += 10_000;
      return undefined;
    },
    signal: new AbortController().signal,
    checkpoints: {
      load: () => checkpoints.load(),
      save: async (checkpoint) => {
        await checkpoints.save(checkpoint);
        told.push(changes.length);
      },
      confirm: () => checkpoints.confirm(),
    },
  });
  return { events, changes, checkpoints, told };
}

class WatchedEngine extends Engine {
  readonly #seen: string[];

  constructor(seen: string[]) {
    super({ rules: RULES, limits: { correlationWindowMs: WINDOW_MS, maxWindowMs: 4 * WINDOW_MS } });
    this.#seen = seen;
  }

  override accept(event: HeldEvent, at: LogPlace): Promise<void> | undefined {
    this.#seen.push(`${at.position} ${event.traceId}`);
    return super.accept(event, at);
  }
}

function sourceOf(log: readonly OwnerStep[]): Source {
  let nowMs = START_MS;
  const batches = log.map((one, index) => {
    nowMs += one.afterS * 1000;
    return { entries: [{ text: payloadOf(one, index + 1, nowMs), position: index + 1, logTimeMs: nowMs }] };
  });
  return batchSource(batches, { finite: true });
}

function payloadOf({ what, pod, owner }: OwnerStep, position: number, nowMs: number): string {
  const time = new Date(nowMs).toISOString();
  const [kind = "", owning = ""] = OWNERS[owner] ?? [];
  const name = PODS[pod] ?? "";
  const metadata = { name: `e.${position}`, namespace: "shop", uid: `e${position}` };
  const event = (about: object, reason: string, message: string): object => ({
    ...{ kind: "Event", apiVersion: "v1", metadata, involvedObject: { namespace: "shop", ...about } },
    ...{ reason, message, lastTimestamp: time, type: "Warning" },
  });
  const about = { kind: "Pod", namespace: "shop", name };
  const payloads: Readonly<Record<OwnerStep["what"], () => object>> = {
    learn: () => event({ kind, name: owning }, "SuccessfulCreate", `Created pod: ${name}`),
    "learn deployment": () =>
      event({ kind: "Deployment", name: `web${pod % 2}` }, "ScalingReplicaSet", `Scaled up replica set ${owning} to 1`),
    reference: () => ({
      ...{ kind: "Pod", apiVersion: "v1", status: { phase: "Running", startTime: time } },
      metadata: { ...about, uid: `u-${name}`, ownerReferences: [{ kind, name: owning, controller: true }] },
    }),
    backoff: () => event(about, "BackOff", "Back-off restarting failed container"),
    unhealthy: () => event(about, "Unhealthy", "Readiness probe failed"),
    failed: () => event(about, "Failed", "Error: no such thing"),
    native: () => ({ id: `n${position}`, time, source: "app", type: "x.seen", entity: about }),
  };
  return JSON.stringify(payloads[what]());
}
