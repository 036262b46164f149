import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { seeded } from "./random.ts";

/** Sizes of the workload of the main job: four events a trace. */
export interface Workload {
  readonly seed: number;
  readonly events: number;
  readonly traces: number;
  /** Traces that still get events at once. */
  readonly activeAtOnce: number;
  /** Share of events that arrive behind a newer one. */
  readonly outOfOrder: number;
  /** Time of the first event; a day in spring by default. In a stream that is filled now it must be of today. */
  readonly startMs?: number;
}

export const MAIN_WORKLOAD: Workload = {
  seed: 20261123,
  events: 1_000_000,
  traces: 250_000,
  activeAtOnce: 5_000,
  outOfOrder: 0.03,
};

/** Distinct event types; rules are made of them. */
const TYPES = 240;
const NODES = 200;
const START_MS = Date.UTC(2026, 2, 1, 10);
/**
 * With 320 events a second 80 traces begin each second, live for about a minute and then stay open
 * for the five minutes of the correlation window: some 29,000 windows are open at once.
 */
export const EVENTS_PER_SECOND = 320;

/** Name of the type with this number. Low numbers are common, as in real clusters. */
export function typeName(number: number): string {
  return `k8s.${["pod", "node", "deployment", "service", "job"][number % 5]}.reason${number}`;
}

/** Writes the workload as NDJSON; resolves to the bytes written. */
export async function writeWorkload(path: string, workload: Workload): Promise<number> {
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  let bytes = 0;
  for (const line of workloadLines(workload)) {
    bytes += line.length + 1;
    if (!file.write(`${line}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return bytes;
}

/** The events of the workload in the order in which they arrive, each as JSON. */
export function* workloadLines(workload: Workload): Generator<string> {
  const random = seeded(workload.seed);
  const open: { id: number; left: number; theme: number }[] = [];
  const perTrace = Math.round(workload.events / workload.traces);
  let nextTrace = 0;
  let held: string | undefined;
  for (let at = 0; at < workload.events; at++) {
    while (open.length < workload.activeAtOnce && nextTrace < workload.traces) {
      open.push({ id: nextTrace++, left: perTrace, theme: Math.floor(random() * TYPES) });
    }
    const slot = Math.floor(random() * open.length);
    const trace = open[slot] ?? { id: nextTrace, left: 1, theme: 0 };
    // Events of a trace keep to a few types around its theme: many rules nearly match.
    const type = typeName((trace.theme + Math.floor(random() ** 2 * 6)) % TYPES);
    const line = eventLine({ at, trace: trace.id, type, startMs: workload.startMs ?? START_MS }, random);
    if (random() < workload.outOfOrder && held === undefined) held = line;
    else {
      yield line;
      if (held !== undefined) yield held;
      held = undefined;
    }
    trace.left--;
    if (trace.left === 0) {
      open[slot] = open.at(-1) ?? trace;
      open.pop();
    }
  }
  if (held !== undefined) yield held;
}

function eventLine(
  { at, trace, type, startMs }: { at: number; trace: number; type: string; startMs: number },
  random: () => number,
): string {
  const timeMs = startMs + Math.floor((at * 1000) / EVENTS_PER_SECOND);
  const pod = `svc-${trace % 997}-${(trace * 7919).toString(36)}`;
  return JSON.stringify({
    id: `e-${at.toString(36)}`,
    traceId: `4bf92f3577b34da6a3ce929d${trace.toString(16).padStart(8, "0")}`,
    time: new Date(timeMs).toISOString(),
    source: "k8s",
    type,
    severity: random() < 0.2 ? "error" : "info",
    reason: "BackOff",
    message: `Back-off restarting failed container app in pod ${pod}_shop(${at.toString(16)})`,
    entity: { kind: "Pod", namespace: `ns-${trace % 40}`, name: pod, uid: `u-${trace}`, node: `node-${trace % NODES}` },
    attributes: {
      "container.restarts": Math.floor(random() * 8),
      component: "kubelet",
      code: Math.floor(random() * 4),
    },
  });
}
